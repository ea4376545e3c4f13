package io.evomoe.nn.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.evomoe.kernel.ActivationFunction;
import io.evomoe.kernel.KernelSelection;
import io.evomoe.nn.FeedForward;
import io.evomoe.nn.FeedForwardConfig;
import io.evomoe.nn.Parameter;
import io.evomoe.nn.Scope;
import io.evomoe.nn.Scope.Initialization;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.buffer.DataType;

class MetaArraysTest {
  private static final Initialization NORMAL = new Initialization(1, 1);
  private static final int LARGE = 1_000_000;

  private final Scope scope = Scope.root(1, KernelSelection.forType(DataType.FLOAT));

  @Test
  void should_have_the_shapes_of_arrays_that_would_take_terabytes() {
    FeedForwardConfig config = FeedForwardConfig.plain(LARGE, LARGE, ActivationFunction.GELU);
    long square = (long) LARGE * LARGE;
    FeedForward net = MetaArrays.make(4, () -> new FeedForward(scope, config, NORMAL));

    assertThat(net.parameters())
        .extracting(Parameter::length)
        .containsExactly(square, (long) LARGE, square, (long) LARGE);
  }

  @Test
  void every_kind_of_initial_value_should_need_no_memory() {
    List<Parameter> made =
        MetaArrays.make(
            4,
            () ->
                List.of(
                    scope.normal("a", 1, LARGE, LARGE),
                    scope.uniform("b", 1, LARGE, LARGE),
                    scope.orthogonal("c", 1, LARGE, LARGE),
                    scope.constant("d", Parameter.Role.BIAS, 0, LARGE, LARGE)));

    assertThat(made).allSatisfy(array -> assertThat(array.value().data().length()).isOne());
    assertThat(made).allSatisfy(array -> assertThat(array.value().shape()).containsOnly(LARGE));
  }

  @Test
  void should_end_with_the_call_even_if_there_are_too_many() {
    assertThatIllegalArgumentException()
        .isThrownBy(
            () ->
                MetaArrays.make(
                    2,
                    () ->
                        IntStream.range(0, 3).mapToObj(i -> scope.normal("a" + i, 1, 2)).toList()))
        .withMessageStartingWith("a model must have at most 2 arrays of parameters here, has more");

    assertThat(MetaArrays.areMade()).isFalse();
    assertThat(scope.normal("a", 1, 2, 3).value().data().length()).isEqualTo(6);
  }
}
