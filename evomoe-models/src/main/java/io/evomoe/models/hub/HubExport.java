package io.evomoe.models.hub;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.evomoe.internal.files.IoReason;
import io.evomoe.internal.names.FieldBound;
import io.evomoe.models.transformer.Transformer;
import io.evomoe.moe.GateState;
import io.evomoe.training.Model;
import io.evomoe.training.checkpoint.FloatFormats;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Exports a model to Hugging Face's files. A GPT or RoBERTa without experts becomes a GPT-2 or
 * RoBERTa that the transformers library loads. A mixture uses Switch Transformers' names for
 * experts and routers, and a {@code model_type} that no library knows, so that none loads it as
 * another model.
 */
public final class HubExport {
  /** The default maximum of a file's bytes, as in Hugging Face's library. */
  public static final long DEFAULT_SHARD_BYTES = 5_000_000_000L;

  private static final List<String> ENCODER_DECODER =
      List.of(
          "positions: sinusoids here, a learned relative_attention_bias there",
          "layer normalisations: they subtract the mean here, not there",
          "attention: divided by the square root of a head's width here, not there",
          "embeddings: times the square root of the width here, not there");

  private final Map<String, INDArray> tensors;
  private final ObjectNode config;
  private final Optional<ImportOrigin> origin;
  private final List<String> unmapped;

  /** The gates' state, which is never rounded: it has counts, ids and numbers near 0. */
  private final Set<String> exact;

  private HubExport(
      Map<String, INDArray> tensors,
      ObjectNode config,
      Optional<ImportOrigin> origin,
      List<String> unmapped,
      Set<String> exact) {
    this.exact = Set.copyOf(exact);
    this.tensors = tensors;
    this.config = config;
    this.origin = origin;
    this.unmapped = List.copyOf(unmapped);
  }

  /**
   * Prepares the export of a language model, with experts or without.
   *
   * @param model a GPT or RoBERTa
   * @param gate name of its gate
   * @param ends tokens that begin and end its texts, if they are known
   * @param origin of a model that was imported; empty for others and for mixtures
   * @throws IllegalArgumentException for a model that no family publishes
   */
  public static HubExport of(
      Model<?> model, String gate, Optional<TextEnds> ends, Optional<ImportOrigin> origin) {
    return of(model, new HubRequest(gate, ends, origin, null, Optional.empty()));
  }

  /**
   * Prepares the export of a language model in a family that represents it exactly. If none does,
   * and none is requested, our own form is used.
   *
   * @throws IllegalArgumentException for a model that no family publishes, or if the requested
   *     family does not fit; the message gives the reason and the families that fit
   */
  public static HubExport of(Model<?> model, HubRequest request) {
    ExportedModel exported = new ExportedModel(model, request.gate(), request.moment());
    LanguageModelTensors made = new LanguageModelTensors(model, exported);
    Optional<String> from = request.origin().map(ImportOrigin::modelType);
    Optional<PublishedFamily> family = exported.family(request.family(), from);
    if (family.isPresent()) {
      PublishedModel published = exported.as(family.get());
      Optional<ImportOrigin> kept =
          request.origin().filter(o -> o.modelType().equals(published.modelType()));
      ObjectNode config = HubConfig.write(published, request.ends());
      return new HubExport(made.published(published, kept), config, kept, List.of(), Set.of());
    }
    ObjectNode config = HubConfig.write(exported.described(), request.ends());
    Map<String, INDArray> tensors = made.mixture();
    List<String> unmapped = made.unmapped(tensors.keySet(), request.gate());
    return new HubExport(
        tensors,
        mixture(config, model, request.gate(), unmapped),
        Optional.empty(),
        unmapped,
        state(model, LanguageModelTensors.mixtureRules(model)));
  }

  /**
   * Prepares the export of an encoder-decoder Transformer.
   *
   * @param gate name of its gate
   */
  public static HubExport of(Transformer model, String gate) {
    Map<String, INDArray> tensors = new LinkedHashMap<>();
    Map<String, WeightRule> rules = SwitchNames.encoderDecoder(model);
    LanguageModelTensors.arrays(model)
        .forEach(
            (name, value) ->
                tensors.putAll(Objects.requireNonNull(rules.get(name), name).split(value)));
    List<String> unmapped = new ArrayList<>(ENCODER_DECODER);
    unmapped.addAll(SwitchNames.unmapped(List.copyOf(tensors.keySet()), gate, model));
    ObjectNode config = TransformerJson.of(model.config());
    return new HubExport(
        tensors,
        mixture(config, model, gate, unmapped),
        Optional.empty(),
        unmapped,
        state(model, rules.values()));
  }

  /** Returns the published names of the gates' state. */
  private static Set<String> state(Model<?> model, Collection<WeightRule> rules) {
    Set<String> ours =
        model.state().stream().map(GateState::name).collect(Collectors.toUnmodifiableSet());
    return rules.stream()
        .filter(rule -> ours.contains(rule.ours()))
        .flatMap(rule -> rule.published().stream())
        .collect(Collectors.toUnmodifiableSet());
  }

  /**
   * Returns the parts that Switch Transformers does not have; empty if a published architecture
   * fits.
   */
  public List<String> unmapped() {
    return unmapped;
  }

  /** Returns the content of {@code config.json}, without additional fields of an import. */
  public ObjectNode config() {
    return config.deepCopy();
  }

  /**
   * Returns all tensors by their published names. They are views of the model's parameters in
   * memory, of any order or stride.
   */
  public Map<String, INDArray> tensors() {
    return Collections.unmodifiableMap(tensors);
  }

  /**
   * Stores the run of a mixture in our own form, so that {@link OwnExport} can restore it; does
   * nothing if a published family fits.
   *
   * @param run information for the reader; kept in {@code config.json} unchanged
   */
  public HubExport ofRun(ObjectNode run) {
    if (config.path(OwnExport.MODEL_TYPE) instanceof ObjectNode ours) {
      ours.set(OwnExport.RUN, run);
    }
    return this;
  }

  /** Whether no published family fits the model. */
  public boolean isInOwnForm() {
    return config.has(OwnExport.MODEL_TYPE);
  }

  /** Returns the number of tensors. */
  public int size() {
    return tensors.size();
  }

  /**
   * Writes {@code config.json} and safetensors.
   *
   * @param folder created if it does not exist
   * @param type FLOAT, FLOAT16 or BFLOAT16; empty for FLOAT, or for the types before an import. The
   *     gates' state stays in FLOAT
   * @param shardBytes maximum bytes of a file, at least 1
   */
  public void write(Path folder, Optional<DataType> type, long shardBytes) {
    FieldBound.atLeast("shardBytes", shardBytes, 1);
    Map<String, INDArray> converted = new LinkedHashMap<>();
    tensors.forEach((name, tensor) -> converted.put(name, converted(name, tensor, type)));
    try {
      Files.createDirectories(folder);
      ShardedFiles.write(folder, converted, shardBytes);
      writeConfig(folder, type);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot write " + folder + ": " + IoReason.of(e, folder), e);
    }
  }

  private INDArray converted(String name, INDArray tensor, Optional<DataType> type) {
    if (tensor.dataType() != DataType.FLOAT || exact.contains(name)) {
      return tensor; // Only unused tensors have other types.
    }
    DataType before =
        origin.map(kept -> kept.types().getOrDefault(name, DataType.FLOAT)).orElse(DataType.FLOAT);
    return FloatFormats.fromFloat(tensor, type.orElse(before));
  }

  private void writeConfig(Path folder, Optional<DataType> type) throws IOException {
    Path file = folder.resolve(HubConfig.FILE);
    if (origin.isPresent()) {
      origin.get().copyConfiguration(folder);
    } else {
      JsonFile.write(file, config.put("torch_dtype", torchName(DataType.FLOAT)));
    }
    if (type.isPresent()) {
      ObjectNode written = JsonFile.read(file).put("torch_dtype", torchName(type.get()));
      if (written.has("dtype")) { // the name in newer transformers versions, which prefer it
        written.put("dtype", torchName(type.get()));
      }
      JsonFile.write(file, written);
    }
  }

  private static String torchName(DataType type) {
    return switch (type) {
      case HALF -> "float16";
      case BFLOAT16 -> "bfloat16";
      default -> "float32";
    };
  }

  private static ObjectNode mixture(
      ObjectNode config, Model<?> model, String gate, List<String> unmapped) {
    ObjectNode ours = config.objectNode();
    ours.set("base_model_type", config.get("model_type"));
    ours.put("gate", gate);
    ObjectNode places = ours.putObject("experts");
    model.evolving().places().forEach(place -> places.put(place.name(), place.experts()));
    unmapped.forEach(ours.putArray("not_in_switch_transformers")::add);
    config.remove("architectures");
    config.put("model_type", OwnExport.MODEL_TYPE);
    config.set(OwnExport.MODEL_TYPE, ours);
    return config;
  }
}
