package io.evomoe.moe;

import io.evomoe.moe.Routed.RoutingGradient;
import io.evomoe.random.CounterRandom;
import java.util.Arrays;

/**
 * A made-up loss of a routing: the sum of each weight times a number of its token and expert, each
 * bypass times a number of its token, and the auxiliary loss.
 */
final class RoutingObjective {
  private static final CounterRandom SLOPES = new CounterRandom(23);
  private static final int BYPASS = 1000;

  private RoutingObjective() {}

  static double loss(Routed routed) {
    Routing routing = routed.routing();
    RoutingGradient gradient = gradient(routing);
    double loss = routed.auxLoss();
    for (int i = 0; i < routing.assignments(); i++) {
      loss += routing.weight(i) * gradient.weight(i);
    }
    double[] bypass = routing.bypass();
    for (int s = 0; bypass != null && s < bypass.length; s++) {
      loss += bypass[s] * gradient.bypass(s);
    }
    return loss;
  }

  static RoutingGradient gradient(Routing routing) {
    double[] weights = new double[routing.assignments()];
    for (int e = 0; e < routing.experts(); e++) {
      for (int i = routing.offset(e); i < routing.offset(e + 1); i++) {
        weights[i] = slope(routing.token(i), e);
      }
    }
    double[] bypass = new double[routing.bypass() == null ? 0 : routing.tokenCount()];
    Arrays.setAll(bypass, s -> slope(s, BYPASS));
    return new RoutingGradient(weights, bypass);
  }

  private static double slope(int token, int expert) {
    return SLOPES.gaussian(token * 7919L + expert);
  }
}
