package io.evomoe.testing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/** The files under {@code npy/} were written by NumPy 2.2: -2..3 in each type, order and shape. */
final class NpyTest {

  @ParameterizedTest
  @ValueSource(strings = {"f8", "f4", "i8", "i4"})
  void should_read_every_supported_type_as_double(String type) {
    INDArray array = Npy.read("npy/" + type + ".npy");

    assertThat(array.dataType()).isEqualTo(DataType.DOUBLE);
    assertThat(array.ordering()).isEqualTo('c');
    assertThat(array.toDoubleMatrix()).isDeepEqualTo(new double[][] {{-2, -1, 0}, {1, 2, 3}});
  }

  @Test
  void should_read_version_2_and_three_dimensions() {
    INDArray array = Npy.read("npy/version2.npy");

    assertThat(array.shape()).containsExactly(1, 2, 3);
    assertThat(array.dup().data().asDouble()).containsExactly(-1, -0.5, 0, 0.5, 1, 1.5);
  }

  @Test
  void should_read_a_vector_and_a_scalar() {
    assertThat(Npy.read("npy/vector.npy").shape()).containsExactly(6);
    assertThat(Npy.read("npy/scalar.npy").rank()).isZero();
    assertThat(Npy.read("npy/scalar.npy").getDouble(0)).isEqualTo(2.5);
  }

  @Test
  void should_read_integers_flat() {
    assertThat(Npy.readInts("npy/i4.npy")).containsExactly(-2, -1, 0, 1, 2, 3);
  }

  @Test
  void should_refuse_fractions_where_integers_are_asked_for() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Npy.readInts("npy/scalar.npy"))
        .withMessage("npy/scalar.npy must hold ints, value 0 was 2.5");
  }

  @Test
  void should_refuse_fortran_order_and_big_endian() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Npy.read("npy/fortran.npy"))
        .withMessageContaining("C order");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Npy.read("npy/big_endian.npy"))
        .withMessageContaining("held >f8");
  }

  @Test
  void should_name_a_missing_or_foreign_resource() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Npy.read("npy/none.npy"))
        .withMessage("no resource npy/none.npy on the class path");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Npy.read("io/evomoe/testing/NpyTest.class"))
        .withMessage("io/evomoe/testing/NpyTest.class is not an .npy file");
  }
}
