package io.evomoe.moe;

import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.evomoe.kernel.KernelSelection;
import io.evomoe.nn.NotFiniteException;
import io.evomoe.nn.Parameter;
import io.evomoe.nn.Pass;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

class BadGateTest {
  @ParameterizedTest
  @CsvSource({"-0.25", "NaN", "Infinity"})
  void should_name_gate_token_expert_and_weight_of_a_refused_assignment(double weight) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> route(routing -> routing.assign(1, 3, weight)))
        .withMessage(
            "the gate of moe: weight of token 1 at expert 3 must be finite and at least"
                + " 0, was "
                + weight);
  }

  @ParameterizedTest
  @CsvSource({"-1", "4"})
  void should_name_gate_and_token_of_an_expert_that_is_not_there(int expert) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> route(routing -> routing.assign(2, expert, 1)))
        .withMessage("the gate of moe: expert of token 2 must be in 0..3, was " + expert);
  }

  @Test
  void should_name_the_gate_that_assigns_a_token_that_is_not_there_or_twice() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> route(routing -> routing.assign(3, 0, 1)))
        .withMessage("the gate of moe: token must be in 0..2, was 3");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> route(routing -> routing.assign(1, 2, 1).assign(1, 2, 1)))
        .withMessage("the gate of moe: token 1 was assigned twice to expert 2");
  }

  @ParameterizedTest
  @CsvSource({"NaN", "Infinity", "-Infinity"})
  void should_name_the_gate_whose_loss_is_not_finite(double auxLoss) {
    Routing routing = new Routing.Builder(3, 4).build();

    assertThatExceptionOfType(NotFiniteException.class)
        .isThrownBy(() -> route(new Routed(routing, auxLoss, gradient -> null)))
        .withMessage("the gate of moe: auxLoss must be finite, was " + auxLoss);
  }

  private static void route(Consumer<Routing.Builder> assignments) {
    route(
        () -> {
          Routing.Builder routing = new Routing.Builder(3, 4);
          assignments.accept(routing);
          return new Routed(routing.build(), 0, gradient -> null);
        });
  }

  private static void route(Routed answer) {
    route(() -> answer);
  }

  private static void route(Supplier<Routed> answer) {
    MoeScene scene = MoeScene.of(MoeScene.DENSE);
    new MoeLayer(
            "moe", KernelSelection.forType(DataType.DOUBLE), new Answering(answer), scene.experts)
        .forward(scene.tokens(3), MoeScene.pass(3));
  }

  /** A gate of somebody else's. */
  record Answering(Supplier<Routed> answer) implements Gate {

    @Override
    public Routed route(INDArray tokens, Pass pass) {
      return answer.get();
    }

    @Override
    public List<Parameter> parameters() {
      return List.of();
    }
  }
}
