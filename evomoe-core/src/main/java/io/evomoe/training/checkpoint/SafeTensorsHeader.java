package io.evomoe.training.checkpoint;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.shade.jackson.databind.JsonNode;

/** Reads and checks the header of one safetensors file. */
final class SafeTensorsHeader {
  static final String METADATA = "__metadata__";
  private static final long MAXIMUM = 100_000_000;

  /** Levels: object, tensor, list of numbers. */
  private static final int DEEPEST = 3;

  private final Path file;
  private final long dataBegin;
  private final long fileSize;
  private final Map<String, TensorInfo> tensors = new LinkedHashMap<>();
  private final Map<String, String> metadata = new LinkedHashMap<>();

  private SafeTensorsHeader(Path file, long dataBegin, long fileSize) {
    this.file = file;
    this.dataBegin = dataBegin;
    this.fileSize = fileSize;
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
    SafeTensorsHeader header = new SafeTensorsHeader(file, Long.BYTES + length, size);
    header.parse(bytes(channel, Long.BYTES, (int) length).array());
    header.requireGapless();
    return header;
  }

  Map<String, TensorInfo> tensors() {
    return tensors;
  }

  Map<String, String> metadata() {
    return metadata;
  }

  private void parse(byte[] json) throws IOException {
    Iterator<Map.Entry<String, JsonNode>> fields =
        new CheckedJson(file + ": header", DEEPEST).read(json).fields();
    while (fields.hasNext()) {
      Map.Entry<String, JsonNode> field = fields.next();
      if (field.getKey().equals(METADATA)) {
        metadata(field.getValue());
      } else {
        tensors.put(field.getKey(), tensor(field.getKey(), field.getValue()));
      }
    }
  }

  private void metadata(JsonNode texts) {
    if (!texts.isObject()) {
      throw new CheckpointException(file + ": " + METADATA + " is not a JSON object");
    }
    texts.fields().forEachRemaining(e -> metadata.put(e.getKey(), e.getValue().asText()));
  }

  private TensorInfo tensor(String name, JsonNode node) {
    String typeName = node.path("dtype").asText();
    DataType type =
        TensorTypes.named(typeName)
            .orElseThrow(() -> bad(name, "has a dtype that is not supported, " + typeName));
    List<Long> shape = numbers(name, "shape", node.path("shape"));
    List<Long> offsets = numbers(name, "data_offsets", node.path("data_offsets"));
    if (offsets.size() != 2) {
      throw bad(name, "must have two data_offsets, had " + offsets);
    }
    long data = fileSize - dataBegin;
    if (offsets.get(0) > offsets.get(1) || offsets.get(1) > data) {
      throw bad(
          name, "has data_offsets " + offsets + " outside of the file's " + data + " data bytes");
    }
    TensorInfo info =
        new TensorInfo(type, shape, dataBegin + offsets.get(0), dataBegin + offsets.get(1));
    requireSize(name, info);
    return info;
  }

  private void requireSize(String name, TensorInfo info) {
    long bytes = info.end() - info.begin();
    try {
      if (Math.multiplyExact(info.length(), (long) info.type().width()) == bytes) {
        return;
      }
    } catch (ArithmeticException e) {
      throw new CheckpointException(
          "%s: tensor %s has too many elements, shape %s".formatted(file, name, info.shape()), e);
    }
    throw bad(
        name, "has " + bytes + " bytes, which is not the size of " + info.type() + info.shape());
  }

  private void requireGapless() {
    List<Map.Entry<String, TensorInfo>> byBegin = new ArrayList<>(tensors.entrySet());
    byBegin.sort(
        Comparator.comparingLong((Map.Entry<String, TensorInfo> e) -> e.getValue().begin())
            .thenComparingLong(e -> e.getValue().end()));
    long expected = dataBegin;
    for (Map.Entry<String, TensorInfo> entry : byBegin) {
      long begin = entry.getValue().begin();
      if (begin != expected) {
        throw bad(
            entry.getKey(),
            (begin < expected ? "overlaps the tensor before it" : "leaves a gap before it")
                + ": begins at byte "
                + begin
                + ", expected "
                + expected);
      }
      expected = entry.getValue().end();
    }
    if (expected != fileSize) {
      throw new CheckpointException(
          "%s: the tensors end at byte %d, the file at %d".formatted(file, expected, fileSize));
    }
  }

  private List<Long> numbers(String name, String field, JsonNode node) {
    List<Long> numbers = new ArrayList<>();
    for (JsonNode number : node) {
      if (!number.canConvertToLong() || !number.isIntegralNumber() || number.asLong() < 0) {
        throw bad(name, "has a " + field + " entry that is not a whole number from 0: " + number);
      }
      numbers.add(number.asLong());
    }
    if (!node.isArray()) {
      throw bad(name, "has no " + field);
    }
    return numbers;
  }

  private CheckpointException bad(String tensor, String what) {
    return new CheckpointException("%s: tensor %s %s".formatted(file, tensor, what));
  }

  private static ByteBuffer bytes(FileChannel channel, long position, int count)
      throws IOException {
    ByteBuffer buffer = ByteBuffer.allocate(count);
    while (buffer.hasRemaining() && channel.read(buffer, position + buffer.position()) >= 0) {}
    return buffer.flip();
  }
}
