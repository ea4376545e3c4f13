package io.evomoe.models.gguf;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.regex.Pattern;

/** The metadata of a GGUF file: typed values by key, each key once. */
final class GgufMetadata {
  /** {@code enum gguf_metadata_value_type}. */
  private static final int UINT32 = 4;

  private static final int INT32 = 5;
  private static final int FLOAT32 = 6;
  private static final int BOOL = 7;
  private static final int STRING = 8;
  private static final int ARRAY = 9;

  private static final Pattern KEY = Pattern.compile("[a-z0-9_]+(\\.[a-z0-9_]+)*");

  private final Map<String, GgufBytes> values = new LinkedHashMap<>();

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

  private GgufMetadata put(String key, int type, Consumer<GgufBytes> value) {
    if (!KEY.matcher(key).matches()) {
      throw new IllegalArgumentException("key must be lower_snake_case with dots, was " + key);
    }
    GgufBytes bytes = new GgufBytes().text(key).uint32(type);
    value.accept(bytes);
    if (values.put(key, bytes) != null) {
      throw new IllegalArgumentException("key must be there once, was there twice: " + key);
    }
    return this;
  }

  int size() {
    return values.size();
  }

  void appendTo(GgufBytes header) {
    values.values().forEach(header::append);
  }
}
