package org.example;

import io.evomoe.moe.Gate;
import io.evomoe.moe.GateOptions;
import io.evomoe.moe.GateProvider;
import io.evomoe.moe.GateSpec;
import io.evomoe.moe.SameDiffGate;
import org.nd4j.autodiff.samediff.SDVariable;

/** Every expert whose softmax is above half of the mean, with it as weight. */
public final class ThresholdGate implements GateProvider {
  @Override
  public String name() {
    return "threshold";
  }

  @Override
  public String description() {
    return "every expert whose softmax is above half of the mean";
  }

  @Override
  public Gate create(GateSpec spec) {
    GateOptions.none(name(), spec);
    return new SameDiffGate(
        spec,
        (logits, context) -> {
          SDVariable p = SameDiffGate.softmax(logits);
          return p.mul(p.gt(0.5 / spec.experts()).castTo(p.dataType()));
        });
  }
}
