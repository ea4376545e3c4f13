package io.evomoe.models.internal.hub;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.evomoe.models.hub.HubExport;
import io.evomoe.training.Model;
import java.io.Closeable;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import java.util.stream.LongStream;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * A folder in our own form, {@code model_type} {@code evomoe}. {@link HubExport} writes it for a
 * model that no published family represents. Its tensors have the names and layouts of the model's
 * parameters and gate states. It contains the run's configuration, so that it can be imported as
 * that run.
 *
 * @param run the object given to {@link HubExport#ofRun}
 * @param tensors of the folder
 */
public record OwnExport(ObjectNode run, HubTensors tensors) implements Closeable {
  public static final String MODEL_TYPE = "evomoe";
  public static final String RUN = "run";

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
      return new OwnExport(fields, HubTensors.open(folder));
    }
    throw new IllegalArgumentException(
        "%s: %s.%s must say of which run this is, was left out".formatted(file, MODEL_TYPE, RUN));
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
    Map<String, INDArray> own = arrays(model);
    own.forEach(
        (name, array) -> tensors.requireFit(name, LongStream.of(array.shape()).boxed().toList()));
    Set<String> unknown = new LinkedHashSet<>(tensors.names());
    unknown.removeAll(own.keySet());
    tensors.requireNone(unknown, "this run");
    own.forEach((name, array) -> array.assign(tensors.readFloat(name).castTo(array.dataType())));
  }

  /** Returns all tensors of a model in this form. */
  public static Map<String, INDArray> tensors(Model<?> model) {
    Map<String, INDArray> tensors = arrays(model);
    tensors.replaceAll((name, array) -> floats(array));
    return tensors;
  }

  private static Map<String, INDArray> arrays(Model<?> model) {
    Map<String, INDArray> arrays = new LinkedHashMap<>();
    model.parameters().forEach(parameter -> arrays.put(parameter.name(), parameter.value()));
    model.state().forEach(state -> arrays.put(state.name(), state.value()));
    return arrays;
  }

  static INDArray floats(INDArray value) {
    return value.dataType() == DataType.FLOAT ? value : value.castTo(DataType.FLOAT);
  }

  @Override
  public void close() {
    tensors.close();
  }
}
