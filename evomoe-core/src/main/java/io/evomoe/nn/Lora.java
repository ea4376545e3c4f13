package io.evomoe.nn;

import io.evomoe.kernel.FeedForwardNets.GroupedMap;
import io.evomoe.kernel.FeedForwardNets.MapGradients;
import io.evomoe.kernel.Kernels;
import io.evomoe.kernel.RowGroups;
import io.evomoe.nn.Parameter.Role;
import io.evomoe.random.CounterRandom;
import java.util.List;
import java.util.function.Function;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * The adapter of a {@link Linear}, {@code (alpha / rank) dropout(x) A B}, which is added to its
 * output (Hu et al. 2021, arXiv 2106.09685). A [in, rank] is drawn as in the library peft, from
 * U(-1 / sqrt(in), 1 / sqrt(in)); B [rank, out] is 0, so a new adapter changes nothing.
 */
final class Lora {
  /** Ends of the names of A and B, which are those of peft. */
  static final String A = "lora_A";

  static final String B = "lora_B";

  private final Kernels kernels;
  private final String name;
  private final LoraConfig config;
  private final Parameter a;
  private final Parameter b;

  /**
   * Creates A and B.
   *
   * @param scope scope of the linear map; contains {@code lora_A} and {@code lora_B}
   */
  Lora(Scope scope, int in, int out, LoraConfig config) {
    this.kernels = scope.kernels();
    this.name = scope.name();
    this.config = config;
    this.a = scope.uniform(A, Role.ADAPTER, 1 / Math.sqrt(in), in, config.rank());
    this.b = scope.constant(B, Role.ADAPTER, 0, config.rank(), out);
  }

  /**
   * Runs the adapters of groups of rows.
   *
   * @param adapters one per group, of one form
   * @param x [groups.inputRows(), in]
   * @return [groups.rows(), out]
   */
  static Output forward(List<Lora> adapters, INDArray x, RowGroups groups, Pass pass) {
    Lora first = adapters.get(0);
    Kernels kernels = first.kernels;
    double rate = pass.step().training() ? first.config.dropout() : 0;
    long seed = CounterRandom.fold(pass.step().seed(), first.name + "." + A);
    INDArray kept = rate == 0 ? x : kernels.dropout(x, rate, seed);
    RowGroups inner = RowGroups.routed(groups.offsets());
    GroupedMap down = map(adapters, lora -> lora.a);
    GroupedMap up = map(adapters, lora -> lora.b);
    INDArray h = kernels.groupedLinear(kept, groups, down);
    kernels.scale(h, first.config.scale());
    return new Output(
        kernels.groupedLinear(h, inner, up),
        dy -> {
          INDArray dh = kernels.groupedInputGradient(dy, inner, up.weights());
          kernels.scale(dh, first.config.scale());
          for (int g = 0; g < groups.count(); g++) {
            if (groups.size(g) > 0) {
              Lora own = adapters.get(g);
              kernels.groupParameterGradients(h, dy, inner, g, gradient(own.b));
              kernels.groupParameterGradients(kept, dh, groups, g, gradient(own.a));
            }
          }
          INDArray dx = kernels.groupedInputGradient(dh, groups, down.weights());
          return rate == 0 ? dx : kernels.dropout(dx, rate, seed);
        });
  }

  private static GroupedMap map(List<Lora> adapters, Function<Lora, Parameter> matrix) {
    return new GroupedMap(
        adapters.stream().map(lora -> matrix.apply(lora).value()).toList(), List.of());
  }

  private static MapGradients gradient(Parameter matrix) {
    return new MapGradients(matrix.accumulatorIfTrained(), null);
  }

  List<Parameter> parameters() {
    return List.of(a, b);
  }
}
