package io.evomoe.gates;

import io.evomoe.moe.Gate;
import io.evomoe.moe.Router;
import io.evomoe.nn.Parameter;
import java.util.List;

/** A gate whose parameters are those of its router. */
abstract class RouterGate implements Gate {
  final Router router;

  RouterGate(Router router) {
    this.router = router;
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
