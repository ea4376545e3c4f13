package io.evomoe.gates;

import io.evomoe.moe.Gate;
import io.evomoe.moe.Gate.TopKRouting;
import io.evomoe.moe.GateSpec;
import io.evomoe.moe.Options;
import io.evomoe.moe.Router;
import io.evomoe.moe.RouterOptions;
import io.evomoe.step.StepContext;
import java.util.function.BiFunction;

/**
 * A gate whose logits are affinities to the centroids of experts, and whose output is a {@link
 * SigmoidBlend}.
 */
abstract class CentroidGate extends RouterGate {
  CentroidGate(GateSpec spec, Options options) {
    super(Router.ofCentroids(spec, RouterOptions.ofPrior(options)));
  }

  @Override
  public final TopKRouting topKRouting(StepContext step) {
    return new TopKRouting.Other("weighs its expert by a sigmoid, against the token itself");
  }

  /** A provider of such a gate. Its layer takes the residual stream. */
  abstract static class StreamProvider extends BuiltInProvider {
    StreamProvider(String name, String description, BiFunction<GateSpec, Options, Gate> gate) {
      super(name, description, gate);
    }

    @Override
    public final ExpertForm expertForm() {
      return ExpertForm.RESIDUAL;
    }

    @Override
    public final Placement placement() {
      return Placement.STREAM;
    }
  }
}
