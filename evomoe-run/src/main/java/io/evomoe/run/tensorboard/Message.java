package io.evomoe.run.tensorboard;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayOutputStream;
import java.util.List;

/** A protobuf message in its wire format, written field by field. */
final class Message {
  private static final int VARINT = 0;
  private static final int FIXED_64 = 1;
  private static final int LENGTH = 2;
  private static final int FIXED_32 = 5;

  private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();

  /** Adds a field of type int64, or of an enumeration. */
  Message integer(int field, long value) {
    key(field, VARINT);
    varint(value);
    return this;
  }

  Message number(int field, double value) {
    key(field, FIXED_64);
    fixed(Double.doubleToRawLongBits(value), Long.BYTES);
    return this;
  }

  /** Adds a field of type float. */
  Message single(int field, double value) {
    key(field, FIXED_32);
    fixed(Float.floatToRawIntBits((float) value), Integer.BYTES);
    return this;
  }

  Message text(int field, String value) {
    return bytes(field, value.getBytes(UTF_8));
  }

  Message message(int field, Message value) {
    return bytes(field, value.toBytes());
  }

  /** Adds a field of type repeated double, packed. */
  Message numbers(int field, List<Double> values) {
    Message packed = new Message();
    values.forEach(value -> packed.fixed(Double.doubleToRawLongBits(value), Long.BYTES));
    return message(field, packed);
  }

  private Message bytes(int field, byte[] value) {
    key(field, LENGTH);
    varint(value.length);
    bytes.writeBytes(value);
    return this;
  }

  private void key(int field, int type) {
    varint(((long) field << 3) | type);
  }

  private void varint(long value) {
    long left = value;
    while ((left & ~0x7FL) != 0) {
      bytes.write((int) ((left & 0x7F) | 0x80));
      left >>>= 7;
    }
    bytes.write((int) left);
  }

  /** Writes the least significant byte first. */
  private void fixed(long bits, int length) {
    for (int i = 0; i < length; i++) {
      bytes.write((int) (bits >>> (8 * i)));
    }
  }

  byte[] toBytes() {
    return bytes.toByteArray();
  }
}
