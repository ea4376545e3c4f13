package io.evomoe.bench.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.evomoe.evolution.EvolutionConfig;
import io.evomoe.models.text.source.DataForm;
import io.evomoe.moe.GateProvider;
import io.evomoe.run.config.ConfigFile;
import io.evomoe.run.config.ModelConfig;
import io.evomoe.run.config.ModelConfig.Architecture;
import io.evomoe.run.config.RunConfig;
import io.evomoe.run.config.RunConfig.Compute;
import io.evomoe.run.config.StrictYaml;
import io.evomoe.run.task.MemoryLimit;
import io.evomoe.run.task.Tasks;
import io.evomoe.training.TrainingConfig;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
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
  @Spec(Spec.Target.MIXEE)
  CommandSpec command = CommandSpec.create();

  @Option(
      names = "--task",
      description = "gpt (language model), roberta (masked language model) or mt (translation)")
  String task = "gpt";

  @Option(
      names = "--preset",
      description =
          "sets model size, steps, batch, learning rate, phases and gate options: quick, small or base, see docs/configuration.md")
  public String preset = "small";

  @Mixin FieldOptions training = ofPreset(TrainingConfig.class, "--steps --learning-rate --batch");

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

  private static FieldOptions ofPreset(Class<? extends Record> record, String names) {
    return new FieldOptions(record, field -> "the preset's", names);
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
    RunConfig own = Tasks.preset(task, preset).config(task, gate, seed, architecture(file));
    RunConfig usual =
        defaults.apply(data.isEmpty() ? own.with(c -> c.data(DataForm.PARAGRAPHS)) : own);
    RunConfig config =
        ConfigFile.set(ConfigFile.overlay(usual, file, String.valueOf(this.config)), fields());
    requireTheSame("task", task, config.task());
    requireTheSame("gate", gate, config.gate());
    requireTheSame("seed", seed, config.seed());
    form.requireOf(DataOptions.kind(task));
    config.gateOptions().keySet().forEach(GateProvider::named);
    return Tasks.checked(config);
  }

  /** Which the preset depends on, so it is looked for before the other fields. */
  private Architecture architecture(ObjectNode file) {
    String asked = set.get("model.architecture");
    return asked == null ? Architecture.in(file) : Architecture.named(asked);
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

  /** The single fields that these options set, by dotted name, as text. */
  Map<String, String> fields() {
    Map<String, String> fields = new LinkedHashMap<>(set);
    Stream.of(training, model, evolution, compute, form, split)
        .forEach(options -> options.given().forEach((field, o) -> put(fields, field, o)));
    return fields;
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

  public List<Path> dataPaths() {
    return data.isEmpty() ? ShippedData.of(task) : DataOptions.once(data);
  }

  MemoryLimit memoryLimit() {
    return maxMemory == null ? MemoryLimit.ofMachine() : maxMemory;
  }
}
