package io.evomoe.kernel;

import java.util.List;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Parameters of feed-forward nets of one shape, {@code contract(act(expand(x)))}, one net a group
 * of rows; gated ones are {@code contract(act(expand(x)) * up(x))} (Shazeer 2020, arXiv 2002.05202:
 * with {@link ActivationFunction#SILU} its SwiGLU).
 *
 * @param activation of what {@code expand} gives
 * @param expand the map whose output goes through the activation, [d, hidden]
 * @param up the map that a gated net multiplies with, [d, hidden]; null for plain nets
 * @param contract the map back, [hidden, d]
 */
public record FeedForwardNets(
    ActivationFunction activation,
    GroupedMap expand,
    @Nullable GroupedMap up,
    GroupedMap contract) {

  /** Width of the rows between the maps. */
  public long hidden() {
    return expand.out();
  }

  /** Width of the rows that go in and come out. */
  public long width() {
    return expand.in();
  }

  /**
   * A linear map for each group of rows.
   *
   * @param weights a [in, out] for each group
   * @param biases a [out] for each group; empty for maps without
   */
  public record GroupedMap(List<INDArray> weights, List<INDArray> biases) {

    /** Keeps the lists unmodifiable. */
    public GroupedMap {
      weights = List.copyOf(weights);
      biases = List.copyOf(biases);
    }

    /** Width of the rows that go in. */
    public long in() {
      return weights.get(0).size(0);
    }

    /** Width of the rows that come out. */
    public long out() {
      return weights.get(0).size(1);
    }

    /** The weight of a group. */
    public INDArray weight(int group) {
      return weights.get(group);
    }

    /** The bias of a group; null where there is none. */
    public @Nullable INDArray bias(int group) {
      return biases.isEmpty() ? null : biases.get(group);
    }
  }
}
