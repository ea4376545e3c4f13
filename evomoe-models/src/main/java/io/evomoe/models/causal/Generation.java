package io.evomoe.models.causal;

import io.evomoe.internal.names.FieldBound;
import io.evomoe.nn.KeyValueCache;
import io.evomoe.nn.TokenBatch;
import io.evomoe.step.StepContext;
import java.util.Arrays;
import java.util.List;
import java.util.function.IntPredicate;
import org.nd4j.linalg.api.memory.MemoryWorkspace;
import org.nd4j.linalg.api.memory.conf.WorkspaceConfiguration;
import org.nd4j.linalg.api.memory.enums.AllocationPolicy;
import org.nd4j.linalg.api.memory.enums.LearningPolicy;
import org.nd4j.linalg.api.memory.enums.ResetPolicy;
import org.nd4j.linalg.api.memory.enums.SpillPolicy;
import org.nd4j.linalg.factory.Nd4j;

/**
 * Continues a text token by token. Keys and values are cached while the text fits into the model's
 * positions. Beyond them every token shifts the window by one and changes all positions, so the
 * whole window is computed again.
 */
public final class Generation {
  private static final WorkspaceConfiguration WORKSPACE =
      WorkspaceConfiguration.builder()
          .policyAllocation(AllocationPolicy.OVERALLOCATE)
          .policyLearning(LearningPolicy.FIRST_LOOP)
          .policySpill(SpillPolicy.REALLOCATE)
          .policyReset(ResetPolicy.BLOCK_LEFT)
          .build();

  private final CausalLanguageModel model;
  private final StepContext context;
  private final int tokens;

  /** Generates with a model at a step, whose phase and temperature control the gates. */
  public Generation(CausalLanguageModel model, StepContext context) {
    this(model, context, model.vocabulary());
  }

  /**
   * Generates with a model whose table has more rows than its tokenizer has tokens, as imported
   * models may have.
   *
   * @param tokens ids from this one on are never chosen; 1 to the model's vocabulary
   */
  public Generation(CausalLanguageModel model, StepContext context, int tokens) {
    if (tokens < 1 || tokens > model.vocabulary()) {
      throw new IllegalArgumentException(
          "tokens must be in 1..%d, was %d".formatted(model.vocabulary(), tokens));
    }
    this.model = model;
    this.context = context.evaluating();
    this.tokens = tokens;
  }

  /**
   * Returns the prompt followed by new tokens. Only the last {@link
   * CausalLanguageModel#positions()} tokens are read.
   *
   * @param prompt at least one id
   * @param newTokens maximum number of new tokens, at least 0
   * @param stop ends the text before such a token
   */
  public int[] generate(int[] prompt, int newTokens, Sampling sampling, IntPredicate stop) {
    return generate(List.of(prompt), newTokens, sampling, stop).get(0);
  }

  /**
   * Continues several prompts in one batch. Each text is the same as alone, except for rounding.
   *
   * @param prompts at least one, all of the same length, each with at least one id
   * @param newTokens maximum number of new tokens for each, at least 0
   * @param stop ends a text before such a token
   */
  public List<int[]> generate(
      List<int[]> prompts, int newTokens, Sampling sampling, IntPredicate stop) {
    int start = length(prompts);
    FieldBound.atLeast("newTokens", newTokens, 0);
    int end = Math.addExact(start, newTokens);
    List<Text> texts = prompts.stream().map(prompt -> new Text(prompt, end)).toList();
    int room = Math.min(end, model.positions());
    KeyValueCache cache = model.newCache(texts.size(), room);
    for (int length = start; length < end && !texts.stream().allMatch(Text::isOver); length++) {
      double[] logits = logits(texts, length, cache);
      for (int i = 0; i < texts.size(); i++) {
        int from = i * model.vocabulary();
        int next = sampling.choose(Arrays.copyOfRange(logits, from, from + tokens), length);
        texts.get(i).add(length, next, stop);
      }
    }
    return texts.stream().map(Text::tokens).toList();
  }

  private static int length(List<int[]> prompts) {
    FieldBound.atLeast("prompts", prompts.size(), 1);
    int length = prompts.get(0).length;
    for (int[] prompt : prompts) {
      if (prompt.length == 0) {
        throw new IllegalArgumentException("prompt must have at least 1 token, had 0");
      }
      if (prompt.length != length) {
        throw new IllegalArgumentException(
            "prompts must be equally long, had %d and %d tokens".formatted(length, prompt.length));
      }
    }
    return length;
  }

  private double[] logits(List<Text> texts, int length, KeyValueCache cache) {
    boolean fits = length <= cache.capacity();
    int from = fits ? cache.length() : length - model.positions();
    int read = length - from;
    int[] ids = new int[texts.size() * read];
    for (int i = 0; i < texts.size(); i++) {
      System.arraycopy(texts.get(i).ids, from, ids, i * read, read);
    }
    TokenBatch tokens = TokenBatch.of(read, ids);
    try (MemoryWorkspace ignored =
        Nd4j.getWorkspaceManager().getAndActivateWorkspace(WORKSPACE, "evomoe-generation")) {
      return model
          .kernels()
          .read(
              fits
                  ? model.nextTokenLogits(tokens, context, cache)
                  : model.nextTokenLogits(tokens, context));
    }
  }

  /**
   * A prompt and its continuation; a finished text is still computed while others are unfinished.
   */
  private static final class Text {
    private final int[] ids;
    private int length;

    Text(int[] prompt, int end) {
      ids = Arrays.copyOf(prompt, end);
      length = end;
    }

    boolean isOver() {
      return length < ids.length;
    }

    void add(int place, int id, IntPredicate stop) {
      ids[place] = id;
      if (!isOver() && stop.test(id)) {
        length = place;
      }
    }

    int[] tokens() {
      return Arrays.copyOf(ids, length);
    }
  }
}
