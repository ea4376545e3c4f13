package io.evomoe.models.causal;

import io.evomoe.nn.KeyValueCache;
import io.evomoe.nn.TokenBatch;
import io.evomoe.step.StepContext;
import java.util.Arrays;
import java.util.function.IntPredicate;
import org.nd4j.linalg.api.memory.MemoryWorkspace;
import org.nd4j.linalg.api.memory.conf.WorkspaceConfiguration;
import org.nd4j.linalg.api.memory.enums.AllocationPolicy;
import org.nd4j.linalg.api.memory.enums.LearningPolicy;
import org.nd4j.linalg.api.memory.enums.ResetPolicy;
import org.nd4j.linalg.api.memory.enums.SpillPolicy;
import org.nd4j.linalg.factory.Nd4j;

/**
 * Continues a text token by token. Keys and values of what was read are cached while the text fits
 * into the model's positions; beyond them every token moves the window by one, which gives all of
 * its tokens new positions, so the window is read anew.
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

  /** Generates with a model as it is at a step (phase and temperature steer its gates). */
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
   * The prompt followed by new tokens. Only the last {@link CausalLanguageModel#positions()} tokens
   * are read.
   *
   * @param prompt at least one id
   * @param newTokens how many to add at most, at least 0
   * @param stop ends the text before such a token
   */
  public int[] generate(int[] prompt, int newTokens, Sampling sampling, IntPredicate stop) {
    if (prompt.length == 0) {
      throw new IllegalArgumentException("prompt must have at least 1 token, had 0");
    }
    if (newTokens < 0) {
      throw new IllegalArgumentException("newTokens must be at least 0, was " + newTokens);
    }
    int[] text = Arrays.copyOf(prompt, prompt.length + newTokens);
    int room = Math.min(text.length, model.positions());
    KeyValueCache cache = model.newCache(1, room);
    for (int length = prompt.length; length < text.length; length++) {
      double[] logits = Arrays.copyOf(logits(text, length, cache), tokens);
      int next = sampling.choose(logits, length);
      if (stop.test(next)) {
        return Arrays.copyOf(text, length);
      }
      text[length] = next;
    }
    return text;
  }

  private double[] logits(int[] text, int length, KeyValueCache cache) {
    boolean fits = length <= cache.capacity();
    int from = fits ? cache.length() : length - model.positions();
    int[] read = Arrays.copyOfRange(text, from, length);
    TokenBatch tokens = TokenBatch.of(read.length, read);
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
}
