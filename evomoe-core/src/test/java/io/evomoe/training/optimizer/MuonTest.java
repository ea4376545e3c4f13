package io.evomoe.training.optimizer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import io.evomoe.kernel.KernelSelection;
import io.evomoe.kernel.Kernels;
import io.evomoe.nn.Parameter;
import io.evomoe.nn.Scope;
import io.evomoe.random.CounterRandom;
import io.evomoe.training.TrainerConfig;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/** What Muon updates, and how; its numbers are compared with PyTorch in {@code evomoe-models}. */
class MuonTest {
  private static final AdamW.Config ADAMW = new AdamW.Config(0.9, 0.95, 1e-8, 0);
  private static final double RATE = 0.01;

  private final Kernels kernels = KernelSelection.forType(DataType.DOUBLE);
  private final Scope scope = Scope.root(3, kernels);
  private final Scope block = scope.block(1);
  private final Muon optimizer = new Muon(kernels, ADAMW);

  @Test
  void should_take_the_matrices_of_blocks_and_leave_the_others_to_adamw() {
    Parameter matrix = block.child("attention").normal("weight", 1, 4, 3);
    Parameter expert = block.child("feedForward").expert(2).normal("weight", 1, 4, 3);
    List<Parameter> others =
        List.of(
            scope.child("tokens").normal("weight", 1, 9, 3),
            block.child("feedForward").gate().normal("weight", 1, 4, 3),
            block.child("sharedGate").constant("weight", Parameter.Role.WEIGHT, 1, 4, 1),
            block.constant("bias", Parameter.Role.BIAS, 1, 4),
            block.constant("gain", Parameter.Role.GAIN, 1, 4));
    AdamW adamW = new AdamW(kernels, ADAMW);

    assertThat(List.of(matrix, expert)).allMatch(Muon::isHidden);
    for (Parameter other : others) {
      INDArray before = other.value().dup();
      addGradient(other, 7);
      adamW.update(List.of(other), RATE, 0.5);
      INDArray wanted = other.value().dup();
      other.value().assign(before);
      optimizer.update(List.of(other), RATE, 0.5);

      assertThat(other.value()).as(other.name()).isEqualTo(wanted).isNotEqualTo(before);
      assertThat(optimizer.moments(other).orElseThrow().second()).isPresent();
    }
  }

  /** The singular values of an update with a rate of 1 are near 0.2 sqrt(max(rows, columns)). */
  @ParameterizedTest
  @CsvSource({"5, 9", "9, 5", "6, 6"})
  void should_make_updates_orthogonal_whatever_their_size(int rows, int columns) {
    Parameter matrix = block.constant("weight", Parameter.Role.WEIGHT, 0, rows, columns);
    addGradient(matrix, 1);

    optimizer.update(List.of(matrix), 1, 1e-3);

    INDArray step = matrix.value();
    INDArray gram = rows < columns ? step.mmul(step.transpose()) : step.transpose().mmul(step);
    double size = 0.04 * Math.max(rows, columns);
    int rank = Math.min(rows, columns);
    for (int i = 0; i < rank; i++) {
      assertThat(gram.getDouble(i, i)).isBetween(0.3 * size, 1.6 * size);
    }
    assertThat(gram.sumNumber().doubleValue() / rank / size).isCloseTo(1, within(0.7));
  }

  @Test
  void should_update_matrices_side_by_side_as_if_they_were_alone() {
    Parameter fused = block.child("qkv").sideBySide(4, 2).normal("weight", 1, 3, 6);
    Parameter left = block.child("left").normal("weight", 1, 3, 4);
    Parameter right = block.child("right").normal("weight", 1, 3, 2);
    for (int step = 0; step < 3; step++) {
      INDArray gradient = addGradient(fused, step);
      left.accumulator().array().assign(columns(gradient, 0, 4));
      right.accumulator().array().assign(columns(gradient, 4, 6));
      if (step == 0) {
        left.value().assign(columns(fused.value(), 0, 4));
        right.value().assign(columns(fused.value(), 4, 6));
      }
      List<Parameter> all = List.of(fused, left, right);
      optimizer.update(all, RATE, 1);
      all.forEach(Parameter::clearGradient);
    }

    assertThat(columns(fused.value(), 0, 4).equalsWithEps(left.value(), 1e-12)).isTrue();
    assertThat(columns(fused.value(), 4, 6).equalsWithEps(right.value(), 1e-12)).isTrue();
  }

  @Test
  void should_not_move_a_matrix_without_gradient_by_its_momentum() {
    Parameter matrix = block.normal("weight", 1, 4, 3);
    addGradient(matrix, 1);
    optimizer.update(List.of(matrix), RATE, 1);
    INDArray before = matrix.value().dup();
    INDArray momentum = optimizer.moments(matrix).orElseThrow().first().dup();
    matrix.clearGradient();

    optimizer.update(List.of(matrix), RATE, 1);

    assertThat(matrix.value()).isEqualTo(before);
    assertThat(optimizer.moments(matrix).orElseThrow().first()).isEqualTo(momentum);
  }

  @Test
  void should_not_move_a_matrix_whose_gradient_is_zero() {
    Parameter matrix = block.normal("weight", 1, 4, 3);
    INDArray before = matrix.value().dup();
    matrix.accumulator().array().assign(0);

    optimizer.update(List.of(matrix), RATE, 1);

    assertThat(matrix.value()).isEqualTo(before);
  }

  @Test
  void should_be_found_by_its_name_with_its_momentum() {
    TrainerConfig muon = TrainerConfig.defaults(1).with(t -> t.optimizer("muon"));

    assertThat(muon.optimizer(kernels)).isInstanceOf(Muon.class);
    assertThatIllegalArgumentException()
        .isThrownBy(
            () -> muon.with(t -> t.optimizerOptions(Map.of("momentum", "1"))).optimizer(kernels))
        .withMessage(
            "option momentum of optimizer muon must be a number at least 0 and below 1, was 1");
  }

  private static INDArray columns(INDArray matrix, int from, int to) {
    return matrix.getColumns(IntStream.range(from, to).toArray());
  }

  private static INDArray addGradient(Parameter parameter, int seed) {
    CounterRandom random = new CounterRandom(seed);
    INDArray gradient = parameter.accumulator().array();
    for (int i = 0; i < gradient.length(); i++) {
      gradient.putScalar(i, random.gaussian(i));
    }
    return gradient;
  }
}
