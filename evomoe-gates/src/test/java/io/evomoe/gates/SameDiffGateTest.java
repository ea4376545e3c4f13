package io.evomoe.gates;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import io.evomoe.moe.GateProvider;
import io.evomoe.moe.GateScene;
import io.evomoe.moe.Routed;
import io.evomoe.moe.Routed.RoutingGradient;
import io.evomoe.moe.Routing;
import io.evomoe.moe.SameDiffGate;
import io.evomoe.moe.TestGates;
import io.evomoe.moe.TokenRows;
import io.evomoe.nn.Parameter;
import io.evomoe.random.CounterRandom;
import io.evomoe.step.StepContext;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

class SameDiffGateTest {
  private static final int EXPERTS = 4;
  private static final double TOLERANCE = 1e-9;
  private static final TokenRows TOKENS = TokenRows.random(9, 1).withPadding();

  @Test
  void should_equal_the_dense_to_sparse_gate_with_its_balance_loss_written_as_expressions() {
    String meanOverLayers = Double.toString(0.7 * GateScene.MOE_LAYERS);
    Map<String, String> options = Map.of("threshold", "0.05", "balance", meanOverLayers);
    assertSame(new DtsGate.AloneProvider(), options, new DenseToSparseExpression());
  }

  @Test
  void should_equal_switch_with_its_balance_loss_written_as_expressions() {
    Map<String, String> options = Map.of("capacityFactor", "infinite", "alpha", "0.7");
    assertSame(new TopKGate.SwitchProvider(), options, new SwitchExpression());
  }

  @Test
  void should_average_over_one_token_alone() {
    GateScene byHand =
        GateScene.of(
            new TopKGate.SwitchProvider(),
            EXPERTS,
            Map.of("capacityFactor", "infinite", "alpha", "0.7"));
    assertSame(byHand, scene(new SwitchExpression(), Map.of()), TokenRows.random(1, 1));
  }

  @Test
  void should_equal_top_2_with_its_balance_loss_written_as_expressions() {
    Map<String, String> options = Map.of("capacityFactor", "infinite", "alpha", "0.7");
    assertSame(new TopKGate.Top2Provider(), options, new Top2Expression());
  }

  @Test
  void should_refuse_a_negative_weight_by_gate_token_expert_and_value() {
    GateScene scene = scene((z, context) -> z.getSameDiff().nn().relu(z, 0).sub(0.5), Map.of());

    assertThatIllegalArgumentException()
        .isThrownBy(() -> scene.route(TOKENS, GateScene.training()))
        .withMessageMatching(
            "weight of token \\d+ at expert \\d must be finite and at" + " least 0, was -0.5");
  }

  @Test
  void should_print_nothing_of_its_gradient() {
    GateScene scene = scene(new SwitchExpression(), Map.of());
    PrintStream console = System.out;
    ByteArrayOutputStream printed = new ByteArrayOutputStream();
    System.setOut(new PrintStream(printed, true, StandardCharsets.UTF_8));
    try {
      Routed routed = scene.route(TOKENS, GateScene.training());
      routed.pullback().pull(slopes(routed.routing()));
    } finally {
      System.setOut(console);
    }

    assertThat(printed.toString(StandardCharsets.UTF_8).lines())
        .as("but for the log")
        .noneMatch(line -> line.startsWith("Added "));
  }

  @Test
  void weights_that_do_not_depend_on_the_token_should_have_no_gradient() {
    GateScene scene =
        scene((z, context) -> z.getSameDiff().constant(Nd4j.ones(DataType.DOUBLE, 8, 4)), Map.of());

    assertThat(gradients(scene, scene.route(TokenRows.random(8, 1), GateScene.training())))
        .containsOnly(0);
  }

  @Test
  void should_refuse_weights_of_another_shape() {
    GateScene scene = scene((z, context) -> z.sum(true, 1), Map.of());

    assertThatIllegalArgumentException()
        .isThrownBy(() -> scene.route(TOKENS, GateScene.training()))
        .withMessage("weights must have the shape [9, 4] of the logits, had [9," + " 1]");
  }

  private static SDVariable softmax(SDVariable z) {
    return z.getSameDiff().nn().softmax(z, 1);
  }

  /** 1 at the largest of each row. */
  private static SDVariable first(SDVariable rows) {
    return rows.getSameDiff().oneHot(rows.argmax(1), EXPERTS, 1, 1.0, 0.0, DataType.DOUBLE);
  }

  /** {@code 0.7 E sum_e mean(share) mean(weight)}. */
  private static SDVariable balance(SDVariable share, SDVariable weight) {
    return share.mean(0).mul(weight.mean(0)).sum().mul(0.7 * EXPERTS);
  }

  private static final class DenseToSparseExpression implements SameDiffGate.Expression {

    @Override
    public SDVariable weights(SDVariable logits, StepContext context) {
      SDVariable active = softmax(logits).mul(mask(logits, context));
      return active.div(active.sum(true, 1));
    }

    @Override
    public SDVariable auxLoss(SDVariable logits, SDVariable weights, StepContext context) {
      return balance(mask(logits, context), softmax(logits));
    }

    private static SDVariable mask(SDVariable logits, StepContext context) {
      return softmax(logits.div(context.temperature())).gt(0.05).castTo(DataType.DOUBLE);
    }
  }

  private static final class SwitchExpression implements SameDiffGate.Expression {

    @Override
    public SDVariable weights(SDVariable logits, StepContext context) {
      SDVariable p = softmax(logits);
      return p.mul(first(p));
    }

    @Override
    public SDVariable auxLoss(SDVariable logits, SDVariable weights, StepContext context) {
      SDVariable p = softmax(logits);
      return balance(first(p), p);
    }
  }

  private static final class Top2Expression implements SameDiffGate.Expression {

    @Override
    public SDVariable weights(SDVariable logits, StepContext context) {
      SDVariable p = softmax(logits);
      SDVariable first = first(p);
      SDVariable kept = p.mul(first.add(first(p.sub(first))));
      return kept.div(kept.sum(true, 1));
    }

    @Override
    public SDVariable auxLoss(SDVariable logits, SDVariable weights, StepContext context) {
      SDVariable p = softmax(logits);
      return balance(first(p), p);
    }
  }

  private static void assertSame(
      GateProvider provider, Map<String, String> options, SameDiffGate.Expression expression) {
    GateScene byHand = GateScene.of(provider, EXPERTS, options);
    GateScene written = scene(expression, Map.of());
    assertSame(byHand, written, TOKENS);
  }

  private static void assertSame(GateScene byHand, GateScene written, TokenRows tokens) {
    for (StepContext context : new StepContext[] {GateScene.training(), GateScene.evaluation()}) {
      Routed expected = byHand.route(tokens, context);
      Routed actual = written.route(tokens, context);

      assertThat(actual.routing().tokens()).isEqualTo(expected.routing().tokens());
      assertThat(actual.routing().offsets()).isEqualTo(expected.routing().offsets());
      assertThat(actual.routing().weights())
          .containsExactly(expected.routing().weights(), within(TOLERANCE));
      assertThat(actual.auxLoss()).isCloseTo(expected.auxLoss(), within(TOLERANCE));
      assertThat(gradients(written, actual))
          .containsExactly(gradients(byHand, expected), within(TOLERANCE));
    }
  }

  /** Of W and the tokens, one after the other. */
  private static double[] gradients(GateScene scene, Routed routed) {
    Parameter weight = scene.gate().parameters().get(0);
    weight.clearGradient();
    INDArray dTokens = Objects.requireNonNull(routed.pullback().pull(slopes(routed.routing())));
    double[] ofTokens = dTokens.dup('c').data().asDouble();
    double[] ofWeight = weight.gradient().dup('c').data().asDouble();
    double[] all = Arrays.copyOf(ofTokens, ofTokens.length + ofWeight.length);
    System.arraycopy(ofWeight, 0, all, ofTokens.length, ofWeight.length);
    return all;
  }

  private static RoutingGradient slopes(Routing routing) {
    CounterRandom random = new CounterRandom(5);
    double[] slopes = new double[routing.assignments()];
    Arrays.setAll(slopes, random::gaussian);
    return new RoutingGradient(slopes, new double[0]);
  }

  private static GateScene scene(SameDiffGate.Expression expression, Map<String, String> options) {
    return GateScene.of(
        TestGates.of("written", spec -> new SameDiffGate(spec, expression)), EXPERTS, options);
  }
}
