package io.evomoe.gates;

import io.evomoe.moe.Gate;
import io.evomoe.moe.Gate.TopKRouting;
import io.evomoe.moe.GateProvider.ExpertLifecycle;
import io.evomoe.moe.GateSpec;
import io.evomoe.moe.Options;
import io.evomoe.moe.Routed;
import io.evomoe.nn.Parameter;
import io.evomoe.nn.Pass;
import io.evomoe.step.StepContext;
import java.util.List;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * The gate of a plain feed-forward net: its single expert takes every token with weight 1. It is
 * the baseline with equal active compute for gates with one expert per token.
 */
public final class DenseGate implements Gate {
  private DenseGate(GateSpec spec, Options none) {
    if (spec.experts() != 1) {
      throw new IllegalArgumentException(
          "experts must be 1 for gate dense, a plain feed-forward net, was " + spec.experts());
    }
  }

  @Override
  public TopKRouting topKRouting(StepContext step) {
    return TopKRouting.Other.ONE_EXPERT;
  }

  @Override
  public Routed route(INDArray tokens, Pass pass) {
    return HashGate.route(pass.tokens(), 1, s -> 0);
  }

  @Override
  public List<Parameter> parameters() {
    return List.of();
  }

  /** Gate {@code dense}. Layers with it stay plain feed-forward nets and may skip it. */
  public static final class Provider extends BuiltInProvider {
    /** Creates the provider. */
    public Provider() {
      super("dense", "a plain feed-forward net, no experts and no gate", DenseGate::new);
    }

    @Override
    public ExpertLifecycle growth() {
      return ExpertLifecycle.NEVER;
    }
  }
}
