package io.evomoe.models.stack;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.evomoe.evolution.SpawnMethod;
import io.evomoe.kernel.KernelSelection;
import io.evomoe.kernel.Kernels;
import io.evomoe.models.causal.CausalScene;
import io.evomoe.models.stack.PooledModel.OutputLoss;
import io.evomoe.moe.GateProvider;
import io.evomoe.moe.Gates;
import io.evomoe.nn.Linear;
import io.evomoe.nn.Output;
import io.evomoe.nn.Parameter;
import io.evomoe.nn.Pass;
import io.evomoe.nn.RoutingReport;
import io.evomoe.nn.Scope;
import io.evomoe.nn.Sequential;
import io.evomoe.nn.TokenBatch;
import io.evomoe.step.StepContext;
import io.evomoe.testing.GradientCheck;
import io.evomoe.testing.LayerGradientCheck;
import io.evomoe.testing.Scratch;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/** An encoder under the head and the loss of a regression. */
class TextEncoderTest {
  private static final StepContext TRAINING = CausalScene.training(7);
  private static final double[] TARGETS = {0.5, -1};
  private static final TokenBatch TEXTS =
      TokenBatch.padded(List.of(new int[] {3, 1, 4, 1}, new int[] {5, 2}), 0);

  private final Kernels kernels = KernelSelection.forType(DataType.DOUBLE);
  private final Scope root = Scope.root(3, kernels);

  private TextEncoder encoder(String gate, Stack.Kind kind) {
    StackConfig size = StackConfig.of(2, 8, 2).withExperts(3).withMoeEvery(2);
    return new TextEncoder(
        root,
        new LanguageModelConfig(6, 4, size),
        kind,
        Gates.of(GateProvider.named(gate), Map.of()));
  }

  @ParameterizedTest
  @ValueSource(strings = {"evomoe", "switch"})
  void a_regression_should_have_the_gradient_of_central_differences(String gate) {
    TextEncoder encoder = encoder(gate, Stack.Kind.BIDIRECTIONAL);
    Sequential head =
        Sequential.of(new MeanPooling(kernels), new Linear(root.child("head"), 8, 1, 0.5));
    if (gate.equals("evomoe")) {
      encoder.evolving().spawn(SpawnMethod.mask(0.3), 5);
    }
    List<Parameter> parameters =
        Stream.of(encoder.parameters(), head.parameters()).flatMap(List::stream).toList();
    LayerGradientCheck.disturb(parameters, 0.2);
    parameters.forEach(Parameter::clearGradient);
    Pass pass = new Pass(TRAINING, TEXTS);

    Output rows = encoder.encode(pass);
    Output predicted = head.forward(rows.value(), pass);
    OutputLoss error = OutputLoss.squaredError(kernels, predicted.value(), TARGETS);
    rows.pullback().pull(predicted.pullback().pull(error.gradient()));

    GradientCheck.DEFAULT
        .withSample(1)
        .checkTogether(() -> Scratch.compute(() -> loss(encoder, head, pass)), parameters);
    assertThat(rows.reports()).hasSize(1);
  }

  private double loss(TextEncoder encoder, Sequential head, Pass pass) {
    Output rows = encoder.encode(pass);
    INDArray predicted = head.forward(rows.value(), pass).value();
    double aux = rows.reports().stream().mapToDouble(RoutingReport::auxLoss).sum();
    return OutputLoss.squaredError(kernels, predicted, TARGETS).value() + aux;
  }

  @Test
  void padding_and_the_rest_of_the_batch_should_change_nothing() {
    TextEncoder encoder = encoder("dense", Stack.Kind.BIDIRECTIONAL);
    StepContext evaluating = TRAINING.evaluating();
    INDArray both = encoder.encode(new Pass(evaluating, TEXTS)).value();
    INDArray alone =
        encoder.encode(new Pass(evaluating, TokenBatch.of(2, new int[] {5, 2}))).value();

    for (int j = 0; j < 8; j++) {
      assertThat(both.getDouble(4, j)).isCloseTo(alone.getDouble(0, j), within(1e-12));
      assertThat(both.getDouble(5, j)).isCloseTo(alone.getDouble(1, j), within(1e-12));
    }
  }

  @Test
  void a_causal_encoder_should_not_read_later_tokens() {
    TextEncoder encoder = encoder("dense", Stack.Kind.CAUSAL);
    StepContext evaluating = TRAINING.evaluating();
    INDArray one =
        encoder.encode(new Pass(evaluating, TokenBatch.of(3, new int[] {3, 1, 4}))).value();
    INDArray other =
        encoder.encode(new Pass(evaluating, TokenBatch.of(3, new int[] {3, 1, 5}))).value();

    assertThat(one.getRow(1)).isEqualTo(other.getRow(1));
    assertThat(one.getRow(2)).isNotEqualTo(other.getRow(2));
  }
}
