package io.evomoe.evolution;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.evomoe.evolution.EvolvingFeedForward.SharedPath;
import io.evomoe.evolution.ExpertPlan.SharedExperts;
import io.evomoe.kernel.KernelSelection;
import io.evomoe.nn.FeedForward;
import io.evomoe.nn.FeedForwardConfig;
import io.evomoe.nn.Layer;
import io.evomoe.nn.Parameter;
import io.evomoe.nn.Pass;
import io.evomoe.nn.Scope;
import io.evomoe.nn.Scope.Initialization;
import io.evomoe.nn.TokenBatch;
import io.evomoe.step.StepContext;
import io.evomoe.step.StepContext.Phase;
import io.evomoe.testing.LayerGradientCheck;
import io.evomoe.testing.RandomArrays;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

class SharedPathTest {
  private static final int WIDTH = 4;
  private static final int TOKENS = 5;

  private final Scope scope = Scope.root(3, KernelSelection.forType(DataType.DOUBLE)).child("moe");
  private final INDArray x = RandomArrays.gaussian(DataType.DOUBLE, 1, TOKENS, WIDTH);
  private final Pass pass =
      new Pass(new StepContext(0, Phase.SOFT, 1, true, 1), TokenBatch.of(TOKENS, new int[TOKENS]));

  @ParameterizedTest
  @CsvSource({"1,false", "3,false", "1,true", "3,true"})
  void should_have_the_gradient_of_central_differences(int count, boolean gated) {
    LayerGradientCheck.check(path(count, gated, 0.4), x, pass);
  }

  @ParameterizedTest
  @CsvSource({"1", "3"})
  void should_give_each_token_its_own_share_of_the_sum(int count) {
    SharedPath path = path(count, true, 0.4);
    INDArray sum = path(count, false, 0.4).forward(x, pass).value();
    INDArray y = path.forward(x, pass).value();
    Parameter gate = path.parameters().get(path.parameters().size() - 1);
    assertThat(gate.name()).isEqualTo("moe.sharedGate.weight");
    for (int s = 0; s < TOKENS; s++) {
      double z = 0;
      for (int j = 0; j < WIDTH; j++) {
        z += x.getDouble(s, j) * gate.value().getDouble(j, 0);
      }
      INDArray expected = sum.getRow(s).div(1 + Math.exp(-z));
      assertThat(y.getRow(s).equalsWithEps(expected, 1e-12)).isTrue();
    }
  }

  @Test
  void should_start_with_half_of_the_sum() {
    INDArray sum = path(2, false, 0).forward(x, pass).value();
    INDArray half = path(2, true, 0).forward(x, pass).value();
    assertThat(half.equalsWithEps(sum.mul(0.5), 1e-12)).isTrue();
  }

  @Test
  void should_shut_and_open_without_overflow() {
    SharedPath path = path(1, true, 0.4);
    INDArray sum = path(1, false, 0.4).forward(x, pass).value();
    INDArray weight = path.parameters().get(path.parameters().size() - 1).value();
    weight.assign(0);
    weight.putScalar(0, 1e6);
    INDArray y = path.forward(x, pass).value();
    for (int s = 0; s < TOKENS; s++) {
      INDArray expected = x.getDouble(s, 0) > 0 ? sum.getRow(s) : sum.getRow(s).mul(0);
      assertThat(y.getRow(s).equalsWithEps(expected, 1e-12)).isTrue();
    }
  }

  @Test
  void should_refuse_a_gate_without_nets() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new SharedExperts(0, 4, true))
        .withMessage("sharedGate needs sharedExperts of at least 1, was given with 0");
  }

  private SharedPath path(int count, boolean gated, double disturbance) {
    FeedForwardConfig form = FeedForwardConfig.swiGlu(WIDTH, 6);
    List<Layer> nets =
        IntStream.range(0, count)
            .<Layer>mapToObj(
                i -> new FeedForward(scope.sharedExpert(i), form, new Initialization(0.5, 0.4)))
            .toList();
    SharedPath path = new SharedPath(scope, nets, WIDTH, gated);
    LayerGradientCheck.disturb(path.parameters(), disturbance);
    return path;
  }
}
