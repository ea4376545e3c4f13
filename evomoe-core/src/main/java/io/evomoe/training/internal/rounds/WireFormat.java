package io.evomoe.training.internal.rounds;

import io.evomoe.training.checkpoint.FloatFormats;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Locale;

/** The transfer format of the numbers of a difference. Little-endian. */
public enum WireFormat {
  /** Float32, unchanged. */
  F32(4) {
    @Override
    float round(float value) {
      return value;
    }

    @Override
    void put(ByteBuffer buffer, float value) {
      buffer.putFloat(value);
    }

    @Override
    float get(ByteBuffer buffer) {
      return buffer.getFloat();
    }
  },
  /** The nearest bfloat16, ties to even: half the bytes. */
  BF16(2) {
    @Override
    float round(float value) {
      return Float.intBitsToFloat(FloatFormats.bfloat16(value) << 16);
    }

    @Override
    void put(ByteBuffer buffer, float value) {
      buffer.putShort((short) FloatFormats.bfloat16(value));
    }

    @Override
    float get(ByteBuffer buffer) {
      return Float.intBitsToFloat(buffer.getShort() << 16);
    }
  };

  private static final int PIECE = 1 << 14;

  private final int width;

  WireFormat(int width) {
    this.width = width;
  }

  /** Returns the bytes of parameters and of state numbers, which are transferred in float64. */
  public long bytes(long numbers, long stateNumbers) {
    return numbers * width + stateNumbers * Double.BYTES;
  }

  /** Returns the number that is received if this one is sent. */
  abstract float round(float value);

  abstract void put(ByteBuffer buffer, float value);

  abstract float get(ByteBuffer buffer);

  void write(float[] values, DataOutput out) throws IOException {
    byte[] bytes = new byte[Math.min(values.length, PIECE) * width];
    ByteBuffer buffer = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    for (int begin = 0; begin < values.length; begin += PIECE) {
      buffer.clear();
      int end = Math.min(values.length, begin + PIECE);
      for (int i = begin; i < end; i++) {
        put(buffer, values[i]);
      }
      out.write(bytes, 0, buffer.position());
    }
  }

  float[] read(int count, DataInput in) throws IOException {
    float[] values = new float[count];
    byte[] bytes = new byte[Math.min(count, PIECE) * width];
    ByteBuffer buffer = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    for (int begin = 0; begin < count; begin += PIECE) {
      int end = Math.min(count, begin + PIECE);
      buffer.clear();
      in.readFully(bytes, 0, (end - begin) * width);
      for (int i = begin; i < end; i++) {
        values[i] = get(buffer);
      }
    }
    return values;
  }

  /**
   * Returns the format with the given option name.
   *
   * @throws IllegalArgumentException if the name is unknown
   */
  public static WireFormat parse(String name) {
    for (WireFormat format : values()) {
      if (format.toString().equals(name)) {
        return format;
      }
    }
    throw new IllegalArgumentException("wire must be f32 or bf16, was " + name);
  }

  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }
}
