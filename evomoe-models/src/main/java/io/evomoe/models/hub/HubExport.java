package io.evomoe.models.hub;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.evomoe.internal.files.IoReason;
import io.evomoe.internal.names.FieldBound;
import io.evomoe.models.internal.hub.ExportedModel;
import io.evomoe.models.internal.hub.HubConfig;
import io.evomoe.models.internal.hub.HubTensors;
import io.evomoe.models.internal.hub.ImportOrigin;
import io.evomoe.models.internal.hub.JsonFile;
import io.evomoe.models.internal.hub.OwnExport;
import io.evomoe.models.internal.hub.PublishedFamily;
import io.evomoe.models.transformer.Transformer;
import io.evomoe.moe.Gate.GateState;
import io.evomoe.nn.LoraConfig;
import io.evomoe.training.Model;
import io.evomoe.training.internal.tensors.FloatFormats;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Exports a model to Hugging Face's files. If a published family represents the model exactly, the
 * transformers library loads the files. Any other model is exported in our own form, with a {@code
 * model_type} that no library knows, so that none loads it as another model.
 */
public final class HubExport {
  /** The default maximum of a file's bytes, as in Hugging Face's library. */
  public static final long DEFAULT_SHARD_BYTES = 5_000_000_000L;

  /** The {@code model_type} of our own form. */
  public static final String OWN_FORM = OwnExport.MODEL_TYPE;

  private static final double LARGEST_HALF = 65_504;

  private final Map<String, INDArray> tensors;
  private final ObjectNode config;
  private final @Nullable PublishedModel model;
  private final Optional<ImportOrigin> origin;

  /** The gates' state, which is never rounded: it has counts, ids and numbers near 0. */
  private final Set<String> exact;

  private HubExport(
      Map<String, INDArray> tensors,
      ObjectNode config,
      @Nullable PublishedModel model,
      Optional<ImportOrigin> origin,
      Set<String> exact) {
    this.exact = Set.copyOf(exact);
    this.tensors = tensors;
    this.config = config;
    this.model = model;
    this.origin = origin;
  }

  /**
   * Prepares the export of a model in a family that represents it exactly. If none does, and none
   * is requested, our own form is used.
   *
   * @param model a GPT, Llama, RoBERTa or Transformer
   * @throws IllegalArgumentException for another model, or if the requested family does not fit;
   *     the message gives the reason and the families that fit
   */
  public static HubExport of(Model<?> model, HubRequest request) {
    boolean asked = request.family().equals(Optional.of(OWN_FORM));
    if (model instanceof Transformer) {
      if (request.family().isPresent() && !asked) {
        throw new IllegalArgumentException(
            "no family holds an encoder-decoder of this project: leave out the family, was "
                + request.family().get());
      }
      return own(model, "transformer", request.gate());
    }
    if (asked) {
      return own(model, PublishedFamily.of(model).modelType(), request.gate());
    }
    ExportedModel exported = new ExportedModel(model, request.gate(), request.moment());
    Optional<ImportOrigin> origin = request.origin().flatMap(ImportOrigin::load);
    Optional<PublishedFamily> family =
        exported.family(request.family(), origin.map(ImportOrigin::modelType));
    if (family.isPresent()) {
      PublishedModel published = exported.as(family.get());
      Optional<ImportOrigin> kept = origin.filter(o -> o.modelType().equals(published.modelType()));
      ObjectNode config = HubConfig.write(published, request.ends());
      return new HubExport(exported.tensors(published, kept), config, published, kept, Set.of());
    }
    return own(model, PublishedFamily.of(model).modelType(), request.gate());
  }

  /**
   * Writes the adapters of a model ({@link LoraConfig}) in the files of the library peft. They are
   * of the model that {@link #of} exports without them.
   *
   * @param adapted model with adapters
   * @param folder created if it does not exist
   * @return number of tensors
   * @throws IllegalArgumentException if no published family fits the model
   */
  public static int writeAdapters(
      Model<?> adapted, LoraConfig lora, HubRequest request, Path folder) {
    ExportedModel exported = new ExportedModel(adapted, request.gate(), request.moment());
    Optional<String> origin =
        request.origin().flatMap(ImportOrigin::load).map(ImportOrigin::modelType);
    PublishedFamily family =
        exported
            .family(request.family(), origin)
            .orElseThrow(
                () ->
                    new IllegalArgumentException(
                        "adapters need the names of a published family, and none fits this run: export it with --format hf"));
    return exported.writeAdapters(exported.as(family), lora, folder);
  }

  /**
   * Returns an export in our own form.
   *
   * @param base the {@code model_type} of such a model without experts
   */
  private static HubExport own(Model<?> model, String base, String gate) {
    ObjectNode config = JsonNodeFactory.instance.objectNode();
    config.put("model_type", OwnExport.MODEL_TYPE);
    ObjectNode ours = config.putObject(OwnExport.MODEL_TYPE);
    ours.put("base_model_type", base).put("gate", gate);
    ObjectNode places = ours.putObject("experts");
    model.evolving().places().forEach(place -> places.put(place.name(), place.experts()));
    return new HubExport(
        OwnExport.tensors(model),
        config,
        null,
        Optional.empty(),
        model.state().stream().map(GateState::name).collect(Collectors.toUnmodifiableSet()));
  }

  /** Returns the model in the terms of its family; empty if no published family fits. */
  public Optional<PublishedModel> model() {
    return Optional.ofNullable(model);
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
   * Stores the run in our own form, so that an import can restore it; does nothing if a published
   * family fits.
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
      HubTensors.write(folder, converted, shardBytes);
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
    DataType written = type.orElse(before);
    double largest = written == DataType.FLOAT16 ? tensor.amaxNumber().doubleValue() : 0;
    if (largest > LARGEST_HALF) {
      throw new IllegalArgumentException(
          "tensor %s has values up to %.0f, but f16 holds at most %.0f: export as bf16 or f32"
              .formatted(name, largest, LARGEST_HALF));
    }
    return FloatFormats.fromFloat(tensor, written);
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
}
