package io.evomoe.gates.example;

import io.evomoe.moe.Gate;
import io.evomoe.moe.GateProvider;
import io.evomoe.moe.GateSpec;
import io.evomoe.moe.Options;
import io.evomoe.moe.Routed;
import io.evomoe.moe.RouterProjection;
import io.evomoe.moe.Routing;
import io.evomoe.moe.Softmax;
import io.evomoe.moe.TokenMatrix;
import io.evomoe.nn.Parameter;
import io.evomoe.nn.Pass;
import java.util.List;
import org.nd4j.linalg.api.ndarray.INDArray;

/** Every expert whose probability is above the average, 1/E, takes the token. */
public final class AboveAverageGate implements Gate {
  private final RouterProjection projection;

  private AboveAverageGate(GateSpec spec) {
    projection = new RouterProjection(spec.scope(), spec.width(), spec.experts());
  }

  @Override
  public Routed route(INDArray tokens, Pass pass) {
    TokenMatrix p = Softmax.of(projection.forward(tokens), 1);
    Routing.Builder chosen = new Routing.Builder(p.tokens(), p.columns());
    for (int s = 0; s < p.tokens(); s++) {
      for (int e = 0; e < p.columns(); e++) {
        boolean active = e == p.argMax(s) || p.get(s, e) > 1.0 / p.columns();
        if (active && !pass.tokens().isPadding(s)) {
          chosen.assign(s, e, p.get(s, e));
        }
      }
    }
    Routing routing = chosen.build();
    return new Routed(
        routing,
        0,
        gradient -> {
          TokenMatrix dz = new TokenMatrix(p.tokens(), p.columns());
          Softmax.addGradient(p, TokenMatrix.ofWeights(routing, gradient), 1, dz);
          return projection.backward(tokens, dz);
        });
  }

  @Override
  public List<Parameter> parameters() {
    return List.of(projection.weight());
  }

  /** Gate {@code above-average}. */
  public static final class Provider implements GateProvider {
    @Override
    public String name() {
      return "above-average";
    }

    @Override
    public String description() {
      return "every expert above the average probability";
    }

    @Override
    public Gate create(GateSpec spec) {
      Options.none(name(), spec);
      return new AboveAverageGate(spec);
    }
  }
}
