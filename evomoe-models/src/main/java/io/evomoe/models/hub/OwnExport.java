package io.evomoe.models.hub;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.evomoe.models.transformer.Transformer;
import io.evomoe.training.Model;
import java.io.Closeable;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.LongStream;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.indexing.NDArrayIndex;

/**
 * A folder in our own form, {@code model_type} {@code evomoe}. {@link HubExport} writes it for a
 * mixture that no published family represents. It contains the run's configuration, so that it can
 * be imported as that run.
 */
public final class OwnExport implements Closeable {
  static final String MODEL_TYPE = "evomoe";
  static final String RUN = "run";

  private final ObjectNode run;
  private final HubTensors tensors;

  private OwnExport(Path folder, ObjectNode run) {
    this.run = run;
    this.tensors = HubTensors.open(folder);
  }

  /** Whether a folder is in this form. */
  public static boolean isIn(Path folder) {
    Path file = folder.resolve(HubConfig.FILE);
    return Files.isRegularFile(file)
        && JsonFile.read(file).path("model_type").asText().equals(MODEL_TYPE);
  }

  /**
   * Opens a folder.
   *
   * @throws IllegalArgumentException if it does not name its run, or has no tensors
   */
  public static OwnExport open(Path folder) {
    Path file = folder.resolve(HubConfig.FILE);
    JsonNode run = JsonFile.read(file).path(MODEL_TYPE).path(RUN);
    if (run instanceof ObjectNode fields) {
      return new OwnExport(folder, fields);
    }
    throw new IllegalArgumentException(
        "%s: %s.%s must say of which run this is, was left out".formatted(file, MODEL_TYPE, RUN));
  }

  /** Returns the object given to {@link HubExport#ofRun}. */
  public ObjectNode run() {
    return run;
  }

  /** Returns the number of tensors. */
  public int size() {
    return tensors.names().size();
  }

  /**
   * Loads the parameters and the gates' state into a model.
   *
   * @param model of the run, with all its experts
   * @throws IllegalArgumentException if a tensor is missing, unknown or of another shape or type;
   *     the model is unchanged then
   */
  public void loadInto(Model<?> model) {
    Map<String, INDArray> arrays = LanguageModelTensors.arrays(model);
    Map<String, INDArray> published = new HashMap<>(arrays);
    List<WeightRule> rules;
    if (model instanceof Transformer transformer) {
      rules = List.copyOf(SwitchNames.encoderDecoder(transformer).values());
    } else {
      rules = LanguageModelTensors.mixtureRules(model);
      PublishedModel described = PublishedFamilies.describe(model);
      described.family().complete(published, described);
    }
    List<WeightRule> own = rules.stream().filter(rule -> arrays.containsKey(rule.ours())).toList();
    Set<String> left = new LinkedHashSet<>(tensors.names());
    for (WeightRule rule : own) {
      rule.split(LanguageModelTensors.value(published, rule.ours()))
          .forEach(
              (name, wanted) ->
                  tensors.requireFit(name, LongStream.of(wanted.shape()).boxed().toList()));
      left.removeAll(rule.published());
    }
    rules.forEach(rule -> left.removeAll(rule.published()));
    tensors.requireNone(left, "this run");
    for (WeightRule rule : own) {
      INDArray value = LanguageModelTensors.value(arrays, rule.ours());
      value.assign(withoutAdded(rule.join(tensors::readFloat), value));
    }
  }

  /** Removes the rows that a family adds before ours; they have no values. */
  private static INDArray withoutAdded(INDArray published, INDArray ours) {
    long added = published.size(0) - ours.size(0);
    return added == 0
        ? published
        : published.get(NDArrayIndex.interval(added, published.size(0)), NDArrayIndex.all());
  }

  @Override
  public void close() {
    tensors.close();
  }
}
