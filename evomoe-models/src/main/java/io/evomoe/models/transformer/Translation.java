package io.evomoe.models.transformer;

import io.evomoe.internal.threads.Parallel;
import io.evomoe.models.transformer.SentenceSearch.Hypothesis;
import io.evomoe.moe.TokenMatrix;
import io.evomoe.nn.CrossAttention.Memory;
import io.evomoe.nn.KeyValueCache;
import io.evomoe.nn.TokenBatch;
import io.evomoe.nn.internal.Workspaces;
import io.evomoe.step.StepContext;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;
import org.nd4j.linalg.api.memory.MemoryWorkspace;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.indexing.NDArrayIndex;

/**
 * Translates sentences in batches. A sentence's translation does not depend on the others, except
 * for rounding.
 */
public final class Translation {
  private static final int ROUNDING = 8;

  private static final String WHOLE = "EVOMOE_TRANSLATION";
  private static final String STEP = "EVOMOE_TRANSLATION_STEP";

  private final Transformer model;
  private final StepContext context;
  private final int end;
  private final int tokens;

  /**
   * Translates with a model at a step, whose phase and temperature control the gates.
   *
   * @param end id of {@code </s>}, which ends sources and targets
   */
  public Translation(Transformer model, StepContext context, int end) {
    this(model, context, end, model.config().vocabulary());
  }

  /**
   * Translates with a model whose table has more rows than there are tokens.
   *
   * @param tokens translations use ids below this, at most the model's vocabulary
   */
  public Translation(Transformer model, StepContext context, int end, int tokens) {
    if (tokens < 1 || tokens > model.config().vocabulary()) {
      throw new IllegalArgumentException(
          "tokens must be in 1..%d, was %d".formatted(model.config().vocabulary(), tokens));
    }
    if (end < 0 || end >= tokens) {
      throw new IllegalArgumentException("end must be in 0..%d, was %d".formatted(tokens - 1, end));
    }
    this.model = model;
    this.context = context.evaluating();
    this.end = end;
    this.tokens = tokens;
  }

  /**
   * Returns the maximum number of tokens in a source: the model's positions less one for the end
   * token.
   */
  public int longestSource() {
    return model.config().positions() - 1;
  }

  /**
   * Returns the translation of each source, without end tokens.
   *
   * @param sources tokens without end tokens; may be empty
   * @throws IllegalArgumentException if a source is longer than {@link #longestSource()}
   */
  public List<int[]> translate(List<int[]> sources, Search search) {
    for (int i = 0; i < sources.size(); i++) {
      if (sources.get(i).length > longestSource()) {
        throw new IllegalArgumentException(
            "sentence %d must have at most %d tokens, had %d"
                .formatted(i + 1, longestSource(), sources.get(i).length));
      }
    }
    int[] shortestFirst =
        IntStream.range(0, sources.size())
            .boxed()
            .sorted(Comparator.comparingInt((Integer i) -> sources.get(i).length))
            .mapToInt(Integer::intValue)
            .toArray();
    try {
      return translate(sources, shortestFirst, search);
    } finally {
      Workspaces.free(STEP);
      Workspaces.free(WHOLE);
    }
  }

  private List<int[]> translate(List<int[]> sources, int[] shortestFirst, Search search) {
    int[][] translations = new int[sources.size()][];
    for (int from = 0; from < sources.size(); from += search.sentences()) {
      int to = Math.min(sources.size(), from + search.sentences());
      int[] together = Arrays.copyOfRange(shortestFirst, from, to);
      List<SentenceSearch> found =
          search(Arrays.stream(together).mapToObj(sources::get).toArray(int[][]::new), search);
      for (int i = 0; i < together.length; i++) {
        translations[together[i]] = found.get(i).translation();
      }
    }
    return List.of(translations);
  }

  /**
   * Searches step by step. Each sentence has {@code beam} rows in every step, so that shapes stay
   * the same.
   */
  private List<SentenceSearch> search(int[][] sources, Search search) {
    int[] limits =
        Arrays.stream(sources)
            .mapToInt(source -> Math.min(search.limit(source.length), longestSource()))
            .toArray();
    List<SentenceSearch> sentences =
        Arrays.stream(limits).mapToObj(limit -> new SentenceSearch(search, end, limit)).toList();
    int capacity = rounded(1 + Arrays.stream(limits).max().orElseThrow());
    try (MemoryWorkspace whole = Workspaces.open(WHOLE)) {
      Memory memory = model.encode(ended(sources), context);
      int rows = sentences.size() * search.beam();
      KeyValueCache cache = new KeyValueCache(rows, capacity, model.kernels());
      while (!sentences.stream().allMatch(SentenceSearch::isOver)) {
        try (MemoryWorkspace step = Workspaces.open(STEP)) {
          advance(sentences, search.beam(), memory, cache);
        }
      }
    }
    return sentences;
  }

  /**
   * Takes a step. Rows without an unfinished translation are padding and continue themselves.
   * Sentences are independent, so the number of threads has no effect.
   */
  private void advance(
      List<SentenceSearch> sentences, int beam, Memory memory, KeyValueCache cache) {
    int[] origins = IntStream.range(0, sentences.size() * beam).toArray();
    int[] lastTokens = new int[origins.length];
    boolean[] idle = new boolean[origins.length];
    Arrays.fill(lastTokens, end);
    Arrays.fill(idle, true);
    for (int s = 0; s < sentences.size(); s++) {
      List<Hypothesis> unfinished = sentences.get(s).unfinished();
      for (int i = 0; i < unfinished.size(); i++) {
        int row = s * beam + i;
        origins[row] = s * beam + unfinished.get(i).beam();
        lastTokens[row] = unfinished.get(i).token();
        idle[row] = false;
      }
    }
    cache.reorder(origins);
    TokenBatch read = new TokenBatch(1, lastTokens, idle);
    INDArray next = model.nextTokenLogits(read, memory, cache, context);
    TokenMatrix logits = TokenMatrix.of(model.kernels(), ofTokens(next));
    Parallel.ranges(
        sentences.size(),
        1,
        (first, last) -> {
          for (int s = first; s < last; s++) {
            if (!sentences.get(s).isOver()) {
              sentences.get(s).advance(logits, s * beam);
            }
          }
        });
  }

  private INDArray ofTokens(INDArray logits) {
    return logits.size(1) == tokens
        ? logits
        : logits.get(NDArrayIndex.all(), NDArrayIndex.interval(0, tokens)).dup('c');
  }

  /** Returns each source with an end token and with padding, which uses end tokens too. */
  private TokenBatch ended(int[][] sources) {
    int longest = Arrays.stream(sources).mapToInt(source -> source.length).max().orElseThrow();
    int length = rounded(longest + 1);
    int[] ids = new int[sources.length * length];
    boolean[] padding = new boolean[ids.length];
    Arrays.fill(ids, end);
    Arrays.fill(padding, true);
    for (int i = 0; i < sources.length; i++) {
      System.arraycopy(sources[i], 0, ids, i * length, sources[i].length);
      Arrays.fill(padding, i * length, i * length + sources[i].length + 1, false);
    }
    return new TokenBatch(length, ids, padding);
  }

  /** Rounds up to a length that many batches share, so that kernels are prepared for few shapes. */
  private int rounded(int length) {
    return Math.min(model.config().positions(), (length + ROUNDING - 1) / ROUNDING * ROUNDING);
  }
}
