package io.evomoe.nn;

import io.evomoe.kernel.FeedForwardNets.GroupedMap;
import io.evomoe.kernel.FeedForwardNets.MapGradients;
import io.evomoe.kernel.Kernels;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;

/** {@code y = x W + b}, or without b. W [in, out], b [out]. */
public final class Linear implements Layer {
  private final Kernels kernels;
  private final Parameter weight;
  private final @Nullable Parameter bias;

  /**
   * Draws W from N(0, deviation) and sets b to 0.
   *
   * @param scope contains {@code weight} and {@code bias}
   */
  public Linear(Scope scope, int in, int out, double deviation) {
    this(scope, in, out, deviation, true);
  }

  /**
   * Draws W from N(0, deviation) and sets b to 0.
   *
   * @param scope contains {@code weight} and, if it is biased, {@code bias}
   * @param biased whether there is a b
   */
  public Linear(Scope scope, int in, int out, double deviation, boolean biased) {
    this.kernels = scope.kernels();
    this.weight = scope.normal("weight", deviation, in, out);
    this.bias = biased ? scope.constant("bias", Parameter.Role.BIAS, 0, out) : null;
  }

  /**
   * Creates a child of another map, with its own parameters. The weight is derived from the
   * parent's.
   */
  Linear(Scope scope, Linear parent, FeedForward.WeightChange change) {
    this.kernels = scope.kernels();
    String name = scope.place("weight").name();
    int columns = (int) parent.weight.value().size(1);
    double[] values = change.apply(name, parent.weight.deviation(), columns, values(parent.weight));
    this.weight = scope.like("weight", parent.weight, values);
    this.bias = parent.bias == null ? null : scope.like("bias", parent.bias, values(parent.bias));
  }

  private static double[] values(Parameter parameter) {
    return parameter.value().dup('c').data().asDouble();
  }

  @Override
  public Output forward(INDArray x, Pass pass) {
    return output(x, kernels.linear(x, weight.value(), bias == null ? null : bias.value()));
  }

  /** Does the same for rows that only products read ({@link Kernels#linearOperand}). */
  Output forwardOperand(INDArray x) {
    return output(x, kernels.linearOperand(x, weight.value(), bias == null ? null : bias.value()));
  }

  private Output output(INDArray x, INDArray y) {
    return new Output(
        y,
        dy -> {
          MapGradients into = gradients();
          return kernels.linearGradient(x, weight.value(), dy, into.weight(), into.bias());
        });
  }

  /** Returns the targets of its gradients. */
  MapGradients gradients() {
    return new MapGradients(weight.accumulator(), bias == null ? null : bias.accumulator());
  }

  /** Combines maps of one form into the maps of groups of rows. */
  static GroupedMap grouped(List<Linear> maps) {
    List<INDArray> weights = new ArrayList<>(maps.size());
    List<INDArray> biases = new ArrayList<>(maps.size());
    for (Linear map : maps) {
      weights.add(map.weight.value());
      if (map.bias != null) {
        biases.add(map.bias.value());
      }
    }
    return new GroupedMap(weights, biases);
  }

  @Override
  public List<Parameter> parameters() {
    return bias == null ? List.of(weight) : List.of(weight, bias);
  }
}
