package io.evomoe.training.internal.tensors;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.nio.ShortBuffer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

class FloatFormatsTest {
  private static final int PATTERNS = 1 << 16;

  @ParameterizedTest
  @EnumSource(names = {"HALF", "BFLOAT16"})
  void should_give_back_every_number_of_a_format_bit_by_bit(DataType type) {
    INDArray all = Nd4j.createUninitialized(type, PATTERNS);
    ShortBuffer bits = bits(all);
    for (int i = 0; i < PATTERNS; i++) {
      bits.put(i, (short) i);
    }

    INDArray wide = FloatFormats.toFloat(all);
    ShortBuffer back = bits(FloatFormats.fromFloat(wide, type));

    for (int i = 0; i < PATTERNS; i++) {
      if (!Float.isNaN(wide.getFloat(i))) {
        assertThat(back.get(i)).as("pattern %x", i).isEqualTo((short) i);
      }
    }
  }

  @ParameterizedTest
  @CsvSource({
    "HALF, 1.00048828125, 1", // halfway between 1 and the next one: to the even one, 1
    "HALF, 1.00146484375, 1.001953125",
    "HALF, 65504, 65504",
    "HALF, 65519, 65504",
    "HALF, 65520, Infinity",
    "HALF, 8.940697e-8, 1.1920929e-7",
    "HALF, 1.4901161e-7, 1.1920929e-7",
    "HALF, -6.1020255e-5, -6.1035156e-5",
    "HALF, 5.9604645e-8, 5.9604645e-8",
    "BFLOAT16, 1.00390625, 1",
    "BFLOAT16, 1.01171875, 1.015625",
    "BFLOAT16, 1.0039064, 1.0078125",
    "BFLOAT16, -3.39e38, -3.3895314e38"
  })
  void should_round_to_the_nearest_number_and_ties_to_even(
      DataType type, float value, float expected) {
    INDArray half = FloatFormats.fromFloat(Nd4j.createFromArray(value), type);
    assertThat(half.dataType()).isEqualTo(type);
    assertThat(FloatFormats.toFloat(half).getFloat(0)).isEqualTo(expected);
  }

  @Test
  void should_keep_what_is_not_a_number() {
    INDArray nan =
        FloatFormats.fromFloat(
            Nd4j.createFromArray(Float.intBitsToFloat(0x7f800001), Float.POSITIVE_INFINITY),
            DataType.BFLOAT16);
    assertThat(FloatFormats.toFloat(nan).getFloat(0)).isNaN();
    assertThat(FloatFormats.toFloat(nan).getFloat(1)).isInfinite();
  }

  @Test
  void should_convert_arrays_larger_than_a_piece_and_of_other_orders() {
    float[] values = new float[9_000_000];
    for (int i = 0; i < values.length; i++) {
      values[i] = i % 256;
    }
    INDArray large = Nd4j.createFromArray(values).reshape(3, 3_000_000);
    INDArray turned = large.transpose();

    assertThat(FloatFormats.toFloat(FloatFormats.fromFloat(large, DataType.BFLOAT16)))
        .isEqualTo(large);
    assertThat(FloatFormats.toFloat(FloatFormats.fromFloat(turned, DataType.FLOAT16)))
        .isEqualTo(turned);
  }

  @Test
  void should_refuse_other_types() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> FloatFormats.toFloat(Nd4j.ones(DataType.INT32, 2)))
        .withMessageContaining("INT");
  }

  private static ShortBuffer bits(INDArray array) {
    return TensorBytes.piece(array, 0, PATTERNS).asShortBuffer();
  }
}
