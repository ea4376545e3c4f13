package io.evomoe.models.gguf;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/** The parts of a GGUF header: little-endian numbers, and texts with their length before them. */
final class GgufBytes {
  private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();

  GgufBytes uint8(int value) {
    bytes.write(value);
    return this;
  }

  GgufBytes uint32(long value) {
    if (value < 0 || value > 0xFFFF_FFFFL) {
      throw new IllegalArgumentException("must be in 0..4294967295, was " + value);
    }
    return int32((int) value);
  }

  GgufBytes int32(int value) {
    bytes.writeBytes(buffer(Integer.BYTES).putInt(value).array());
    return this;
  }

  GgufBytes uint64(long value) {
    bytes.writeBytes(buffer(Long.BYTES).putLong(value).array());
    return this;
  }

  GgufBytes float32(float value) {
    return int32(Float.floatToRawIntBits(value));
  }

  GgufBytes text(String text) {
    byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
    uint64(utf8.length);
    bytes.writeBytes(utf8);
    return this;
  }

  GgufBytes append(GgufBytes more) {
    bytes.writeBytes(more.toByteArray());
    return this;
  }

  /** Zeros up to the next multiple. */
  GgufBytes align(int alignment) {
    while (bytes.size() % alignment != 0) {
      bytes.write(0);
    }
    return this;
  }

  byte[] toByteArray() {
    return bytes.toByteArray();
  }

  private static ByteBuffer buffer(int size) {
    return ByteBuffer.allocate(size).order(ByteOrder.LITTLE_ENDIAN);
  }
}
