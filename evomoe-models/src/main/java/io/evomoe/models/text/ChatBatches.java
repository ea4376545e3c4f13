package io.evomoe.models.text;

import io.evomoe.internal.names.FieldBound;
import io.evomoe.nn.TokenBatch;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.IntStream;

/**
 * Next-token batches of conversations, with the answers as targets. A window has several whole
 * conversations, which do not see each other ({@link TokenBatch#withDocuments}), and padding. A
 * conversation is put into the fullest window with room. One that is longer than a window is
 * truncated, and left out if no answer remains.
 *
 * <p>The loss of a step is the mean over the answers' tokens of all its micro-batches, as with
 * PyTorch's {@code CrossEntropyLoss(ignore_index)} over the whole batch.
 *
 * <p>A batch is a pure function of the conversations, the sizes, the seed and its index.
 */
public final class ChatBatches extends CorpusBatches<LanguageBatch> {
  private final Packing packing;
  private final int microBatches;

  /**
   * Creates batches.
   *
   * @param length input tokens of a window, at least 1
   * @param sequences windows per batch, at least 1
   * @param seed seed of the order of windows
   * @param microBatches batches of a step, at least 1
   */
  public ChatBatches(ChatTokens chats, int length, int sequences, long seed, int microBatches) {
    this(new Packing(chats, length), sequences, seed, microBatches);
  }

  private ChatBatches(Packing packing, int sequences, long seed, int microBatches) {
    super(packing.windows.size(), sequences, seed);
    this.packing = packing;
    FieldBound.atLeast("microBatches", microBatches, 1);
    this.microBatches = microBatches;
  }

  /** Returns the number of conversations that are longer than a window. */
  public int truncated() {
    return packing.truncated;
  }

  @Override
  protected LanguageBatch gather(int[] chosen, long[] epochs) {
    int length = packing.length;
    int[] ids = new int[Math.multiplyExact(chosen.length, length)];
    int[] targets = new int[ids.length];
    int[] documents = new int[ids.length];
    boolean[] padding = new boolean[ids.length];
    Arrays.fill(targets, LanguageBatch.IGNORED);
    Arrays.fill(padding, true);
    for (int i = 0; i < chosen.length; i++) {
      int place = i * length;
      int[] window = packing.windows.get(chosen[i]);
      for (int document = 0; document < window.length; document++) {
        int inputs = packing.inputs(window[document]);
        packing.copy(window[document], ids, targets, place);
        Arrays.fill(documents, place, place + inputs, document);
        Arrays.fill(padding, place, place + inputs, false);
        place += inputs;
      }
      Arrays.fill(documents, place, (i + 1) * length, window.length);
    }
    TokenBatch tokens = new TokenBatch(length, ids, padding).withDocuments(documents);
    return new LanguageBatch(tokens, targets);
  }

  @Override
  protected LanguageBatch weighted(LanguageBatch batch, long index) {
    if (microBatches == 1) {
      return batch;
    }
    long first = index - index % microBatches;
    long all = 0;
    for (long micro = first; micro < first + microBatches; micro++) {
      all += IntStream.of(chosen(micro)).mapToLong(packing::answers).sum();
    }
    double weight = (double) batch.countedTargets() * microBatches / all;
    return new LanguageBatch(batch.tokens(), batch.targets(), weight);
  }

  /** The conversations of each window. */
  private static final class Packing {
    private final ChatTokens chats;
    private final int length;

    /** Place of each conversation, and of the end. */
    private final int[] starts;

    /** Tokens of answers that are predicted, by conversation. */
    private final int[] counts;

    private final List<int[]> windows;
    private int truncated;

    Packing(ChatTokens chats, int length) {
      FieldBound.atLeast("length", length, 1);
      this.chats = chats;
      this.length = length;
      int[] marks = chats.marks().stream().toArray();
      starts =
          IntStream.concat(
                  IntStream.range(0, marks.length).filter(i -> (marks[i] & ChatTokens.BEGIN) != 0),
                  IntStream.of(marks.length))
              .toArray();
      counts = new int[starts.length - 1];
      for (int i = 0; i < counts.length; i++) {
        truncated += starts[i + 1] - starts[i] > length + 1 ? 1 : 0;
        counts[i] =
            (int)
                IntStream.rangeClosed(starts[i] + 1, starts[i] + inputs(i))
                    .filter(place -> marks[place] == ChatTokens.ANSWER)
                    .count();
      }
      windows = packed();
    }

    /** Puts each conversation into the window with the least sufficient room. */
    private List<int[]> packed() {
      List<List<Integer>> made = new ArrayList<>();
      TreeMap<Integer, Deque<List<Integer>>> byRoom = new TreeMap<>();
      for (int i = 0; i < counts.length; i++) {
        if (counts[i] > 0) {
          int inputs = inputs(i);
          Map.Entry<Integer, Deque<List<Integer>>> fitting = byRoom.ceilingEntry(inputs);
          int room = fitting == null ? length : fitting.getKey();
          List<Integer> window = fitting == null ? new ArrayList<>() : fitting.getValue().remove();
          if (fitting == null) {
            made.add(window);
          } else if (fitting.getValue().isEmpty()) {
            byRoom.remove(room);
          }
          window.add(i);
          byRoom.computeIfAbsent(room - inputs, left -> new ArrayDeque<>()).add(window);
        }
      }
      if (made.isEmpty()) {
        throw new IllegalArgumentException(
            "%s must have a conversation with an answer in its first %d tokens (model.sequence), has none"
                .formatted(chats.ids().name(), length + 1));
      }
      return made.stream().map(window -> window.stream().mapToInt(chat -> chat).toArray()).toList();
    }

    private int answers(int window) {
      return IntStream.of(windows.get(window)).map(chat -> counts[chat]).sum();
    }

    /** Returns the input tokens of a conversation; its last token is only a target. */
    private int inputs(int chat) {
      return Math.min(starts[chat + 1] - starts[chat] - 1, length);
    }

    private void copy(int chat, int[] ids, int[] targets, int place) {
      int inputs = inputs(chat);
      int[] tokens = new int[inputs + 1];
      int[] marks = new int[inputs + 1];
      chats.ids().copy(starts[chat], tokens, 0, tokens.length);
      chats.marks().copy(starts[chat], marks, 0, marks.length);
      for (int i = 0; i < inputs; i++) {
        ids[place + i] = tokens[i];
        if (marks[i + 1] == ChatTokens.ANSWER) {
          targets[place + i] = tokens[i + 1];
        }
      }
    }
  }
}
