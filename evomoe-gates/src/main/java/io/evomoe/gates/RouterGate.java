package io.evomoe.gates;

import io.evomoe.moe.Gate;
import io.evomoe.moe.Router;
import io.evomoe.nn.Parameter;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** A gate whose parameters are those of its router. */
abstract class RouterGate implements Gate {
  final Router router;

  RouterGate(Router router) {
    this.router = router;
  }

  /** The gate's own losses, and those of its router. */
  @Override
  public final Map<String, Double> losses() {
    Map<String, Double> losses = new TreeMap<>(ownLosses());
    losses.putAll(router.losses());
    return losses;
  }

  /** Returns the coefficients of the losses of the gate itself, by name. */
  Map<String, Double> ownLosses() {
    return Map.of();
  }

  @Override
  public List<Parameter> parameters() {
    return router.parameters();
  }

  @Override
  public long idleParameters() {
    return router.idleParameters();
  }
}
