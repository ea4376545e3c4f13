package io.evomoe.nn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.NDArrayIndex;

class ParameterTest {
  private final INDArray flat = Nd4j.zeros(DataType.DOUBLE, 10);
  private final Parameter parameter =
      new Parameter(
          Place.ROOT.child("w"),
          Parameter.Role.WEIGHT,
          0,
          Nd4j.zeros(DataType.DOUBLE, 2, 3),
          Scope.root(1, LayerFixture.KERNELS));

  @Test
  void should_live_in_a_part_of_an_array_that_holds_all_parameters() {
    parameter.valueIn(part(flat, 2));

    flat.putScalar(2, 42);
    parameter.value().putScalar(1, 2, -1);

    assertThat(parameter.value().getDouble(0, 0)).isEqualTo(42);
    assertThat(flat.getDouble(7)).isEqualTo(-1);
  }

  @Test
  void should_gather_its_gradient_where_it_is_told() {
    parameter.accumulator().array().assign(5);

    parameter.gradientIn(part(flat, 4));

    assertThat(parameter.hasGradient()).isFalse();
    parameter.accumulator().array().putScalar(0, 0, 7);
    assertThat(flat.getDouble(4)).isEqualTo(7);
  }

  @Test
  void should_refuse_an_array_that_is_not_like_its_value() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> parameter.valueIn(Nd4j.zeros(DataType.DOUBLE, 3, 2)))
        .withMessage(
            "value of w must be in C order without gaps, DOUBLE [2, 3], was DOUBLE [3, 2] in order"
                + " c");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> parameter.gradientIn(Nd4j.zeros(DataType.FLOAT, 2, 3)))
        .withMessageStartingWith("gradient of w must be");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> parameter.valueIn(Nd4j.zeros(DataType.DOUBLE, 2, 3).dup('f')));
    INDArray wide = Nd4j.zeros(DataType.DOUBLE, 2, 5);
    INDArray gaps = wide.get(NDArrayIndex.all(), NDArrayIndex.interval(0, 3));
    assertThatIllegalArgumentException().isThrownBy(() -> parameter.valueIn(gaps));
  }

  private static INDArray part(INDArray flat, int from) {
    return flat.get(NDArrayIndex.interval(from, from + 6)).reshape('c', 2, 3);
  }
}
