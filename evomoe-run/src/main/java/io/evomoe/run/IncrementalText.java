package io.evomoe.run;

import io.evomoe.models.text.Tokenizer;
import java.util.Arrays;
import java.util.List;

/**
 * Decodes tokens one by one. A character that needs more tokens waits for them, and so does the
 * beginning of a stop string.
 */
final class IncrementalText {
  /** Tokens of the prompt that are decoded again: a token may begin with a space by its place. */
  private static final int CONTEXT = 4;

  private static final char UNKNOWN = '\uFFFD';

  private final Tokenizer tokenizer;
  private final List<String> stops;
  private final StringBuilder held = new StringBuilder();
  private final int prompt;
  private int[] ids;
  private int length;
  private int window;
  private int complete;
  private int decoded;
  private boolean stopped;

  IncrementalText(Tokenizer tokenizer, int[] prompt, List<String> stops) {
    this.tokenizer = tokenizer;
    this.stops = stops;
    this.prompt = prompt.length;
    this.ids = prompt.clone();
    this.length = prompt.length;
    this.window = Math.max(0, length - CONTEXT);
    this.complete = length;
    this.decoded = decodeWindow().length();
  }

  /** Adds a token and returns the text that no later token changes. */
  String add(int id) {
    if (length == ids.length) {
      ids = Arrays.copyOf(ids, 2 * length + 16);
    }
    ids[length] = id;
    length++;
    String whole = decodeWindow();
    int end = whole.length();
    while (end > decoded && whole.charAt(end - 1) == UNKNOWN) {
      end--;
    }
    String more = end > decoded ? whole.substring(decoded, end) : "";
    decoded = Math.max(decoded, end);
    if (end == whole.length()) {
      window = complete;
      complete = length;
      decoded = decodeWindow().length();
    }
    return released(more);
  }

  /** Returns the rest of the text. */
  String end() {
    if (stopped) {
      return "";
    }
    String whole = decodeWindow();
    String more = released(whole.substring(Math.min(decoded, whole.length())));
    String rest = stopped ? more : more + held;
    held.setLength(0);
    return rest;
  }

  boolean isStopped() {
    return stopped;
  }

  List<Integer> newIds() {
    return Arrays.stream(ids, prompt, length).boxed().toList();
  }

  private String decodeWindow() {
    return tokenizer.decode(Arrays.copyOfRange(ids, window, length));
  }

  /** Returns the text before a stop string, or all that cannot be the beginning of one. */
  private String released(String more) {
    held.append(more);
    String text = held.toString();
    int first = stops.stream().mapToInt(text::indexOf).filter(i -> i >= 0).min().orElse(-1);
    stopped = first >= 0;
    int end = stopped ? first : text.length() - begun(text);
    held.delete(0, end);
    return text.substring(0, end);
  }

  /** Returns the length of the longest end of a text that begins a stop string. */
  private int begun(String text) {
    int longest = 0;
    for (String stop : stops) {
      for (int n = Math.min(stop.length() - 1, text.length()); n > longest; n--) {
        if (text.endsWith(stop.substring(0, n))) {
          longest = n;
        }
      }
    }
    return longest;
  }
}
