package io.evomoe.bench.cli.bench;

import com.fasterxml.jackson.annotation.JsonProperty;
import io.evomoe.kernel.Kernels;
import io.evomoe.kernel.Precision;
import io.evomoe.models.stack.BlockConfig;
import io.evomoe.models.stack.MoeConfig;
import io.evomoe.models.stack.StackConfig;
import io.evomoe.nn.AttentionConfig;
import java.util.Objects;

/**
 * What a training step would take if it did nothing but its matrix products, at the speed of one
 * large product, and moved what it must move, at the bandwidth of memory.
 *
 * <p>Products are those with weights, forward and backward, of attention's maps, feed-forward nets,
 * experts, routers and head; and attention's own, {@code q k^T} and probabilities times v and their
 * four gradients, for the keys that a query sees. A forward pass that is computed again counts
 * again.
 *
 * <p>Bytes are, in float32, a parameter, its gradient and its two moments, each written once and
 * read once (32 a parameter); the logits, in float32, written once and read once; and what is kept
 * for the backward pass, written once and read once, 2 bytes a number in bfloat16 and 4 in float32:
 * the inputs of attention, of the feed-forward nets and of the head, queries, keys, values and what
 * attention gives, and what goes into the activation (and what a gated net multiplies with). Where
 * blocks are computed again, only their inputs and the head's are kept. Weights that are read more
 * than once, the residual stream, and whatever else passes between two layers are not counted: they
 * may stay in the cache.
 *
 * @param productsMillis milliseconds of all products of a step at the speed of the largest one
 * @param productsGigaflops multiplications and additions of these products, 1e9
 * @param bytesMoved a step
 * @param bandwidthGigabytesPerSecond reading and writing together, of large arrays, 1e9 bytes
 * @param floorMillis products, and the bytes at this bandwidth, one after the other
 */
record StepFloor(
    @JsonProperty("products_ms") double productsMillis,
    @JsonProperty("products_gflop") double productsGigaflops,
    @JsonProperty("bytes_moved") double bytesMoved,
    @JsonProperty("bandwidth_gb_per_s") double bandwidthGigabytesPerSecond,
    @JsonProperty("floor_ms") double floorMillis) {

  /**
   * Measures it.
   *
   * @param kernels of the step
   * @param peak 1e9 operations a second of the largest product
   */
  static StepFloor measured(Kernels kernels, Precision precision, StepShape shape, double peak) {
    double products = shape.flops() / (peak * 1e6);
    double bytes = shape.bytesMoved(precision == Precision.BF16 ? 2 : Float.BYTES);
    double bandwidth = MachineSpeed.memoryGigabytes(kernels);
    return new StepFloor(
        products, shape.flops() * 1e-9, bytes, bandwidth, products + bytes / (bandwidth * 1e6));
  }

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

    /** Experts of an MoE block; one without such blocks. */
    private MoeConfig moe() {
      BlockConfig block = stack.block();
      return Objects.requireNonNullElse(block.moe(), MoeConfig.of(1, block.intermediateSize()));
    }

    private int tokens() {
      return sequence * batch;
    }

    /** How often the forward pass of a block is computed. */
    private int forwards() {
      return stack.block().recomputed() ? 2 : 1;
    }

    /** Maps of the input of a feed-forward net. */
    private int mapsIn() {
      return stack.block().feedForward().gated() ? 2 : 1;
    }

    /** Multiplications and additions of all products of a step, forward and backward. */
    double flops() {
      return weightFlops() + attentionFlops();
    }

    /** Those with weights: of the blocks, and of the head, which is never computed again. */
    double weightFlops() {
      AttentionConfig form = stack.block().attention();
      double attention = 2.0 * (form.queryWidth() + form.keyWidth()) * stack.hiddenSize();
      double ofUnit = (mapsIn() + 1.0) * stack.hiddenSize();
      double dense = ofUnit * stack.block().intermediateSize();
      double used = sharedUnits() + activeExperts * moe().intermediateSize();
      double mixture = (double) stack.hiddenSize() * moe().experts() + ofUnit * used;
      double blocks =
          stack.numHiddenLayers() * attention
              + (stack.numHiddenLayers() - mixtures) * dense
              + mixtures * mixture;
      double head = (double) vocabulary * stack.hiddenSize();
      return 2.0 * tokens() * ((forwards() + 2) * blocks + 3 * head);
    }

    private int sharedUnits() {
      return moe().shared().count() * moe().shared().intermediateSize();
    }

    /** Those of attention itself, of the keys that a query sees. */
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
      double used = sharedUnits() + activeExperts * moe().intermediateSize();
      double mixed = rows * (stack.hiddenSize() + mapsIn() * used);
      return head
          + rows * attention * stack.numHiddenLayers()
          + rows * dense * (stack.numHiddenLayers() - mixtures)
          + mixed * mixtures;
    }
  }
}
