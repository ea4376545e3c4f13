package io.evomoe.bench.measure;

import io.evomoe.kernel.RowGroups;
import io.evomoe.models.stack.BlockConfig;
import io.evomoe.models.stack.MoeConfig;
import io.evomoe.models.stack.StackConfig;
import io.evomoe.nn.AttentionConfig;
import java.util.Objects;

/**
 * What decides how much a training step of a decoder has to compute and to move.
 *
 * @param stack the blocks
 * @param vocabulary classes of the head
 * @param sequence tokens per sequence
 * @param batch sequences per step
 * @param parameters of the model, all experts included
 * @param mixtures MoE blocks; 0 for a dense model
 * @param activeExperts mean number of experts that a token of an MoE block uses
 */
record StepShape(
    StackConfig stack,
    int vocabulary,
    int sequence,
    int batch,
    long parameters,
    int mixtures,
    double activeExperts) {

  static StepShape of(
      UntrainedModel model, int sequence, int batch, long parameters, double activeExperts) {
    StackConfig stack = model.size().stack();
    int vocabulary = model.size().vocabulary();
    return new StepShape(
        stack, vocabulary, sequence, batch, parameters, model.mixtures(), activeExperts);
  }

  /** Experts of an MoE block; one without such blocks. */
  MoeConfig moe() {
    BlockConfig block = stack.block();
    return Objects.requireNonNullElse(block.moe(), MoeConfig.of(1, block.intermediateSize()));
  }

  /** Tokens of a step. */
  int tokens() {
    return sequence * batch;
  }

  /** How often the forward pass of a block is computed. */
  int forwards() {
    return stack.block().recomputed() ? 2 : 1;
  }

  /** Rows of an MoE block's experts, all together. */
  int expertRows() {
    return (int) Math.round(tokens() * activeExperts);
  }

  /** Those rows, the same number for each expert; shared where every expert takes every token. */
  RowGroups expertGroups() {
    int experts = moe().experts();
    if (expertRows() == Math.multiplyExact(experts, tokens())) {
      return RowGroups.shared(experts, tokens());
    }
    int[] offsets = new int[experts + 1];
    for (int e = 0; e <= experts; e++) {
      offsets[e] = (int) ((long) e * expertRows() / experts);
    }
    return RowGroups.routed(offsets);
  }

  /** Maps of the input of a feed-forward net. */
  int mapsIn() {
    return stack.block().feedForward().gated() ? 2 : 1;
  }

  /** Multiplications and additions of attention's products, of the keys that a query sees. */
  double attentionFlops() {
    double pairs = 0.5 * sequence * (sequence + 1.0) * batch;
    int products = 2 * forwards() + 4;
    return 2.0
        * products
        * pairs
        * stack.block().attention().queryWidth()
        * stack.numHiddenLayers();
  }

  /**
   * Bytes that a step must move, as {@link StepFloor} counts them.
   *
   * @param activationBytes bytes of a number that is kept for the backward pass
   */
  double bytesMoved(int activationBytes) {
    double ofAdamW = 4.0 * 2 * Float.BYTES * parameters;
    double logits = 2.0 * Float.BYTES * tokens() * vocabulary;
    return ofAdamW + logits + 2.0 * activationBytes * keptNumbers();
  }

  private double keptNumbers() {
    double rows = tokens();
    double head = rows * stack.hiddenSize();
    if (stack.block().recomputed()) {
      return head + rows * stack.hiddenSize() * stack.numHiddenLayers();
    }
    AttentionConfig form = stack.block().attention();
    double attention = stack.hiddenSize() + 2.0 * form.queryWidth() + 2.0 * form.keyWidth();
    double dense = stack.hiddenSize() + (double) mapsIn() * stack.block().intermediateSize();
    int shared = moe().shared().count() * moe().shared().intermediateSize();
    double mixed =
        rows * (stack.hiddenSize() + (double) mapsIn() * shared)
            + (double) expertRows() * mapsIn() * moe().intermediateSize();
    return head
        + rows * attention * stack.numHiddenLayers()
        + rows * dense * (stack.numHiddenLayers() - mixtures)
        + mixed * mixtures;
  }
}
