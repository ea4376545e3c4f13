package io.evomoe.models.internal.hub;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.evomoe.internal.files.Excerpt;
import io.evomoe.internal.files.FileTree;
import io.evomoe.internal.files.IoReason;
import io.evomoe.training.CheckpointException;
import io.evomoe.training.internal.tensors.FloatFormats;
import io.evomoe.training.internal.tensors.SafeTensors;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.apache.commons.io.IOUtils;
import org.apache.commons.io.function.IOSupplier;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * The tensors of a folder: {@code model.safetensors}, or the files in {@code
 * model.safetensors.index.json}.
 */
public final class HubTensors implements Closeable {
  private static final String FILE = "model.safetensors";
  private static final String INDEX = FILE + ".index.json";
  private static final int PIECE = 1 << 22;
  private static final Map<String, String> METADATA = Map.of("format", "pt");
  private static final String SHARD = "[A-Za-z0-9][A-Za-z0-9._-]*\\.safetensors";

  private final Map<Path, SafeTensors> files = new TreeMap<>();
  private final Map<String, SafeTensors> byName = new LinkedHashMap<>();

  private final Path folder;

  private HubTensors(Path folder) {
    this.folder = folder;
  }

  public static HubTensors open(Path folder) {
    HubTensors tensors = new HubTensors(folder);
    try {
      if (Files.exists(folder.resolve(FILE))) {
        tensors.openWhole(folder.resolve(FILE));
      } else if (Files.exists(folder.resolve(INDEX))) {
        tensors.openShards(folder.resolve(INDEX));
      } else {
        throw new IllegalArgumentException(
            "%s must have %s or %s, has neither%s"
                .formatted(
                    folder,
                    FILE,
                    INDEX,
                    Files.exists(folder.resolve("pytorch_model.bin"))
                        ? "; pytorch_model.bin is not read"
                        : ""));
      }
      return tensors;
    } catch (RuntimeException e) {
      tensors.close();
      throw e;
    }
  }

  private void openWhole(Path file) {
    SafeTensors whole = open(file, files);
    whole.names().forEach(name -> byName.put(name, whole));
  }

  private void openShards(Path index) {
    JsonNode map = JsonFile.read(index).path("weight_map");
    if (!map.isObject() || map.isEmpty()) {
      throw new IllegalArgumentException(index + ": weight_map must name a file for each tensor");
    }
    for (Map.Entry<String, JsonNode> entry : map.properties()) {
      String shard = entry.getValue().asText();
      if (!shard.matches(SHARD)) {
        throw new IllegalArgumentException(
            "%s: %s must be in a .safetensors file of this folder, was in %s"
                .formatted(index, Excerpt.of(entry.getKey()), Excerpt.of(entry.getValue())));
      }
      byName.put(entry.getKey(), open(index.resolveSibling(shard), files));
    }
    requireAgreement(index);
  }

  private void requireAgreement(Path index) {
    files.forEach(
        (path, file) -> {
          Set<String> all = new TreeSet<>(byName.keySet());
          all.addAll(file.names());
          for (String name : all) {
            if (file.names().contains(name) != (byName.get(name) == file)) {
              throw new IllegalArgumentException(
                  "%s: weight_map must name all tensors of %s and no others for it, was wrong for %s"
                      .formatted(index, path.getFileName(), Excerpt.of(name)));
            }
          }
        });
  }

  private static SafeTensors open(Path file, Map<Path, SafeTensors> files) {
    return files.computeIfAbsent(
        file, path -> reading(path, () -> SafeTensors.open(FileTree.requireInside(path))));
  }

  public Set<String> names() {
    return Collections.unmodifiableSet(byName.keySet());
  }

  SafeTensors.Info info(String name) {
    return file(name).info(name);
  }

  /** Rejects a tensor that is missing or has another shape or type. */
  public void requireFit(String name, List<Long> shape) {
    if (!names().contains(name)) {
      throw new IllegalArgumentException("%s: tensor %s is missing".formatted(folder, name));
    }
    SafeTensors.Info info = info(name);
    if (!info.shape().equals(shape)) {
      throw new IllegalArgumentException(
          "%s: tensor %s must have the shape %s, has %s"
              .formatted(folder, name, shape, info.shape()));
    }
    if (!FloatFormats.isFloat(info.type())) {
      throw new IllegalArgumentException(
          "%s: tensor %s must be F32, F16 or BF16, is %s".formatted(folder, name, info.type()));
    }
  }

  /** Rejects the tensors of the given names, if there are any. */
  public void requireNone(Set<String> unknown, String model) {
    if (!unknown.isEmpty()) {
      throw new IllegalArgumentException(
          "%s: %d tensors are not of %s: %s"
              .formatted(
                  folder,
                  unknown.size(),
                  model,
                  unknown.stream().limit(5).map(Excerpt::of).toList()));
    }
  }

  /** Returns a tensor in its type. */
  INDArray read(String name) {
    return reading(name, () -> file(name).read(name));
  }

  /**
   * Returns the values in float32.
   *
   * @throws IllegalArgumentException as well if a value is infinite or NaN
   */
  public INDArray readFloat(String name) {
    INDArray values = reading(name, () -> file(name).readFloat(name));
    reading(name, () -> requireFinite(name, values));
    return values;
  }

  private INDArray requireFinite(String name, INDArray values) throws IOException {
    FloatFormats.forEachPiece(
        values,
        PIECE,
        piece -> {
          while (piece.hasRemaining()) {
            float value = piece.get();
            if (!Float.isFinite(value)) {
              throw new IllegalArgumentException(
                  "%s: tensor %s must have finite weights, has %s".formatted(folder, name, value));
            }
          }
        });
    return values;
  }

  private SafeTensors file(String name) {
    SafeTensors file = byName.get(name);
    if (file == null) {
      throw new IllegalArgumentException("tensor " + name + " is missing");
    }
    return file;
  }

  /** Reports a damaged or unreadable file as invalid input. */
  private static <T> T reading(Object what, IOSupplier<T> reading) {
    try {
      return reading.get();
    } catch (CheckpointException e) {
      throw new IllegalArgumentException(e.getMessage(), e);
    } catch (IOException e) {
      throw new IllegalArgumentException("cannot read " + what + ": " + IoReason.of(e), e);
    }
  }

  /**
   * Writes tensors as one file, or as several with an index, as {@code save_pretrained} does.
   *
   * @param shardBytes maximum bytes of a file; a larger tensor has a file of its own
   */
  public static void write(Path folder, Map<String, INDArray> tensors, long shardBytes)
      throws IOException {
    List<Map<String, INDArray>> shards = shards(tensors, shardBytes);
    if (shards.size() == 1) {
      SafeTensors.write(folder.resolve(FILE), tensors, METADATA);
      return;
    }
    ObjectNode index = JsonNodeFactory.instance.objectNode();
    long total = tensors.values().stream().mapToLong(HubTensors::bytes).sum();
    index.putObject("metadata").put("total_size", total);
    ObjectNode map = index.putObject("weight_map");
    for (int i = 0; i < shards.size(); i++) {
      String name =
          String.format(Locale.ROOT, "model-%05d-of-%05d.safetensors", i + 1, shards.size());
      SafeTensors.write(folder.resolve(name), shards.get(i), METADATA);
      shards.get(i).keySet().forEach(tensor -> map.put(tensor, name));
    }
    JsonFile.write(folder.resolve(INDEX), index);
  }

  private static List<Map<String, INDArray>> shards(
      Map<String, INDArray> tensors, long shardBytes) {
    List<Map<String, INDArray>> shards = new ArrayList<>();
    Map<String, INDArray> shard = new LinkedHashMap<>();
    long used = 0;
    for (Map.Entry<String, INDArray> tensor : tensors.entrySet()) {
      long bytes = bytes(tensor.getValue());
      if (!shard.isEmpty() && used + bytes > shardBytes) {
        shards.add(shard);
        shard = new LinkedHashMap<>();
        used = 0;
      }
      shard.put(tensor.getKey(), tensor.getValue());
      used += bytes;
    }
    shards.add(shard);
    return shards;
  }

  private static long bytes(INDArray tensor) {
    return tensor.length() * tensor.dataType().width();
  }

  @Override
  public void close() {
    files.values().forEach(IOUtils::closeQuietly);
  }
}
