package io.evomoe.models.reference;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.evomoe.evolution.EvolvingFeedForward;
import io.evomoe.evolution.ExpertPlan;
import io.evomoe.evolution.ExpertPlan.SharedExperts;
import io.evomoe.gates.LossFreeGate;
import io.evomoe.moe.Gates;
import io.evomoe.nn.AttentionConfig;
import io.evomoe.nn.AttentionConfig.Rotary;
import io.evomoe.nn.Block;
import io.evomoe.nn.Block.NormPlacement;
import io.evomoe.nn.Block.Norms;
import io.evomoe.nn.FeedForwardConfig;
import io.evomoe.nn.Layer;
import io.evomoe.nn.LoraConfig;
import io.evomoe.nn.NormConfig;
import io.evomoe.nn.Output;
import io.evomoe.nn.Parameter;
import io.evomoe.nn.Parameter.Role;
import io.evomoe.nn.Pass;
import io.evomoe.nn.Scope;
import io.evomoe.nn.Scope.Initialization;
import io.evomoe.nn.SelfAttention;
import io.evomoe.training.optimizer.AdamW;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/** Twenty AdamW steps of adapters on attention and experts against PyTorch, the weights frozen. */
class LoraReferenceTest {
  private static final int WIDTH = 12;
  private static final NormConfig NORM = new NormConfig(NormConfig.Kind.RMS, 1e-6);
  private static final Initialization ANY = new Initialization(1, 1);

  @ParameterizedTest
  @EnumSource(names = {"DOUBLE", "FLOAT"})
  void should_take_the_same_twenty_steps(DataType type) {
    Reference reference = new Reference("lora", type);
    Block block = block(reference.scope().withLora(new LoraConfig(3, 6, 0, List.of())).block(0));
    List<Parameter> parameters = block.parameters();
    for (Parameter parameter : parameters) {
      parameter.value().assign(reference.array(name(parameter)));
      if (parameter.role() != Role.ADAPTER) {
        parameter.freeze();
      }
    }
    INDArray x = reference.array("x");
    INDArray dy = reference.array("dy");
    INDArray slope = dy.div(dy.length());
    double[] losses = reference.array("losses").toDoubleVector();
    Pass pass = Reference.pass(2, 7);
    try (AdamW adamW = new AdamW(reference.kernels(), new AdamW.Config(0.9, 0.95, 1e-8, 0.1))) {
      for (double loss : losses) {
        parameters.forEach(Parameter::clearGradient);
        Output output = block.forward(x, pass);
        assertThat(output.value().mul(slope).sumNumber().doubleValue())
            .isCloseTo(loss, within(type == DataType.DOUBLE ? 1e-11 : 1e-5));
        output.pullback().pull(slope);
        adamW.update(parameters, 1e-2, 1);
      }
    }
    for (Parameter parameter : parameters) {
      if (parameter.role() == Role.ADAPTER) {
        // In float32, Adam turns a rounded gradient near zero into a step of full size.
        if (type == DataType.DOUBLE) {
          reference.check(name(parameter) + ".after", parameter.value());
        }
      } else {
        assertThat(parameter.value()).isEqualTo(reference.array(name(parameter)));
        assertThat(parameter.hasGradient()).as(parameter.name()).isFalse();
      }
    }
    assertThat(parameters.stream().filter(p -> p.role() == Role.ADAPTER)).hasSize(22);
    if (type == DataType.DOUBLE) {
      reference.check("y", block.forward(x, pass).value());
    }
  }

  private static String name(Parameter parameter) {
    return parameter.name().replace("blocks.0.", "");
  }

  private static Block block(Scope scope) {
    Map<String, Layer> branches = new LinkedHashMap<>();
    branches.put(
        "attention",
        new SelfAttention(
            scope.child("attention"),
            new AttentionConfig(WIDTH, 4, 2, 8, false, false, null, new Rotary(10_000)),
            true,
            ANY));
    ExpertPlan plan =
        new ExpertPlan(
            Gates.of(new LossFreeGate.Provider(), Map.of("k", "2", "renormalize", "false")),
            3,
            new SharedExperts(0, 1, false),
            1,
            1,
            FeedForwardConfig.swiGlu(WIDTH, 10),
            NORM,
            ANY,
            10,
            true);
    branches.put("feedForward", new EvolvingFeedForward(scope.child("feedForward"), plan));
    return new Block(scope, new Norms(NormPlacement.BEFORE, WIDTH, NORM), 0, branches);
  }
}
