package io.evomoe.gates;

import io.evomoe.moe.Gate;
import io.evomoe.moe.GateContract;
import io.evomoe.moe.GateProvider;
import io.evomoe.moe.GateSpec;
import io.evomoe.moe.Options;
import io.evomoe.moe.SameDiffGate;
import io.evomoe.step.StepContext;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.ops.SDMath;

/** A softmax with SameDiff's own reductions, for one expert as well. */
class ExpressionGateTest extends GateContract {

  @Override
  protected GateProvider provider() {
    return new Written();
  }

  /** Gate {@code expression}. */
  public static final class Written implements GateProvider, SameDiffGate.Expression {
    @Override
    public String name() {
      return "expression";
    }

    @Override
    public String description() {
      return "an expression";
    }

    @Override
    public Gate create(GateSpec spec) {
      Options.none(name(), spec);
      return new SameDiffGate(spec, this);
    }

    @Override
    public SDVariable weights(SDVariable logits, StepContext context) {
      SDMath math = logits.getSameDiff().math();
      SDVariable shifted = logits.sub(logits.max(true, 1));
      return math.exp(shifted.sub(math.log(math.exp(shifted).sum(true, -1))));
    }
  }
}
