package io.evomoe.models.gguf;

import io.evomoe.training.internal.tensors.FloatFormats;
import java.nio.ByteBuffer;
import java.nio.FloatBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/** The element type of a tensor, with ggml's numbers. */
public enum GgufType {
  /** float32. */
  F32(0, 0, 1, 4),
  /** IEEE half precision, rounded to the nearest, ties to even. */
  F16(1, 1, 1, 2),
  /** bfloat16, rounded to the nearest, ties to even. */
  BF16(30, 32, 1, 2),
  /**
   * Blocks of 32 elements: an F16 scale d, the largest magnitude divided by 127, and 32 signed
   * bytes. A byte is x/d rounded to nearest, ties away from zero ({@code quantize_row_q8_0_ref} of
   * ggml).
   */
  Q8_0(8, 7, 32, 34);

  private static final int LARGEST_BYTE = 127;

  private final int id;
  private final int fileType;
  private final int blockElements;
  private final int blockBytes;

  GgufType(int id, int fileType, int blockElements, int blockBytes) {
    this.id = id;
    this.fileType = fileType;
    this.blockElements = blockElements;
    this.blockBytes = blockBytes;
  }

  /**
   * Returns the type of a name, such as {@code q8_0}.
   *
   * @throws IllegalArgumentException for an unknown name
   */
  public static GgufType named(String name) {
    return Arrays.stream(values())
        .filter(type -> type.text().equals(name))
        .findFirst()
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    "dtype of format gguf must be one of %s, was %s".formatted(names(), name)));
  }

  /** Returns all names. */
  private static List<String> names() {
    return Arrays.stream(values()).map(GgufType::text).toList();
  }

  private String text() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** {@code enum ggml_type}. */
  int id() {
    return id;
  }

  /** {@code general.file_type} of a file whose matrices are of this type. */
  int fileType() {
    return fileType;
  }

  /** Whether rows of this length are whole blocks. */
  boolean fits(long rowElements) {
    return rowElements % blockElements == 0;
  }

  /** Returns the bytes of this number of elements, which must be whole blocks. */
  long bytes(long elements) {
    return elements / blockElements * blockBytes;
  }

  /**
   * Writes the remaining elements of {@code from}, whole blocks, to {@code to}, which is
   * little-endian.
   */
  void encode(FloatBuffer from, ByteBuffer to) {
    while (from.hasRemaining()) {
      switch (this) {
        case F32 -> to.putFloat(from.get());
        case F16 -> to.putShort((short) FloatFormats.float16(from.get()));
        case BF16 -> to.putShort((short) FloatFormats.bfloat16(from.get()));
        case Q8_0 -> encodeBlock(from, to);
      }
    }
  }

  private void encodeBlock(FloatBuffer from, ByteBuffer to) {
    float largest = 0;
    for (int i = 0; i < blockElements; i++) {
      largest = Math.max(largest, Math.abs(from.get(from.position() + i)));
    }
    float scale = largest / LARGEST_BYTE;
    float inverse = scale == 0 ? 0 : 1 / scale;
    to.putShort((short) FloatFormats.float16(scale));
    for (int i = 0; i < blockElements; i++) {
      to.put((byte) rounded(from.get() * inverse));
    }
  }

  /**
   * Rounds to the nearest integer, ties away from zero; in double, in which adding a half is exact.
   */
  private static int rounded(float value) {
    return (int) Math.copySign(Math.floor(Math.abs((double) value) + 0.5), value);
  }
}
