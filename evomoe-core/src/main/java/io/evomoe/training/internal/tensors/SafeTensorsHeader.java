package io.evomoe.training.internal.tensors;

import io.evomoe.internal.files.Excerpt;
import io.evomoe.training.CheckpointException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.shade.jackson.annotation.JsonAnySetter;
import org.nd4j.shade.jackson.annotation.JsonProperty;
import org.nd4j.shade.jackson.core.JsonProcessingException;
import org.nd4j.shade.jackson.databind.node.ObjectNode;

/**
 * The header of one safetensors file.
 *
 * @param tensors type, shape and position of each tensor by name, in the order of the file
 * @param metadata free text by name
 */
record SafeTensorsHeader(Map<String, SafeTensors.Info> tensors, Map<String, String> metadata) {
  /** The element types by their names in files. */
  static final Map<String, DataType> TYPES =
      Map.ofEntries(
          Map.entry("F64", DataType.DOUBLE),
          Map.entry("F32", DataType.FLOAT),
          Map.entry("F16", DataType.FLOAT16),
          Map.entry("BF16", DataType.BFLOAT16),
          Map.entry("I64", DataType.INT64),
          Map.entry("I32", DataType.INT32),
          Map.entry("I16", DataType.INT16),
          Map.entry("I8", DataType.INT8),
          Map.entry("U8", DataType.UINT8),
          Map.entry("BOOL", DataType.BOOL));

  private static final String METADATA = "__metadata__";
  private static final long MAXIMUM = 100_000_000;
  private static final int ALIGNMENT = 8;

  /** The JSON of a header. */
  private static final class Fields {
    @JsonProperty(METADATA)
    private Map<String, String> metadata = Map.of();

    @JsonAnySetter private final Map<String, Entry> tensors = new LinkedHashMap<>();
  }

  /** The JSON of a tensor. */
  record Entry(String dtype, List<Long> shape, @JsonProperty("data_offsets") List<Long> offsets) {
    Entry {
      if (!TYPES.containsKey(dtype)) {
        throw new IllegalArgumentException("dtype is not supported: " + Excerpt.of(dtype));
      }
      if (shape.stream().anyMatch(size -> size < 0)) {
        throw new IllegalArgumentException("shape is negative: " + Excerpt.of(shape));
      }
      if (offsets.size() != 2) {
        throw new IllegalArgumentException("data_offsets must be two: " + Excerpt.of(offsets));
      }
    }

    SafeTensors.Info at(long dataBegin) {
      return new SafeTensors.Info(
          Objects.requireNonNull(TYPES.get(dtype)),
          shape,
          dataBegin + offsets.get(0),
          dataBegin + offsets.get(1));
    }
  }

  SafeTensorsHeader {
    tensors = Collections.unmodifiableMap(tensors);
    metadata = Collections.unmodifiableMap(metadata);
  }

  static SafeTensorsHeader read(Path file, FileChannel channel) throws IOException {
    long size = channel.size();
    if (size < Long.BYTES) {
      throw new CheckpointException(
          "%s: a safetensors file has at least 8 bytes, this one %d".formatted(file, size));
    }
    long length = bytes(channel, 0, Long.BYTES).order(ByteOrder.LITTLE_ENDIAN).getLong();
    long longest = Math.min(MAXIMUM, size - Long.BYTES);
    if (length < 2 || length > longest) {
      throw new CheckpointException(
          "%s: header length must be in 2..%d, was %d".formatted(file, longest, length));
    }
    byte[] json = bytes(channel, Long.BYTES, (int) length).array();
    try {
      Fields fields = StrictJson.MAPPER.readValue(json, Fields.class);
      Map<String, SafeTensors.Info> tensors = new LinkedHashMap<>();
      fields.tensors.forEach((name, entry) -> tensors.put(name, entry.at(Long.BYTES + length)));
      requireGapless(file, tensors, Long.BYTES + length, size);
      return new SafeTensorsHeader(tensors, fields.metadata);
    } catch (JsonProcessingException e) {
      throw new CheckpointException(file + ": header: " + StrictJson.reason(e), e);
    }
  }

  /** Returns the first bytes of a file, up to the elements of its first tensor. */
  static ByteBuffer of(Map<String, INDArray> tensors, Map<String, String> metadata) {
    ObjectNode root = StrictJson.MAPPER.createObjectNode();
    if (!metadata.isEmpty()) {
      ObjectNode texts = root.putObject(METADATA);
      metadata.forEach(texts::put);
    }
    long begin = 0;
    for (Map.Entry<String, INDArray> entry : tensors.entrySet()) {
      INDArray tensor = entry.getValue();
      long end = begin + TensorBytes.size(tensor);
      ObjectNode node = root.putObject(entry.getKey());
      node.put("dtype", typeName(entry.getKey(), tensor.dataType()));
      Arrays.stream(tensor.shape()).forEach(node.putArray("shape")::add);
      node.putArray("data_offsets").add(begin).add(end);
      begin = end;
    }
    byte[] json = root.toString().getBytes(StandardCharsets.UTF_8);
    int padded = (json.length + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
    ByteBuffer bytes = ByteBuffer.allocate(Long.BYTES + padded).order(ByteOrder.LITTLE_ENDIAN);
    Arrays.fill(bytes.array(), (byte) ' ');
    return bytes.putLong(padded).put(json).rewind();
  }

  private static String typeName(String tensor, DataType type) {
    return TYPES.entrySet().stream()
        .filter(entry -> entry.getValue() == type)
        .map(Map.Entry::getKey)
        .findFirst()
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    "tensor %s must have a type of safetensors, was %s".formatted(tensor, type)));
  }

  /** Checks that each tensor begins at the end of the one before it, and has its size. */
  private static void requireGapless(
      Path file, Map<String, SafeTensors.Info> tensors, long dataBegin, long fileSize) {
    List<Map.Entry<String, SafeTensors.Info>> inOrder = new ArrayList<>(tensors.entrySet());
    inOrder.sort(
        Comparator.comparingLong((Map.Entry<String, SafeTensors.Info> e) -> e.getValue().begin())
            .thenComparingLong(e -> e.getValue().end()));
    long at = dataBegin;
    for (Map.Entry<String, SafeTensors.Info> entry : inOrder) {
      SafeTensors.Info info = entry.getValue();
      try {
        long end = Math.addExact(at, Math.multiplyExact(info.length(), info.type().width()));
        if (info.begin() != at || info.end() != end) {
          throw new CheckpointException(
              "%s: tensor %s must have bytes %d to %d, has %d to %d"
                  .formatted(file, Excerpt.of(entry.getKey()), at, end, info.begin(), info.end()));
        }
        at = end;
      } catch (ArithmeticException e) {
        throw new CheckpointException(
            file + ": tensor " + Excerpt.of(entry.getKey()) + " has too many elements", e);
      }
    }
    if (at != fileSize) {
      throw new CheckpointException(
          "%s: the tensors end at byte %d, the file at %d".formatted(file, at, fileSize));
    }
  }

  private static ByteBuffer bytes(FileChannel channel, long position, int count)
      throws IOException {
    ByteBuffer buffer = ByteBuffer.allocate(count);
    while (buffer.hasRemaining() && channel.read(buffer, position + buffer.position()) >= 0) {}
    return buffer.flip();
  }
}
