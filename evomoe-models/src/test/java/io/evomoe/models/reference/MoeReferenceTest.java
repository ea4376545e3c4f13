package io.evomoe.models.reference;

import static org.assertj.core.api.Assertions.assertThat;

import io.evomoe.gates.DtsGate;
import io.evomoe.kernel.ActivationFunction;
import io.evomoe.moe.FixedGate;
import io.evomoe.moe.Gate;
import io.evomoe.moe.GateSpec;
import io.evomoe.moe.MoeLayer;
import io.evomoe.moe.Routing;
import io.evomoe.moe.TrainingFacts;
import io.evomoe.nn.FeedForward;
import io.evomoe.nn.FeedForwardConfig;
import io.evomoe.nn.Output;
import io.evomoe.nn.Pass;
import io.evomoe.nn.Scope;
import io.evomoe.nn.Scope.Initialization;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * The MoE layer of the DTS gate against PyTorch. The masks there are drawn at random and the noise
 * comes from PyTorch, which no threshold and no seed of {@link DtsGate} can give; so a gate of the
 * same arithmetic takes both as given, and a test of the gates proves that DtsGate equals it.
 */
class MoeReferenceTest {
  private static final int TOKENS = 11;
  private static final int WIDTH = 6;
  private static final int EXPERTS = 4;
  private static final Pass PASS = Reference.pass(1, TOKENS);

  @ParameterizedTest
  @CsvSource({
    "dts_moe, DOUBLE",
    "dts_moe, FLOAT",
    "dts_moe_gumbel, DOUBLE",
    "dts_moe_gumbel, FLOAT",
    "dts_moe_renormalized, DOUBLE",
    "dts_moe_renormalized, FLOAT"
  })
  void should_agree_on_the_layer_and_all_its_gradients(String name, DataType type) {
    Reference reference = new Reference(name, type);
    MoeLayer layer = layer(reference, gate(reference, name));
    reference.load(layer.parameters());
    INDArray x = reference.array("x");
    Output output = layer.forward(x, PASS);
    INDArray dx = output.pullback().pull(reference.array("dy"));

    reference.check("y", output.value());
    reference.check("balance", output.reports().get(0).auxLoss());
    reference.check("x.grad", dx);
    reference.checkGradients(layer.parameters());
    reference.check("weights", table(layer.gate().route(x, PASS).routing(), type));
    boolean deadExpert = output.reports().get(0).deadExperts() == 1;
    assertThat(deadExpert).isEqualTo(name.endsWith("gumbel"));
  }

  @ParameterizedTest
  @EnumSource(names = {"DOUBLE", "FLOAT"})
  void should_agree_with_the_dts_gate_on_the_weights_of_a_dense_mask(DataType type) {
    Reference reference = new Reference("dts_moe", type);
    Gate gate =
        new DtsGate.AloneProvider()
            .create(
                new GateSpec(
                    reference.scope().child("gate"),
                    WIDTH,
                    EXPERTS,
                    0,
                    1,
                    1,
                    10,
                    true,
                    Map.of("threshold", "0"),
                    TrainingFacts.UNKNOWN));
    reference.load(gate.parameters());
    Routing routing = gate.route(reference.array("x"), PASS).routing();

    assertThat(routing.isDense()).isTrue();
    reference.check("probabilities", table(routing, type));
  }

  private static Gate gate(Reference reference, String name) {
    FixedGate.Table mask = FixedGate.Table.of(reference.matrix("mask"));
    FixedGate gate =
        FixedGate.of(reference.scope().child("gate"), WIDTH, EXPERTS, mask).withBalance(0.01);
    if (name.endsWith("renormalized")) {
      return gate.withWeightsOfSumOne();
    }
    return name.endsWith("gumbel")
        ? gate.withNoise(FixedGate.Table.of(reference.matrix("zeta")), 0.7)
        : gate;
  }

  private static MoeLayer layer(Reference reference, Gate gate) {
    Scope scope = reference.scope().child("experts");
    Initialization any = new Initialization(1, 1);
    List<FeedForward> experts =
        IntStream.range(0, EXPERTS)
            .mapToObj(
                e ->
                    new FeedForward(
                        scope.child(e),
                        FeedForwardConfig.plain(WIDTH, 10, ActivationFunction.GELU),
                        any))
            .toList();
    return new MoeLayer("moe", reference.kernels(), gate, experts);
  }

  /** The weight of each token and expert [S, E], 0 where the token does not have the expert. */
  private static INDArray table(Routing routing, DataType type) {
    INDArray table = Nd4j.zeros(type, TOKENS, EXPERTS);
    for (int e = 0; e < routing.experts(); e++) {
      for (int i = routing.offset(e); i < routing.offset(e + 1); i++) {
        table.putScalar(routing.token(i), e, routing.weight(i));
      }
    }
    return table;
  }
}
