package io.evomoe.kernel;

import java.util.List;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Parameters of feed-forward nets of one shape, {@code contract(act(expand(x)))}, one net per group
 * of rows. Gated nets are {@code contract(act(expand(x)) * up(x))} (Shazeer 2020, arXiv
 * 2002.05202). With {@link ActivationFunction#SILU} they are SwiGLU.
 *
 * @param activation activation function on the output of {@code expand}
 * @param expand gate projection of a gated net, or up projection of a plain net, [d, hidden]
 * @param up up projection of a gated net, [d, hidden]; null for plain nets
 * @param contract down projection, [hidden, d]
 */
public record FeedForwardNets(
    ActivationFunction activation,
    GroupedMap expand,
    @Nullable GroupedMap up,
    GroupedMap contract) {

  /** Returns the intermediate size. */
  public long hidden() {
    return expand.out();
  }

  /** Returns d, the size of input and output rows. */
  public long width() {
    return expand.in();
  }

  /**
   * A linear map for each group of rows.
   *
   * @param weights [in, out] for each group
   * @param biases [out] for each group; empty for maps without a bias
   */
  public record GroupedMap(List<INDArray> weights, List<INDArray> biases) {

    /** Makes the lists unmodifiable. */
    public GroupedMap {
      weights = List.copyOf(weights);
      biases = List.copyOf(biases);
    }

    /** Returns a single map; its bias may be null. */
    public static GroupedMap of(INDArray weight, @Nullable INDArray bias) {
      return new GroupedMap(List.of(weight), bias == null ? List.of() : List.of(bias));
    }

    /** Returns the size of input rows. */
    public long in() {
      return weights.get(0).size(0);
    }

    /** Returns the size of output rows. */
    public long out() {
      return weights.get(0).size(1);
    }

    /** Returns the weight of a group. */
    public INDArray weight(int group) {
      return weights.get(group);
    }

    /** Returns the bias of a group, or null if there is none. */
    public @Nullable INDArray bias(int group) {
      return biases.isEmpty() ? null : biases.get(group);
    }
  }

  /**
   * The targets of the parameter gradients of one feed-forward net.
   *
   * @param expand targets of the gate projection of a gated net, or of the up projection of a plain
   *     net
   * @param up targets of the up projection of a gated net; null for a plain net
   * @param contract targets of the down projection
   */
  public record FeedForwardGradients(
      MapGradients expand, @Nullable MapGradients up, MapGradients contract) {}

  /**
   * The targets of one linear map.
   *
   * @param weight null if the weight is frozen: its gradient is not computed
   * @param bias null for a map without a bias, or if it is frozen
   */
  public record MapGradients(@Nullable Accumulator weight, @Nullable Accumulator bias) {

    /** Returns the targets for contributions after the first one. */
    public MapGradients further() {
      return new MapGradients(
          weight == null ? null : weight.further(), bias == null ? null : bias.further());
    }
  }
}
