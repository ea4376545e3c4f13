package io.evomoe.bench.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.evomoe.evolution.EvolutionConfig;
import io.evomoe.internal.files.FileTree;
import io.evomoe.models.text.source.DataForm;
import io.evomoe.moe.GateProvider;
import io.evomoe.run.config.ConfigFile;
import io.evomoe.run.config.ModelConfig;
import io.evomoe.run.config.ModelConfig.Architecture;
import io.evomoe.run.config.RunConfig;
import io.evomoe.run.config.RunConfig.Compute;
import io.evomoe.run.config.StrictYaml;
import io.evomoe.run.task.ExportPlan;
import io.evomoe.run.task.MemoryLimit;
import io.evomoe.run.task.Tasks;
import io.evomoe.training.TrainingConfig;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Options that say what to train: shared by commands. */
public final class RunOptions {
  private static final String AUTO = "auto";
  private static final String USUAL = "the preset's";

  /** Defaults of the fields that may be {@code auto}. */
  private static final Map<String, String> WITH_AUTO =
      Map.of(
          AutoSettings.STEPS,
          "auto for train of your own text without --preset, else the preset's",
          AutoSettings.BATCH,
          USUAL + "; auto for train: the fastest of three",
          AutoSettings.LEARNING_RATE,
          USUAL + "; auto: a range test");

  /** With less data, a model of preset {@code small} learns the text by heart. */
  private static final long SMALL_BYTES = 200_000;

  private final List<FieldOptions> others = new ArrayList<>();
  private Set<String> auto = Set.of();

  @Spec(Spec.Target.MIXEE)
  CommandSpec command = CommandSpec.create();

  @Option(
      names = "--task",
      description = "gpt (language model), roberta (masked language model) or mt (translation)")
  String task = "gpt";

  @Option(
      names = "--preset",
      description =
          "sets model size, steps, batch, learning rate, phases and gate options: quick, small or base, see docs/configuration.md; auto: quick for less than 200 kB of data, else small")
  public String preset = "small";

  @Mixin FieldOptions training = ofPreset(TrainingConfig.class, "--steps --learning-rate --batch");

  @Mixin FieldOptions keeping = new FieldOptions(TrainingConfig.class, "--keep-best --patience");

  @Mixin FieldOptions model = ofPreset(ModelConfig.class, "--experts");
  @Mixin FieldOptions evolution = ofPreset(EvolutionConfig.class, "--spawn");
  @Mixin FieldOptions compute = new FieldOptions(Compute.class, "--precision --recompute");
  @Mixin DataOptions form = new DataOptions();
  @Mixin FieldOptions split = DataOptions.split();

  @Option(
      names = "--data",
      description =
          "file or folder of UTF-8 text: .txt, .md, .jsonl, .csv, .tsv or .parquet, also as .gz or .zst; task mt: records of source and target, or lines of source TAB target; may be repeated (default: the data that comes with the task)")
  List<Path> data = List.of();

  @Option(
      names = "--max-memory",
      paramLabel = "SIZE",
      description =
          "largest resident memory, e.g. 4g; a run near this limit is saved and stopped (default: the machine's memory)")
  @Nullable MemoryLimit maxMemory;

  @Option(names = "--config", description = "YAML file with the fields that differ from the preset")
  @Nullable Path config;

  @Option(
      names = "--set",
      paramLabel = "FIELD=VALUE",
      description = "one configuration field, e.g. model.experts=16; may be repeated")
  Map<String, String> set = new LinkedHashMap<>();

  @Option(
      names = "--for",
      description =
          "program that will run the model: gguf (llama.cpp), hf (Transformers) or evomoe (no other); the first two choose Llama blocks for task gpt, and reject a model that cannot be exported (default: Llama blocks for your own text, unless you set model.architecture)")
  @Nullable Goal goal;

  /** The program that will run a model. */
  enum Goal {
    GGUF,
    HF,
    EVOMOE;

    /** Rejects a run whose model the program cannot run. */
    void require(RunConfig config) {
      if (isReached(config)) {
        return;
      }
      List<String> others =
          GateProvider.installed().stream()
              .map(GateProvider::name)
              .filter(gate -> isReached(config.with(c -> c.gate(gate).gateOptions(Map.of()))))
              .toList();
      throw new IllegalArgumentException(
          "--for %s cannot be given with --task %s, --gate %s and model.architecture %s, a model that it cannot run; gates that it can run: %s"
              .formatted(
                  this,
                  config.task(),
                  config.gate(),
                  config.model().architecture(),
                  others.isEmpty() ? "none" : String.join(", ", others)));
    }

    private boolean isReached(RunConfig config) {
      ExportPlan plan = ExportPlan.of(config);
      return this == EVOMOE || (this == GGUF ? plan.gguf() : plan.family() != null);
    }

    @Override
    public String toString() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  private static FieldOptions ofPreset(Class<? extends Record> record, String names) {
    return new FieldOptions(
        record, field -> WITH_AUTO.getOrDefault("training." + field.getName(), USUAL), names);
  }

  /** The configuration of one run, checked in full before anything is written. */
  public RunConfig config(String gate, long seed) {
    return config(gate, seed, usual -> usual);
  }

  /**
   * The same with defaults that are not the preset's.
   *
   * @param defaults from those of the preset
   */
  public RunConfig config(String gate, long seed, UnaryOperator<RunConfig> defaults) {
    ObjectNode file = this.config == null ? StrictYaml.nothing() : StrictYaml.read(this.config);
    RunConfig own = Tasks.preset(task, preset()).config(task, gate, seed, architecture(file));
    RunConfig usual =
        defaults.apply(data.isEmpty() ? own.with(c -> c.data(DataForm.PARAGRAPHS)) : own);
    RunConfig config =
        ConfigFile.set(ConfigFile.overlay(usual, file, String.valueOf(this.config)), fields());
    requireTheSame("task", task, config.task());
    requireTheSame("gate", gate, config.gate());
    requireTheSame("seed", seed, config.seed());
    form.requireOf(DataOptions.kind(task));
    config.gateOptions().keySet().forEach(GateProvider::named);
    RunConfig checked = Tasks.checked(config);
    if (goal != null) {
      goal.require(checked);
    }
    return checked;
  }

  /**
   * Returns the architecture, on which the preset depends. Your own text gets Llama blocks, since
   * their mixtures can be exported. The project's text keeps the blocks that the study measures.
   */
  private Architecture architecture(ObjectNode file) {
    String asked = set.get("model.architecture");
    if (asked != null) {
      return Architecture.named(asked);
    }
    boolean exported = goal == null ? !data.isEmpty() : goal != Goal.EVOMOE;
    return exported && task.equals(Tasks.GPT) && !file.path("model").has("architecture")
        ? Architecture.LLAMA
        : Architecture.in(file);
  }

  /** A file may say again what an option says, and nothing else. */
  private void requireTheSame(String field, Object own, Object configured) {
    if (!own.equals(configured)) {
      throw new IllegalArgumentException(
          "%s is %s by --config or --set, but the command has %s: use %s, or remove it there"
              .formatted(field, configured, own, optionOf(field)));
    }
  }

  /** {@code --gate} of most commands, {@code --gates} of {@code compare}. */
  private String optionOf(String field) {
    return command.findOption("--" + field + "s") != null ? "--" + field + "s" : "--" + field;
  }

  /** Adds options of one command that stand for fields. */
  void add(FieldOptions options) {
    others.add(options);
  }

  /** The single fields that these options set, by dotted name, as text. */
  Map<String, String> fields() {
    Map<String, String> fields = new LinkedHashMap<>(set);
    Stream.concat(
            Stream.of(training, keeping, model, evolution, compute, form, split), others.stream())
        .forEach(options -> options.given().forEach((field, o) -> put(fields, field, o)));
    fields.keySet().removeAll(auto);
    return fields;
  }

  /**
   * Returns the settings with the value {@code auto}, which are then left to the caller.
   *
   * @param usual fields that are {@code auto} unless they are set
   */
  AutoSettings takeAuto(Set<String> usual) {
    Map<String, String> fields = fields();
    Set<String> found = new HashSet<>(usual);
    found.removeIf(this::isSet);
    AutoSettings.FIELDS.stream().filter(f -> AUTO.equals(fields.get(f))).forEach(found::add);
    auto = Set.copyOf(found);
    return new AutoSettings(auto, this::isSet, memoryLimit());
  }

  /** Whether your own text is trained on, with nothing else said about its size and length. */
  boolean isPlainOwnText() {
    return !data.isEmpty()
        && task.equals(Tasks.GPT)
        && config == null
        && (preset.equals(AUTO)
            || !command.commandLine().getParseResult().hasMatchedOption("--preset"));
  }

  /** Whether a field is set by an option or by the file. */
  boolean isSet(String field) {
    String[] path = field.split("\\.", -1);
    return fields().containsKey(field)
        || (config != null && StrictYaml.read(config).path(path[0]).has(path[1]));
  }

  private static void put(Map<String, String> fields, String field, OptionSpec option) {
    String value = FieldOptions.text(option);
    String before = fields.put(field, value);
    if (before != null && !before.equals(value)) {
      throw new IllegalArgumentException(
          "%s is given twice, %s by --set and %s by %s: use one of them"
              .formatted(field, before, value, option.longestName()));
    }
  }

  /** Returns the name of the preset; {@code auto} chooses it by the size of the data. */
  public String preset() {
    if (!preset.equals(AUTO)) {
      return preset;
    }
    long bytes = dataPaths().stream().mapToLong(FileTree::bytes).sum();
    return bytes < SMALL_BYTES ? "quick" : "small";
  }

  public List<Path> dataPaths() {
    return data.isEmpty() ? ShippedData.of(task) : DataOptions.once(data);
  }

  MemoryLimit memoryLimit() {
    return maxMemory == null ? MemoryLimit.ofMachine() : maxMemory;
  }
}
