package io.evomoe.models.gguf;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.util.Random;
import org.bytedeco.javacpp.indexer.HalfIndexer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class GgufTypeTest {
  private static final int BLOCK = 32;

  /** What of the values is lost is half a step of the type at most. */
  @ParameterizedTest
  @EnumSource
  void should_be_as_near_as_the_type_can(GgufType type) {
    float[] values = new float[4 * BLOCK];
    Random random = new Random(3);
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) random.nextGaussian() * (i < BLOCK ? 1e-3f : 10);
    }

    float[] read = read(type, encoded(type, values), values.length);

    for (int i = 0; i < values.length; i++) {
      assertThat(Math.abs(read[i] - values[i])).isLessThanOrEqualTo(halfStep(type, values, i));
    }
  }

  private static float halfStep(GgufType type, float[] values, int i) {
    float largest = 0;
    for (int j = i / BLOCK * BLOCK; j < (i / BLOCK + 1) * BLOCK; j++) {
      largest = Math.max(largest, Math.abs(values[j]));
    }
    return switch (type) {
      case F32 -> 0;
      case F16 -> Math.max(Math.abs(values[i]) / 2048, 0x1p-25f);
      case BF16 -> Math.abs(values[i]) / 256;
      // Half a step of the scale, and the error of the scale itself, 127 times.
      case Q8_0 -> largest / 254 + largest / 2048;
    };
  }

  /** quantize_row_q8_0_ref: round() of C, not that of Java, and nothing at all of zeros. */
  @Test
  void q8_0_should_round_ties_away_from_zero() {
    float[] values = new float[2 * BLOCK];
    values[0] = 127;
    values[1] = 0.5f;
    values[2] = -0.5f;
    values[3] = 1.5f;
    values[4] = -2.5f;
    values[5] = 0.49999997f;
    values[6] = -127;

    ByteBuffer bytes = encoded(GgufType.Q8_0, values);

    assertThat(bytes.remaining()).isEqualTo(2 * 34);
    assertThat(HalfIndexer.toFloat(bytes.getShort(0) & 0xffff)).isEqualTo(1);
    byte[] first = new byte[8];
    bytes.get(2, first);
    assertThat(first).containsExactly(127, 1, -1, 2, -3, 0, -127, 0);
    for (int i = 34; i < 2 * 34; i++) {
      assertThat(bytes.get(i)).isZero();
    }
  }

  /** The scale of a block is in half precision, the bytes are by the one in float32. */
  @Test
  void q8_0_should_divide_by_the_scale_before_it_is_rounded() {
    float[] values = new float[BLOCK];
    values[0] = 1;
    for (int i = 1; i < BLOCK; i++) {
      values[i] = i / 31f;
    }
    ByteBuffer bytes = encoded(GgufType.Q8_0, values);
    for (int i = 0; i < BLOCK; i++) {
      assertThat(bytes.get(2 + i)).isEqualTo((byte) Math.round(values[i] * (1 / (1f / 127))));
    }
  }

  @Test
  void should_know_whole_blocks() {
    assertThat(GgufType.Q8_0.fits(64)).isTrue();
    assertThat(GgufType.Q8_0.fits(48)).isFalse();
    assertThat(GgufType.F16.fits(1)).isTrue();
    assertThat(GgufType.Q8_0.bytes(64)).isEqualTo(68);
  }

  @ParameterizedTest
  @ValueSource(strings = {"q4_0", "F32", ""})
  void should_refuse_names_that_are_none(String name) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> GgufType.named(name))
        .withMessage("dtype of format gguf must be one of [f32, f16, bf16, q8_0], was " + name);
  }

  private static ByteBuffer encoded(GgufType type, float[] values) {
    ByteBuffer bytes =
        ByteBuffer.allocate((int) type.bytes(values.length)).order(ByteOrder.LITTLE_ENDIAN);
    type.encode(FloatBuffer.wrap(values), bytes);
    return bytes.flip();
  }

  private static float[] read(GgufType type, ByteBuffer bytes, int count) {
    float[] values = new float[count];
    float scale = 0;
    for (int i = 0; i < count; i++) {
      if (type == GgufType.Q8_0 && i % BLOCK == 0) {
        scale = HalfIndexer.toFloat(bytes.getShort() & 0xffff);
      }
      values[i] =
          switch (type) {
            case F32 -> bytes.getFloat();
            case F16 -> HalfIndexer.toFloat(bytes.getShort() & 0xffff);
            case BF16 -> Float.intBitsToFloat(bytes.getShort() << 16);
            case Q8_0 -> bytes.get() * scale;
          };
    }
    return values;
  }
}
