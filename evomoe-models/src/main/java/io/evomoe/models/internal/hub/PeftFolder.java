package io.evomoe.models.internal.hub;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.evomoe.internal.files.IoReason;
import io.evomoe.nn.LoraConfig;
import io.evomoe.training.internal.tensors.SafeTensors;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Adapters in the files of the library peft: {@code adapter_config.json} and {@code
 * adapter_model.safetensors}. The adapter of a weight {@code NAME.weight} is {@code
 * base_model.model.NAME.lora_A.weight} [rank, in] and {@code lora_B.weight} [out, rank].
 */
public final class PeftFolder {
  private static final String CONFIG = "adapter_config.json";
  private static final String TENSORS = "adapter_model.safetensors";
  private static final String PREFIX = "base_model.model.";
  private static final String A = ".lora_A.weight";
  private static final String B = ".lora_B.weight";

  /** Fields that change the meaning of the matrices, and are false, null or empty in plain LoRA. */
  private static final List<String> UNSUPPORTED =
      List.of(
          "use_dora",
          "use_rslora",
          "rank_pattern",
          "alpha_pattern",
          "modules_to_save",
          "target_parameters");

  private final Path file;
  private final double scale;
  private final Map<String, INDArray> tensors;

  private PeftFolder(Path file, double scale, Map<String, INDArray> tensors) {
    this.file = file;
    this.scale = scale;
    this.tensors = tensors;
  }

  /**
   * Reads adapters.
   *
   * @throws IllegalArgumentException if the files are missing or damaged, or have more than plain
   *     LoRA
   */
  public static PeftFolder open(Path folder) {
    Path configFile = folder.resolve(CONFIG);
    ObjectNode config = JsonFile.read(configFile);
    require(configFile, "peft_type", "LORA", config.path("peft_type").asText());
    require(configFile, "bias", "none", config.path("bias").asText("none"));
    for (String field : UNSUPPORTED) {
      boolean plain = config.path(field).isContainerNode() && config.path(field).isEmpty();
      if (!plain && config.hasNonNull(field) && config.path(field).asBoolean(true)) {
        require(configFile, field, "left out", config.path(field).toString());
      }
    }
    int rank = config.path("r").asInt();
    double alpha = config.path("lora_alpha").asDouble();
    if (rank < 1 || !(alpha > 0)) {
      require(configFile, "r and lora_alpha", "numbers above 0", rank + " and " + alpha);
    }
    Path file = folder.resolve(TENSORS);
    Map<String, INDArray> tensors =
        SafeTensors.ask(
            file,
            open -> {
              Map<String, INDArray> read = new LinkedHashMap<>();
              for (String name : open.names()) {
                read.put(name, open.readFloat(name));
              }
              return read;
            });
    return new PeftFolder(file, alpha / rank, tensors);
  }

  private static void require(Path file, String field, String wanted, String was) {
    if (!wanted.equals(was)) {
      throw new IllegalArgumentException(
          "%s: %s must be %s, was %s".formatted(file, field, wanted, was));
    }
  }

  /**
   * Rejects adapters that do not fit the weights of a model.
   *
   * @param rules of the model
   * @param model name of its folder, for the message
   */
  public void requireFit(List<WeightRule> rules, Object model) {
    Map<String, long[]> wanted = new LinkedHashMap<>();
    for (WeightRule rule : rules) {
      for (int i = 0; i < rule.published().size(); i++) {
        List<Integer> shape = rule.shapes().get(i);
        String name = PREFIX + rule.published().get(i).replaceFirst("\\.weight$", "");
        if (shape.size() == 2) {
          wanted.put(name + A, new long[] {-1, shape.get(rule.transposed() ? 1 : 0)});
          wanted.put(name + B, new long[] {shape.get(rule.transposed() ? 0 : 1), -1});
        }
      }
    }
    tensors.forEach(
        (name, tensor) -> {
          long[] shape = tensor.shape();
          long[] fits = wanted.get(name);
          int side = name.endsWith(A) ? 1 : 0;
          if (fits == null || shape.length != 2 || fits[side] != shape[side]) {
            throw new IllegalArgumentException(
                "%s has adapters for another model than %s: tensor %s %s does not fit it"
                    .formatted(file, model, name, Arrays.toString(shape)));
          }
          if (!tensors.containsKey(side == 1 ? name.replace(A, B) : name.replace(B, A))) {
            throw new IllegalArgumentException(
                "%s must have lora_A and lora_B of each weight, has %s alone"
                    .formatted(file, name));
          }
        });
  }

  /**
   * Returns a weight with its adapter added.
   *
   * @param name published name of the weight
   * @param weight [out, in] if it is transposed, else [in, out]
   */
  public INDArray merged(String name, INDArray weight, boolean transposed) {
    String module = PREFIX + name.replaceFirst("\\.weight$", "");
    INDArray a = tensors.get(module + A);
    INDArray b = tensors.get(module + B);
    if (a == null || b == null) {
      return weight;
    }
    INDArray change = b.mmul(a).muli(scale);
    return weight.add(transposed ? change : change.transpose());
  }

  /** A block without experts is published as equal experts in a family of mixtures. */
  private static @Nullable INDArray find(Map<String, INDArray> parameters, String name) {
    INDArray own = parameters.get(name);
    return own != null ? own : parameters.get(name.replaceFirst("\\.experts\\.\\d+\\.", "."));
  }

  /**
   * Writes the adapters of a model.
   *
   * @param rules of the model
   * @param parameters of the model in float32, by their own names and those in a dense model
   * @return number of tensors
   * @throws IllegalArgumentException if the family has no name for one of them
   */
  static int write(
      Path folder, LoraConfig lora, List<WeightRule> rules, Map<String, INDArray> parameters) {
    Map<String, INDArray> tensors = new LinkedHashMap<>();
    List<String> modules = new ArrayList<>();
    IdentityHashMap<INDArray, String> unnamed = new IdentityHashMap<>();
    parameters.forEach(
        (name, value) -> {
          if (LoraConfig.isAdapter(name)) {
            unnamed.put(value, name);
          }
        });
    boolean transposed = true;
    for (WeightRule rule : rules) {
      List<String> adapter = LoraConfig.adapterOf(rule.ours());
      INDArray a = find(parameters, adapter.get(0));
      INDArray b = find(parameters, adapter.get(1));
      if (a == null || b == null) {
        continue;
      }
      unnamed.remove(a);
      unnamed.remove(b);
      transposed = rule.transposed();
      rule.split(b)
          .forEach(
              (name, part) -> {
                String module = name.replaceFirst("\\.weight$", "");
                modules.add(module);
                tensors.put(PREFIX + module + A, a.transpose());
                tensors.put(PREFIX + module + B, rule.transposed() ? part : part.transpose());
              });
    }
    if (!unnamed.isEmpty()) {
      throw new IllegalArgumentException(
          "the family has no name for the adapter " + unnamed.values().iterator().next());
    }
    ObjectNode config = JsonNodeFactory.instance.objectNode();
    config.put("peft_type", "LORA").put("task_type", "CAUSAL_LM").put("bias", "none");
    config.put("r", lora.rank()).put("lora_alpha", lora.alpha());
    config.put("lora_dropout", lora.dropout()).put("fan_in_fan_out", !transposed);
    config.put("inference_mode", true).putNull("base_model_name_or_path");
    modules.forEach(config.putArray("target_modules")::add);
    try {
      Files.createDirectories(folder);
      JsonFile.write(folder.resolve(CONFIG), config);
      SafeTensors.write(folder.resolve(TENSORS), tensors, Map.of("format", "pt"));
    } catch (IOException e) {
      throw new UncheckedIOException("cannot write " + folder + ": " + IoReason.of(e, folder), e);
    }
    return tensors.size();
  }
}
