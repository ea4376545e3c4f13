package io.evomoe.nn;

import io.evomoe.kernel.FeedForwardNets.GroupedMap;
import io.evomoe.kernel.FeedForwardNets.MapGradients;
import io.evomoe.kernel.Kernels;
import io.evomoe.kernel.RowGroups;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * {@code y = x W + b}, or without b. W [in, out], b [out]. If the scope asks for it, a {@link Lora}
 * adds to y.
 */
public final class Linear implements Layer {
  private final Kernels kernels;
  private final Parameter weight;
  private final @Nullable Parameter bias;
  private final @Nullable Lora lora;

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
    this.lora = scope.lora(in, out);
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
    this.lora = scope.lora((int) parent.weight.value().size(0), columns);
  }

  private static double[] values(Parameter parameter) {
    return parameter.value().dup('c').data().asDouble();
  }

  @Override
  public Output forward(INDArray x, Pass pass) {
    if (lora != null) {
      return forward(List.of(this), x, RowGroups.shared(1, (int) x.size(0)), pass);
    }
    return output(x, kernels.linear(x, weight.value(), bias == null ? null : bias.value()));
  }

  /** Does the same for rows that only products read ({@link Kernels#linearOperand}). */
  Output forwardOperand(INDArray x, Pass pass) {
    if (lora != null) {
      return forward(x, pass);
    }
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
    return new MapGradients(
        weight.accumulatorIfTrained(), bias == null ? null : bias.accumulatorIfTrained());
  }

  /** Returns whether it has an adapter. */
  boolean isAdapted() {
    return lora != null;
  }

  /**
   * Runs the maps of groups of rows, with their adapters.
   *
   * @param maps one per group, of one form; all have an adapter, or none has
   * @param x [groups.inputRows(), in]
   * @return [groups.rows(), out]
   */
  static Output forward(List<Linear> maps, INDArray x, RowGroups groups, Pass pass) {
    Kernels kernels = maps.get(0).kernels;
    GroupedMap map = grouped(maps);
    INDArray y = kernels.groupedLinear(x, groups, map);
    List<Lora> adapters = maps.stream().flatMap(one -> Stream.ofNullable(one.lora)).toList();
    Output added = adapters.isEmpty() ? null : Lora.forward(adapters, x, groups, pass);
    if (added != null) {
      kernels.addInto(y, added.value());
    }
    return new Output(
        y,
        dy -> {
          for (int g = 0; g < groups.count(); g++) {
            if (groups.size(g) > 0) {
              kernels.groupParameterGradients(x, dy, groups, g, maps.get(g).gradients());
            }
          }
          INDArray dx = kernels.groupedInputGradient(dy, groups, map.weights());
          if (added != null) {
            kernels.addInto(dx, added.pullback().pull(dy));
          }
          return dx;
        });
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
    Stream<Parameter> own = Stream.of(weight, bias).flatMap(Stream::ofNullable);
    return Stream.concat(own, Stream.ofNullable(lora).flatMap(one -> one.parameters().stream()))
        .toList();
  }
}
