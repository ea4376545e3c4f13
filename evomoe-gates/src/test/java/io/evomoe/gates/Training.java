package io.evomoe.gates;

import io.evomoe.moe.GateScene;
import io.evomoe.moe.Routed;
import io.evomoe.moe.Routed.RoutingGradient;
import io.evomoe.moe.TokenRows;
import io.evomoe.step.StepContext;
import io.evomoe.step.StepContext.Phase;

/** Passes that train a gate. */
final class Training {
  private Training() {}

  static StepContext step(long step) {
    return new StepContext(step, Phase.SOFT, 1, true, step);
  }

  /** Forward and backward; the task's loss does not depend on the weights. */
  static Routed pass(GateScene scene, TokenRows tokens, StepContext context) {
    Routed routed = scene.route(tokens, context);
    double[] none = new double[routed.routing().assignments()];
    routed.pullback().pull(new RoutingGradient(none, new double[0]));
    return routed;
  }
}
