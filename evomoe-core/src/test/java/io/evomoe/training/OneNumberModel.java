package io.evomoe.training;

import io.evomoe.kernel.Kernels;
import io.evomoe.moe.GateProvider.ExpertLifecycle;
import io.evomoe.nn.Parameter;
import io.evomoe.nn.Scope;
import java.util.List;

/** A model of one number, whose losses and reports a test writes. */
abstract class OneNumberModel implements Model<TinyBatch> {
  final Parameter parameter;
  private final Kernels kernels;

  OneNumberModel(Kernels kernels) {
    this.kernels = kernels;
    parameter = Scope.root(1, kernels).constant("number", Parameter.Role.BIAS, 1, 1);
  }

  @Override
  public final List<Parameter> parameters() {
    return List.of(parameter);
  }

  @Override
  public final long seed() {
    return 1;
  }

  @Override
  public final Kernels kernels() {
    return kernels;
  }

  @Override
  public final ExpertLifecycle growth() {
    return ExpertLifecycle.FROM_START;
  }

  @Override
  public double activeParameters(double meanActiveExperts) {
    return 1000 * meanActiveExperts;
  }
}
