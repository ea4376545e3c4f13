package io.evomoe.models.hub;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.evomoe.training.checkpoint.SafeTensors;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.nd4j.linalg.api.ndarray.INDArray;

/** Writes tensors as one file, or as several with an index, as {@code save_pretrained} does. */
final class ShardedFiles {
  private static final Map<String, String> METADATA = Map.of("format", "pt");

  private ShardedFiles() {}

  /**
   * Writes all tensors.
   *
   * @param shardBytes maximum bytes of a file; a larger tensor has a file of its own
   */
  static void write(Path folder, Map<String, INDArray> tensors, long shardBytes)
      throws IOException {
    List<Map<String, INDArray>> shards = shards(tensors, shardBytes);
    if (shards.size() == 1) {
      SafeTensors.write(folder.resolve(HubTensors.FILE), tensors, METADATA);
      return;
    }
    ObjectNode index = JsonNodeFactory.instance.objectNode();
    long total = tensors.values().stream().mapToLong(ShardedFiles::bytes).sum();
    index.putObject("metadata").put("total_size", total);
    ObjectNode map = index.putObject("weight_map");
    for (int i = 0; i < shards.size(); i++) {
      String name =
          String.format(Locale.ROOT, "model-%05d-of-%05d.safetensors", i + 1, shards.size());
      SafeTensors.write(folder.resolve(name), shards.get(i), METADATA);
      shards.get(i).keySet().forEach(tensor -> map.put(tensor, name));
    }
    JsonFile.write(folder.resolve(HubTensors.INDEX), index);
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
}
