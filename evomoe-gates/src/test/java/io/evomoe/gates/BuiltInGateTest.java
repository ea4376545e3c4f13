package io.evomoe.gates;

import io.evomoe.moe.GateContract;
import io.evomoe.moe.GateProvider;
import io.evomoe.moe.GateScene;
import io.evomoe.moe.Routing;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** The laws for a gate of this module, and scenes of four experts for its own tests. */
abstract class BuiltInGateTest extends GateContract {
  static final int EXPERTS = 4;

  /** Length of a token whose first choice is clear. */
  static final double CLEAR = 40;

  private final GateProvider provider;
  private final List<Map<String, String>> variants;

  /** The laws must hold with default options and with each of {@code others}. */
  @SafeVarargs
  BuiltInGateTest(GateProvider provider, Map<String, String>... others) {
    this.provider = provider;
    variants = new ArrayList<>();
    variants.add(Map.of());
    for (Map<String, String> other : others) {
      variants.add(other);
    }
  }

  @Override
  protected final GateProvider provider() {
    return provider;
  }

  @Override
  protected final List<Map<String, String>> variants() {
    return variants;
  }

  final GateScene scene(Map<String, String> options) {
    return GateScene.of(provider, EXPERTS, options);
  }

  final GateScene alongAxes(Map<String, String> options) {
    GateScene scene = scene(options);
    scene.pointExpertsAlongAxes();
    return scene;
  }

  /** Of each token and expert, 0 where it is not assigned. */
  static double[][] weights(Routing routing) {
    double[][] weights = new double[routing.tokenCount()][routing.experts()];
    for (int e = 0; e < routing.experts(); e++) {
      for (int i = routing.offset(e); i < routing.offset(e + 1); i++) {
        weights[routing.token(i)][e] = routing.weight(i);
      }
    }
    return weights;
  }
}
