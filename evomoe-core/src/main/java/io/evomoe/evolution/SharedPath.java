package io.evomoe.evolution;

import io.evomoe.kernel.Kernels;
import io.evomoe.nn.Layer;
import io.evomoe.nn.Output;
import io.evomoe.nn.Parameter;
import io.evomoe.nn.Pass;
import io.evomoe.nn.Pullback;
import io.evomoe.nn.Scope;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;

/** The sum of nets that every token uses, multiplied by {@code sigmoid(x w)} if it is gated. */
final class SharedPath implements Layer {
  private final Kernels kernels;
  private final List<Layer> nets;
  private final @Nullable Parameter gate;

  /**
   * Joins the nets.
   *
   * @param scope contains {@code sharedGate.weight} [d, 1]. It is initially zero, so every token
   *     gets half
   * @param nets at least one
   */
  SharedPath(Scope scope, List<Layer> nets, int width, boolean gated) {
    this.kernels = scope.kernels();
    this.nets = List.copyOf(nets);
    this.gate =
        gated
            ? scope.child("sharedGate").constant("weight", Parameter.Role.WEIGHT, 0, width, 1)
            : null;
  }

  @Override
  public Output forward(INDArray x, Pass pass) {
    List<Output> outputs = nets.stream().map(net -> net.forward(x, pass)).toList();
    INDArray sum = outputs.get(0).value();
    for (Output output : outputs.subList(1, outputs.size())) {
      sum = kernels.add(sum, output.value());
    }
    Pullback throughNets =
        dy -> {
          INDArray dx = outputs.get(0).pullback().pull(dy);
          for (Output output : outputs.subList(1, outputs.size())) {
            kernels.addInto(dx, output.pullback().pull(dy));
          }
          return dx;
        };
    return gate == null ? new Output(sum, throughNets) : gated(gate, x, sum, throughNets);
  }

  private Output gated(Parameter weight, INDArray x, INDArray sum, Pullback throughNets) {
    int n = Math.toIntExact(x.size(0));
    int[] rows = new int[n];
    Arrays.setAll(rows, s -> s);
    double[] z = kernels.read(kernels.exact().linear(x, weight.value(), null));
    double[] share = Arrays.stream(z).map(value -> 1 / (1 + Math.exp(-value))).toArray();
    return new Output(
        kernels.spreadRows(sum, rows, share),
        dy -> {
          double[] dz = kernels.read(kernels.rowDots(sum, dy, rows));
          Arrays.setAll(dz, s -> dz[s] * share[s] * (1 - share[s]));
          INDArray dx = throughNets.pull(kernels.spreadRows(dy, rows, share));
          INDArray dLogits = kernels.write(dz, n, 1);
          kernels.addInto(
              dx,
              kernels
                  .exact()
                  .linearGradient(x, weight.value(), dLogits, weight.accumulator(), null));
          return dx;
        });
  }

  @Override
  public List<Parameter> parameters() {
    return Stream.concat(
            nets.stream().flatMap(net -> net.parameters().stream()), Stream.ofNullable(gate))
        .toList();
  }
}
