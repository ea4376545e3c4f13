package io.evomoe.training.internal.rounds;

import io.evomoe.training.internal.tensors.FloatFormats;
import java.util.Locale;
import java.util.Map;

/** The transfer format of the numbers of a difference. */
public enum WireFormat {
  /** Float32, unchanged. */
  F32(Float.BYTES),
  /** The nearest bfloat16, ties to even: half the bytes. */
  BF16(Short.BYTES);

  private final int width;

  WireFormat(int width) {
    this.width = width;
  }

  /** Returns the bytes of all arrays. The states are transferred in float64. */
  long bytes(Map<String, float[]> parameters, Map<String, double[]> states) {
    long numbers = parameters.values().stream().mapToLong(values -> values.length).sum();
    long stateNumbers = states.values().stream().mapToLong(values -> values.length).sum();
    return numbers * width + stateNumbers * Double.BYTES;
  }

  /** Returns the number that is received if this one is sent. */
  float round(float value) {
    return this == F32 ? value : Float.intBitsToFloat(FloatFormats.bfloat16(value) << 16);
  }

  /** Returns the array to serialize for the numbers. */
  Object encoded(float[] values) {
    if (this == F32) {
      return values;
    }
    short[] encoded = new short[values.length];
    for (int i = 0; i < values.length; i++) {
      encoded[i] = (short) FloatFormats.bfloat16(values[i]);
    }
    return encoded;
  }

  /** Returns the numbers of {@link #encoded}. */
  float[] decoded(Object sent) {
    if (sent instanceof float[] values) {
      return values;
    }
    short[] encoded = (short[]) sent;
    float[] values = new float[encoded.length];
    for (int i = 0; i < values.length; i++) {
      values[i] = Float.intBitsToFloat(encoded[i] << 16);
    }
    return values;
  }

  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }
}
