package io.evomoe.models.gguf;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.function.Consumer;

/** The metadata of a GGUF file: typed values by key. */
final class GgufMetadata {
  /** {@code enum gguf_metadata_value_type}. */
  private static final int UINT32 = 4;

  private static final int INT32 = 5;
  private static final int FLOAT32 = 6;
  private static final int BOOL = 7;
  private static final int STRING = 8;
  private static final int ARRAY = 9;

  private final Bytes bytes = new Bytes();
  private int size;

  /** The parts of a GGUF header: little-endian numbers, and texts with their length before them. */
  static final class Bytes {
    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();

    Bytes uint8(int value) {
      bytes.write(value);
      return this;
    }

    Bytes uint32(long value) {
      if (value < 0 || value > 0xFFFF_FFFFL) {
        throw new IllegalArgumentException("must be in 0..4294967295, was " + value);
      }
      return int32((int) value);
    }

    Bytes int32(int value) {
      bytes.writeBytes(buffer(Integer.BYTES).putInt(value).array());
      return this;
    }

    Bytes uint64(long value) {
      bytes.writeBytes(buffer(Long.BYTES).putLong(value).array());
      return this;
    }

    Bytes float32(float value) {
      return int32(Float.floatToRawIntBits(value));
    }

    Bytes text(String text) {
      byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
      uint64(utf8.length);
      bytes.writeBytes(utf8);
      return this;
    }

    Bytes append(Bytes more) {
      bytes.writeBytes(more.toByteArray());
      return this;
    }

    /** Zeros up to the next multiple. */
    Bytes align(int alignment) {
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

  GgufMetadata text(String key, String value) {
    return put(key, STRING, bytes -> bytes.text(value));
  }

  GgufMetadata uint32(String key, long value) {
    return put(key, UINT32, bytes -> bytes.uint32(value));
  }

  GgufMetadata float32(String key, double value) {
    return put(key, FLOAT32, bytes -> bytes.float32((float) value));
  }

  GgufMetadata bool(String key, boolean value) {
    return put(key, BOOL, bytes -> bytes.uint8(value ? 1 : 0));
  }

  GgufMetadata texts(String key, List<String> texts) {
    return put(
        key,
        ARRAY,
        bytes -> {
          bytes.uint32(STRING).uint64(texts.size());
          texts.forEach(bytes::text);
        });
  }

  GgufMetadata int32s(String key, List<Integer> numbers) {
    return put(
        key,
        ARRAY,
        bytes -> {
          bytes.uint32(INT32).uint64(numbers.size());
          numbers.forEach(bytes::int32);
        });
  }

  private GgufMetadata put(String key, int type, Consumer<Bytes> value) {
    value.accept(bytes.text(key).uint32(type));
    size++;
    return this;
  }

  int size() {
    return size;
  }

  void appendTo(Bytes header) {
    header.append(bytes);
  }
}
