package io.evomoe.gates;

import io.evomoe.moe.Gate;
import io.evomoe.moe.GateSpec;
import io.evomoe.moe.Router;
import io.evomoe.moe.RouterOptions;
import io.evomoe.nn.Parameter;
import java.util.List;

/** A gate whose parameters are those of its router. */
abstract class RouterGate implements Gate {
  final Router router;

  RouterGate(GateSpec spec, RouterOptions options) {
    this.router = new Router(spec, options);
  }

  @Override
  public final List<Parameter> parameters() {
    return router.parameters();
  }

  @Override
  public final long idleParameters() {
    return router.idleParameters();
  }
}
