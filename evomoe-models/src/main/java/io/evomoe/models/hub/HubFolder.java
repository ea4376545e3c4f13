package io.evomoe.models.hub;

import io.evomoe.models.internal.hub.HubConfig;
import io.evomoe.models.internal.hub.HubTensors;
import io.evomoe.models.internal.hub.ImportOrigin;
import io.evomoe.models.internal.hub.PeftFolder;
import io.evomoe.models.internal.hub.PublishedFamily;
import io.evomoe.models.internal.hub.WeightRule;
import io.evomoe.nn.Place;
import io.evomoe.training.DenseWeights;
import java.io.Closeable;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * A folder of Hugging Face's {@code save_pretrained}: {@code config.json} and safetensors in F32,
 * F16 or BF16, of a supported family. Opening compares all names, types and shapes with the
 * configuration before any values are read.
 */
public final class HubFolder implements DenseWeights, Closeable {
  private final Path folder;
  private final PublishedModel model;
  private final HubTensors tensors;
  private final PublishedFamily.WeightNames names;
  private final Map<String, WeightRule> rules = new LinkedHashMap<>();
  private final List<String> unused;
  private @Nullable PeftFolder peft;

  private HubFolder(Path folder, PublishedModel model, HubTensors tensors) {
    this.folder = folder;
    this.model = model;
    this.tensors = tensors;
    this.names = weightNames();
    names.rules().forEach(rule -> rules.put(rule.ours(), rule));
    unused =
        tensors.names().stream().filter(name -> names.unused().matcher(name).matches()).toList();
    for (WeightRule rule : names.rules()) {
      for (int i = 0; i < rule.published().size(); i++) {
        tensors.requireFit(
            rule.published().get(i),
            rule.shapes().get(i).stream().map(Integer::longValue).toList());
      }
    }
    requireNothingElse();
    names.ties().forEach(this::requireTied);
  }

  /**
   * Opens a folder.
   *
   * @throws IllegalArgumentException for a model that is not supported, and for tensors that are
   *     damaged, missing, unknown, or of another type or shape than the configuration requires
   */
  public static HubFolder open(Path folder) {
    if (!Files.isDirectory(folder)) {
      throw new IllegalArgumentException(folder + " must be a folder with " + HubConfig.FILE);
    }
    PublishedModel model = HubConfig.read(folder);
    HubTensors tensors = HubTensors.open(folder);
    try {
      return new HubFolder(folder, model, tensors);
    } catch (RuntimeException e) {
      tensors.close();
      throw e;
    }
  }

  private PublishedFamily.WeightNames weightNames() {
    int layers = model.config().stack().numHiddenLayers();
    if (layers > tensors.names().size()) {
      throw new IllegalArgumentException(
          "%s: the configuration has %d layers, there are %d tensors"
              .formatted(folder, layers, tensors.names().size()));
    }
    return PublishedFamily.named(model.modelType()).names(model, tensors.names());
  }

  private void requireNothingElse() {
    Set<String> unknown = new LinkedHashSet<>(tensors.names());
    rules.values().forEach(rule -> rule.published().forEach(unknown::remove));
    unknown.removeAll(names.ties().keySet());
    unused.forEach(unknown::remove);
    tensors.requireNone(unknown, "a " + model.modelType());
  }

  /** A tensor that repeats another one must have the same values, or our model would differ. */
  private void requireTied(String name, String same) {
    if (tensors.names().contains(name)
        && tensors.readFloat(name).sub(tensors.readFloat(same)).amaxNumber().doubleValue() != 0) {
      throw new IllegalArgumentException(
          "%s: tensor %s must equal %s, models with a head of its own cannot be represented"
              .formatted(folder, name, same));
    }
  }

  /**
   * Adds adapters of the library peft to the weights that are read from now on.
   *
   * @param adapters folder with {@code adapter_config.json} and {@code adapter_model.safetensors}
   * @throws IllegalArgumentException if they cannot be read, or are for another model
   */
  public void merge(Path adapters) {
    PeftFolder read = PeftFolder.open(adapters);
    read.requireFit(names.rules(), folder);
    peft = read;
  }

  /** Returns architecture and size. */
  public PublishedModel model() {
    return model;
  }

  /** Returns the names of unused tensors, such as masks and an unused pooler. */
  public List<String> unused() {
    return unused;
  }

  /** Returns the number of tensors. */
  public int size() {
    return tensors.names().size();
  }

  /** Stores in a folder the data that an export needs to restore every tensor. */
  public void saveOrigin(Path into) {
    ImportOrigin.save(folder, tensors, unused, into);
  }

  @Override
  public String source() {
    return folder.toString();
  }

  @Override
  public Set<String> names() {
    return rules.keySet();
  }

  /** Whether the files have no output head, so that it keeps its initial weights. */
  public boolean isHeadless() {
    return names.headless();
  }

  /**
   * An expert of a published mixture has weights of its own; other experts have those of their
   * block.
   */
  @Override
  public Optional<String> nameFor(Place place) {
    if (isHeadless() && place.name().startsWith("head.")) {
      return Optional.empty();
    }
    return rules.containsKey(place.name()) ? Optional.of(place.name()) : place.denseName();
  }

  @Override
  public long[] shape(String name) {
    return rule(name).joinedShape();
  }

  @Override
  public INDArray read(String name) {
    WeightRule rule = rule(name);
    PeftFolder adapters = peft;
    return rule.join(
        adapters == null
            ? tensors::readFloat
            : tensor -> adapters.merged(tensor, tensors.readFloat(tensor), rule.transposed()));
  }

  private WeightRule rule(String name) {
    WeightRule rule = rules.get(name);
    if (rule == null) {
      throw new IllegalArgumentException(folder + " has no tensor for " + name);
    }
    return rule;
  }

  @Override
  public void close() {
    tensors.close();
  }
}
