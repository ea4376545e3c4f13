package io.evomoe.run;

import io.evomoe.models.causal.GenerationConfig;
import io.evomoe.models.text.Tokenizer;
import io.evomoe.run.TextStream.Generated.FinishReason;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;
import org.nd4j.shade.guava.primitives.Ints;

/**
 * A text that is being generated. Read it with {@link #next}, or wait for all of it with {@link
 * #await}. A slow reader delays no other text. Thread-safe.
 */
public final class TextStream {
  private final int[] prompt;
  private final GenerationConfig config;
  private final IncrementalText increments;
  private final Set<Integer> ends;
  private final long start = System.nanoTime();
  private final StringBuilder text = new StringBuilder();
  private int read;
  private boolean cancelled;
  private @Nullable Generated result;
  private @Nullable Throwable failure;

  /**
   * Creates a stream.
   *
   * @param ends ids of tokens that end the text
   */
  TextStream(int[] prompt, GenerationConfig config, IncrementalText increments, Set<Integer> ends) {
    this.prompt = prompt;
    this.config = config;
    this.increments = increments;
    this.ends = ends;
  }

  int[] prompt() {
    return prompt;
  }

  GenerationConfig config() {
    return config;
  }

  boolean endsWith(int id) {
    return ends.contains(id);
  }

  /**
   * Waits for more text and returns it. All increments together are {@link Generated#text()}. They
   * contain whole characters, and no part of a stop string.
   *
   * @return empty at the end of the text
   * @throws IllegalStateException if the model failed
   */
  public synchronized Optional<String> next() {
    awaitUntil(() -> read < text.length() || isDone());
    if (read == text.length()) {
      await();
      return Optional.empty();
    }
    String more = text.substring(read);
    read = text.length();
    return Optional.of(more);
  }

  /**
   * Waits for the end and returns the result. An interrupt of the thread cancels the generation.
   *
   * @throws IllegalStateException if the model failed
   */
  public synchronized Generated await() {
    awaitUntil(this::isDone);
    if (failure != null) {
      throw new IllegalStateException("the generation failed: " + failure.getMessage(), failure);
    }
    return Objects.requireNonNull(result);
  }

  /** Ends the generation before its next token; does nothing if it has ended. */
  public synchronized void cancel() {
    cancelled = true;
  }

  /** Returns whether the generation has ended. */
  public synchronized boolean isDone() {
    return result != null || failure != null;
  }

  /** Waits for a condition. An interrupt of the thread cancels the text, and is kept. */
  private void awaitUntil(BooleanSupplier changed) {
    boolean interrupted = false;
    while (!changed.getAsBoolean()) {
      try {
        wait();
      } catch (InterruptedException e) {
        interrupted = true;
        cancelled = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  /** Ends if this was cancelled or its time is over. Returns whether it has ended. */
  synchronized boolean isOver() {
    Duration timeout = config.timeout();
    if (cancelled) {
      end(FinishReason.CANCELLED);
    } else if (timeout != null && timeout.compareTo(age()) <= 0) {
      end(FinishReason.TIMEOUT);
    }
    return isDone();
  }

  private Duration age() {
    return Duration.ofNanos(System.nanoTime() - start);
  }

  /** Adds a token. Returns whether the text has a stop string now. */
  synchronized boolean add(int id) {
    text.append(increments.add(id));
    notifyAll();
    return increments.isStopped();
  }

  synchronized void end(FinishReason reason) {
    text.append(increments.end());
    FinishReason found = increments.isStopped() ? FinishReason.STOP : reason;
    result = new Generated(text.toString(), increments.newIds(), found);
    notifyAll();
  }

  synchronized void fail(Throwable thrown) {
    failure = thrown;
    notifyAll();
  }

  /**
   * Decodes tokens one by one. A character that needs more tokens waits for them, and so does the
   * beginning of a stop string. Bytes that are no text come as {@code U+FFFD}.
   */
  static final class IncrementalText {
    /** Tokens of the prompt that are decoded again: a token may begin with a space by its place. */
    private static final int CONTEXT = 4;

    /** Bytes of a character that may still become one. */
    private static final int INCOMPLETE = 3;

    /** Tokens after which a window without a complete end moves on. */
    private static final int WINDOW = 64;

    private static final char UNKNOWN = '\uFFFD';

    private final Tokenizer tokenizer;
    private final List<String> stops;
    private final StringBuilder held = new StringBuilder();
    private final int prompt;
    private final List<Integer> ids;
    private int window;
    private int complete;
    private int decoded;
    private boolean stopped;

    IncrementalText(Tokenizer tokenizer, int[] prompt, List<String> stops) {
      this.tokenizer = tokenizer;
      this.stops = stops;
      this.prompt = prompt.length;
      this.ids = new ArrayList<>(Ints.asList(prompt));
      this.window = Math.max(0, prompt.length - CONTEXT);
      this.complete = prompt.length;
      this.decoded = decodeWindow().length();
    }

    /** Adds a token and returns the text that no later token changes. */
    String add(int id) {
      ids.add(id);
      String whole = decodeWindow();
      int end = whole.length();
      int least = Math.max(decoded, end - INCOMPLETE);
      while (end > least && whole.charAt(end - 1) == UNKNOWN) {
        end--;
      }
      String more = end > decoded ? whole.substring(decoded, end) : "";
      decoded = Math.max(decoded, end);
      int rest = whole.length() - decoded;
      boolean isLong = ids.size() - window > WINDOW;
      if (rest == 0 || isLong) {
        window = rest == 0 ? complete : ids.size() - WINDOW / 2;
        complete = ids.size();
        decoded = decodeWindow().length() - rest;
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
      return List.copyOf(ids.subList(prompt, ids.size()));
    }

    private String decodeWindow() {
      return tokenizer.decode(Ints.toArray(ids.subList(window, ids.size())));
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

  /**
   * A generated text.
   *
   * @param text the continuation, without the prompt and the stop string
   * @param tokenIds all new tokens, without the end of the document
   * @param finishReason why it ended
   */
  public record Generated(String text, List<Integer> tokenIds, FinishReason finishReason) {
    /** Keeps the list unmodifiable. */
    public Generated {
      tokenIds = List.copyOf(tokenIds);
    }

    /** Why a generated text ended. */
    public enum FinishReason {
      /** The text has the maximum number of new tokens. */
      LENGTH,
      /** The model ended the document, or its answer. */
      END,
      /** The text had a stop string. */
      STOP,
      /** The program cancelled the generation, or closed the predictor. */
      CANCELLED,
      /** The time was over. */
      TIMEOUT
    }
  }
}
