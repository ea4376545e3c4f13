package io.evomoe.models.gpt;

import io.evomoe.gates.DenseGate;
import io.evomoe.gates.DtsGate;
import io.evomoe.gates.TopKGate;
import io.evomoe.kernel.ActivationFunction;
import io.evomoe.kernel.KernelSelection;
import io.evomoe.models.stack.LanguageModelConfig;
import io.evomoe.models.stack.StackConfig;
import io.evomoe.moe.GateProvider;
import io.evomoe.moe.Gates;
import io.evomoe.nn.Scope;
import io.evomoe.testing.LayerGradientCheck;
import java.util.Map;
import org.nd4j.linalg.api.buffer.DataType;

/** A GPT of two layers, the second with experts, whose weights are large enough to matter. */
final class SmallGpt {
  static final int VOCABULARY = 11;
  static final int POSITIONS = 5;
  static final int EXPERTS = 3;
  static final GateProvider EVOMOE = new DtsGate.EvolvedProvider();
  static final GateProvider SWITCH = new TopKGate.SwitchProvider();
  static final GateProvider DENSE = new DenseGate.Provider();

  private SmallGpt() {}

  static LanguageModelConfig config(double dropout) {
    return new LanguageModelConfig(
        VOCABULARY,
        POSITIONS,
        StackConfig.of(2, 6, 2)
            .withIntermediateSize(8)
            .withExperts(EXPERTS)
            .withMoeEvery(2)
            .with(b -> b.dropout(dropout))
            .withActivation(ActivationFunction.GELU_TANH));
  }

  static Gpt of(GateProvider gates, Map<String, String> options, DataType type) {
    return of(config(0), gates, options, type);
  }

  static Gpt of(
      LanguageModelConfig config, GateProvider gates, Map<String, String> options, DataType type) {
    Gpt model =
        new Gpt(config, Gates.of(gates, options), Scope.root(3, KernelSelection.forType(type)));
    LayerGradientCheck.disturb(model.parameters(), 0.5);
    return model;
  }
}
