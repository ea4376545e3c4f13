package io.evomoe.models.gguf;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * A GGUF file as docs/gguf.md says how to read it, whole in memory; its numbers are {@code int}.
 */
final class GgufFile {
  /**
   * Where a tensor is.
   *
   * @param dimensions in the order of the file, that of a row first
   * @param offset from the beginning of the data
   */
  record Info(List<Long> dimensions, int type, long offset) {}

  final Map<String, Object> metadata = new LinkedHashMap<>();
  final Map<String, Info> tensors = new LinkedHashMap<>();
  private final ByteBuffer bytes;
  private final int data;

  GgufFile(Path file) throws IOException {
    bytes = ByteBuffer.wrap(Files.readAllBytes(file)).order(ByteOrder.LITTLE_ENDIAN);
    require(bytes.getInt() == 0x46554747, "magic");
    require(bytes.getInt() == 3, "version");
    long tensorCount = bytes.getLong();
    long keys = bytes.getLong();
    for (long i = 0; i < keys; i++) {
      String key = text();
      require(metadata.put(key, value(bytes.getInt())) == null, key);
    }
    for (long i = 0; i < tensorCount; i++) {
      String name = text();
      List<Long> dimensions = new ArrayList<>();
      for (int axes = bytes.getInt(); axes > 0; axes--) {
        dimensions.add(bytes.getLong());
      }
      tensors.put(name, new Info(dimensions, bytes.getInt(), bytes.getLong()));
    }
    int alignment = (int) metadata.getOrDefault("general.alignment", 32);
    while (bytes.position() % alignment != 0) {
      require(bytes.get() == 0, "padding");
    }
    data = bytes.position();
    tensors.forEach((name, info) -> require(info.offset % alignment == 0, name));
  }

  private static void require(boolean holds, String what) {
    if (!holds) {
      throw new AssertionError("bad " + what);
    }
  }

  private String text() {
    byte[] utf8 = new byte[(int) bytes.getLong()];
    bytes.get(utf8);
    return new String(utf8, StandardCharsets.UTF_8);
  }

  private Object value(int type) {
    return switch (type) {
      case 4, 5 -> bytes.getInt();
      case 6 -> bytes.getFloat();
      case 7 -> bytes.get() == 1;
      case 8 -> text();
      case 9 -> array();
      default -> throw new AssertionError("bad type " + type);
    };
  }

  private List<Object> array() {
    int type = bytes.getInt();
    Object[] values = new Object[(int) bytes.getLong()];
    Arrays.setAll(values, i -> value(type));
    return List.of(values);
  }

  Info info(String name) {
    return Objects.requireNonNull(tensors.get(name), name);
  }

  /** Bytes of the file from a tensor's beginning on. */
  ByteBuffer data(String name) {
    int begin = (int) (data + info(name).offset);
    return bytes.slice(begin, bytes.limit() - begin).order(ByteOrder.LITTLE_ENDIAN);
  }

  /** The elements of a tensor of F32. */
  float[] floats(String name) {
    Info info = info(name);
    require(info.type == 0, name);
    float[] floats =
        new float[(int) info.dimensions.stream().mapToLong(n -> n).reduce(1, (a, b) -> a * b)];
    data(name).asFloatBuffer().get(floats);
    return floats;
  }
}
