package io.evomoe.run.config;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.evomoe.evolution.EvolutionConfig;
import io.evomoe.models.text.HeldOut;
import io.evomoe.models.text.source.DataForm;
import io.evomoe.moe.GateProvider;
import io.evomoe.nn.LoraConfig;
import io.evomoe.run.config.ModelConfig.Architecture;
import io.evomoe.run.config.RunConfig.Compute;
import io.evomoe.training.SafetyConfig;
import io.evomoe.training.TrainingConfig;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A tested model size of a task, with training settings.
 *
 * @param name for the command line
 * @param model size of the model
 * @param training training settings
 * @param gates defaults of gates that measured better on this task than the gates' own defaults, by
 *     gate
 */
public record Preset(
    String name, ModelConfig model, TrainingConfig training, Map<String, GateDefaults> gates) {
  /** A multiple that suits fast matrix products and blocks of quantized weights. */
  private static final int HIDDEN_STEP = 32;

  /**
   * A gate's defaults.
   *
   * @param evolution phases of its runs
   * @param options gate options, by name
   */
  public record GateDefaults(EvolutionConfig evolution, Map<String, String> options) {
    private static final GateDefaults USUAL =
        new GateDefaults(EvolutionConfig.defaults(), Map.of());

    /** Returns the defaults of a gate that a preset does not name: those of its provider. */
    public static GateDefaults of(String gate) {
      ObjectNode fields = StrictYaml.nothing();
      fields.set("evolution", StrictYaml.fields(GateProvider.named(gate).evolution()));
      return of(fields, "gate " + gate);
    }

    /** Keeps the options in their order, unmodifiable. */
    public GateDefaults {
      options = Collections.unmodifiableMap(new LinkedHashMap<>(options));
    }

    private static GateDefaults of(JsonNode fields, String source) {
      return StrictYaml.bind(
          StrictYaml.fields(USUAL), (ObjectNode) fields, GateDefaults.class, source);
    }
  }

  /** Keeps the gates in their order, unmodifiable. */
  public Preset {
    gates = Collections.unmodifiableMap(new LinkedHashMap<>(gates));
  }

  /**
   * Parses presets.
   *
   * @param yaml presets by name, each with {@code model}, {@code training} and optional {@code
   *     gates}; missing fields use {@link TrainingConfig#defaults} and the defaults of {@link
   *     ModelConfig} and {@link EvolutionConfig}
   */
  public static List<Preset> parse(String yaml) {
    return StrictYaml.value(yaml).properties().stream()
        .map(preset -> of(preset.getKey(), preset.getValue()))
        .toList();
  }

  private static Preset of(String name, JsonNode fields) {
    String source = "preset " + name;
    Map<String, GateDefaults> gates = new LinkedHashMap<>();
    fields
        .path("gates")
        .properties()
        .forEach(gate -> gates.put(gate.getKey(), GateDefaults.of(gate.getValue(), source)));
    return new Preset(
        name,
        bind(fields.withObject("model"), ModelConfig.class, source),
        bind(fields.withObject("training"), TrainingConfig.class, source),
        gates);
  }

  private static <T> T bind(ObjectNode fields, Class<T> type, String source) {
    return StrictYaml.bind(ConfigFile.defaults(type), fields, type, source);
  }

  /** Returns a run of this size and architecture {@code gpt}. */
  public RunConfig config(String task, String gate, long seed) {
    return config(task, gate, seed, Architecture.GPT);
  }

  /**
   * Returns a run of this size.
   *
   * @param architecture block type. Feed-forward networks of {@code llama} have three projections,
   *     those of {@code gpt} two. Their intermediate size is therefore two thirds, rounded to a
   *     multiple of {@value #HIDDEN_STEP}, to keep the number of parameters about equal
   */
  public RunConfig config(String task, String gate, long seed, Architecture architecture) {
    ModelConfig size =
        architecture == Architecture.GPT
            ? model
            : model.with(
                m ->
                    m.architecture(architecture)
                        .intermediateSize(gatedHidden(model.intermediateSize())));
    GateDefaults usual = gates.containsKey(gate) ? gates.get(gate) : GateDefaults.of(gate);
    return new RunConfig(
        task,
        gate,
        seed,
        size,
        training,
        usual.evolution(),
        usual.options().isEmpty() ? Map.of() : Map.of(gate, usual.options()),
        Compute.DEFAULT,
        ArchitectureConfig.DEFAULT,
        SafetyConfig.DEFAULT,
        HeldOut.DEFAULT,
        DataForm.DEFAULT,
        LoraConfig.OFF);
  }

  private static int gatedHidden(int hidden) {
    long steps = Math.round(hidden * 2 / 3.0 / HIDDEN_STEP);
    return Math.toIntExact(Math.max(1, steps) * HIDDEN_STEP);
  }
}
