package org.example;

import io.evomoe.moe.Gate;
import io.evomoe.moe.GateProvider;
import io.evomoe.moe.GateSpec;
import io.evomoe.moe.Options;
import io.evomoe.moe.SameDiffGate;
import org.nd4j.autodiff.samediff.SDVariable;

/** Every expert whose softmax is above half of the mean, with its square root as weight. */
public final class RootGate implements GateProvider {
  @Override
  public String name() {
    return "root";
  }

  @Override
  public String description() {
    return "the square root of every softmax above half of the mean";
  }

  @Override
  public Gate create(GateSpec spec) {
    Options.none(name(), spec);
    return new SameDiffGate(
        spec,
        (logits, context) -> {
          SDVariable p = SameDiffGate.softmax(logits);
          SDVariable chosen = p.gt(0.5 / spec.experts()).castTo(p.dataType());
          // The slope of a root is infinite at 0.
          return p.add(1e-30).pow(0.5).mul(chosen);
        });
  }
}
