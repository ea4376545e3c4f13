package io.evomoe.moe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.evomoe.nn.Parameter;
import io.evomoe.step.StepContext;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;

/** Compares a gate's backward pass with central differences, in double. */
record GateGradientCheck(
    GateScene scene, TokenRows tokens, StepContext context, INDArray array, Routed routed) {
  private static final double STEP = 1e-5;
  private static final double TOLERANCE = 1e-7;

  /** Of an array with more elements only some are checked. */
  private static final long LARGEST = 24;

  static GateGradientCheck of(GateScene scene, TokenRows tokens, StepContext context) {
    INDArray array = tokens.array();
    return new GateGradientCheck(
        scene, tokens, context, array, scene.route(array, tokens, context));
  }

  void run(String description) {
    scene.gate().parameters().forEach(Parameter::clearGradient);
    INDArray dTokens = routed.pullback().pull(RoutingObjective.gradient(routed.routing()));
    compare(array, dTokens, description + ", tokens");
    for (Parameter parameter : scene.gate().parameters()) {
      if (parameter.frozen()) {
        assertThat(parameter.hasGradient()).as(description + ", " + parameter.name()).isFalse();
        continue;
      }
      compare(parameter.value(), parameter.gradient(), description + ", " + parameter.name());
    }
  }

  private void compare(INDArray value, @Nullable INDArray gradient, String description) {
    for (long i = 0; i < value.length(); i += 1 + 2 * (value.length() / LARGEST)) {
      // A row of zeros says that an id has no prior; a step of the check would give it one.
      if (value.getDouble(i) == 0) {
        continue;
      }
      double numeric = numericGradient(value, i);
      double analytic = gradient == null ? 0 : gradient.getDouble(i);
      assertThat(analytic)
          .as("%s, element %d", description, i)
          .isCloseTo(numeric, within(TOLERANCE * (1 + Math.abs(numeric))));
    }
  }

  private double numericGradient(INDArray value, long i) {
    double old = value.getDouble(i);
    double above = loss(value, i, old + STEP);
    double below = loss(value, i, old - STEP);
    value.putScalar(i, old);
    return (above - below) / (2 * STEP);
  }

  private double loss(INDArray value, long i, double changed) {
    value.putScalar(i, changed);
    Routed nearby = scene.route(array, tokens, context);
    assertThat(nearby.routing().tokens())
        .as("assignments, which must not change within a step of the check")
        .isEqualTo(routed.routing().tokens());
    return RoutingObjective.loss(nearby);
  }
}
