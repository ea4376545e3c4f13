package io.evomoe.models.internal.hub;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.evomoe.evolution.EvolvingFeedForward;
import io.evomoe.models.hub.HubExport;
import io.evomoe.models.hub.PublishedModel;
import io.evomoe.models.transformer.Transformer;
import io.evomoe.moe.Gate.GateState;
import io.evomoe.moe.GateProvider.Placement;
import io.evomoe.training.Model;
import java.io.Closeable;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.LongStream;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.indexing.NDArrayIndex;

/**
 * A folder in our own form, {@code model_type} {@code evomoe}. {@link HubExport} writes it for a
 * mixture that no published family represents. It contains the run's configuration, so that it can
 * be imported as that run.
 */
public final class OwnExport implements Closeable {
  public static final String MODEL_TYPE = "evomoe";
  public static final String RUN = "run";

  private final ObjectNode run;
  private final HubTensors tensors;

  private OwnExport(Path folder, ObjectNode run) {
    this.run = run;
    this.tensors = HubTensors.open(folder);
  }

  /**
   * The tensors of a model in our own form.
   *
   * @param arrays parameters and gate state by our names
   * @param completed the same, and what a published family has and our model does not
   * @param rules the published name of each
   * @param switched rules with Switch Transformers' names
   */
  public record Tensors(
      Map<String, INDArray> arrays,
      Map<String, INDArray> completed,
      List<WeightRule> rules,
      List<WeightRule> switched) {
    /** Returns the tensors of a model. */
    public static Tensors of(Model<?> model) {
      Map<String, INDArray> arrays = OwnExport.arrays(model);
      if (model instanceof Transformer transformer) {
        Map<String, WeightRule> byName = SwitchNames.encoderDecoder(transformer);
        List<WeightRule> rules = new ArrayList<>();
        arrays.keySet().forEach(name -> rules.add(Objects.requireNonNull(byName.get(name), name)));
        return new Tensors(arrays, arrays, rules, rules);
      }
      PublishedModel described = PublishedFamily.described(model);
      PublishedFamily family = PublishedFamily.named(described.modelType());
      Map<String, INDArray> completed = new LinkedHashMap<>(arrays);
      family.complete(completed, described);
      List<WeightRule> rules =
          new ArrayList<>(withoutPlaces(model, family.names(described, Set.of())));
      List<WeightRule> switched = new ArrayList<>();
      for (EvolvingFeedForward place : model.evolving().places()) {
        String mlp = family.place(place.block().orElseThrow());
        Map<String, WeightRule> ofPlace = SwitchNames.place(place, mlp);
        arrays.keySet().stream().map(ofPlace::get).filter(Objects::nonNull).forEach(switched::add);
      }
      rules.addAll(switched);
      return new Tensors(arrays, completed, rules, switched);
    }

    /** Returns the family's rules for all weights outside of MoE blocks' feed-forward parts. */
    private static List<WeightRule> withoutPlaces(
        Model<?> model, PublishedFamily.WeightNames names) {
      Set<String> without = new HashSet<>();
      for (EvolvingFeedForward place : model.evolving().places()) {
        place.parameters().forEach(p -> p.place().denseName().ifPresent(without::add));
        if (place.placement() == Placement.STREAM) {
          without.addAll(List.of(place.name() + "Norm.gain", place.name() + "Norm.shift"));
        }
      }
      return names.rules().stream().filter(rule -> !without.contains(rule.ours())).toList();
    }

    /** Returns all tensors by their published names, as views. */
    public Map<String, INDArray> published() {
      Map<String, INDArray> tensors = new LinkedHashMap<>();
      rules.forEach(rule -> tensors.putAll(split(rule)));
      return tensors;
    }

    private Map<String, INDArray> split(WeightRule rule) {
      return rule.split(ExportedModel.value(completed, rule.ours()));
    }

    /** Returns the published names of the arrays with these names. */
    public Set<String> names(Set<String> ours) {
      return rules.stream()
          .filter(rule -> ours.contains(rule.ours()))
          .flatMap(rule -> rule.published().stream())
          .collect(Collectors.toUnmodifiableSet());
    }
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
    Tensors wanted = Tensors.of(model);
    List<WeightRule> own =
        wanted.rules().stream().filter(rule -> wanted.arrays().containsKey(rule.ours())).toList();
    Set<String> left = new LinkedHashSet<>(tensors.names());
    for (WeightRule rule : own) {
      wanted
          .split(rule)
          .forEach(
              (name, array) ->
                  tensors.requireFit(name, LongStream.of(array.shape()).boxed().toList()));
    }
    wanted.rules().forEach(rule -> left.removeAll(rule.published()));
    tensors.requireNone(left, "this run");
    for (WeightRule rule : own) {
      INDArray value = ExportedModel.value(wanted.arrays(), rule.ours());
      value.assign(withoutAdded(rule.join(tensors::readFloat), value));
    }
  }

  /** Returns parameters and gate state in float32. */
  private static Map<String, INDArray> arrays(Model<?> model) {
    Map<String, INDArray> arrays = new LinkedHashMap<>();
    model.parameters().forEach(p -> arrays.put(p.name(), floats(p.value())));
    for (GateState state : model.state()) {
      arrays.put(state.name(), floats(state.value()));
    }
    return arrays;
  }

  static INDArray floats(INDArray value) {
    return value.dataType() == DataType.FLOAT ? value : value.castTo(DataType.FLOAT);
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
