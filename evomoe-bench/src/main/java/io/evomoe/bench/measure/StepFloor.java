package io.evomoe.bench.measure;

import com.fasterxml.jackson.annotation.JsonProperty;
import io.evomoe.kernel.Kernels;
import io.evomoe.kernel.Precision;

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
public record StepFloor(
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
  public static StepFloor measured(
      Kernels kernels, Precision precision, StepShape shape, double peak) {
    double products = shape.flops() / (peak * 1e6);
    double bytes = shape.bytesMoved(precision == Precision.BF16 ? 2 : Float.BYTES);
    double bandwidth = MachineSpeed.memoryGigabytes(kernels);
    return new StepFloor(
        products, shape.flops() * 1e-9, bytes, bandwidth, products + bytes / (bandwidth * 1e6));
  }
}
