package io.evomoe.bench.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.evomoe.kernel.Precision;
import io.evomoe.models.text.HeldOut;
import io.evomoe.models.text.source.DataForm;
import io.evomoe.moe.GateRegistry;
import io.evomoe.run.config.Architecture;
import io.evomoe.run.config.ConfigFile;
import io.evomoe.run.config.RunConfig;
import io.evomoe.run.config.StrictYaml;
import io.evomoe.run.task.Tasks;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Options that say what to train: shared by commands. */
final class RunOptions {
  private static final String PRECISION = "compute.precision";
  private static final String RECOMPUTE = "compute.recompute";

  @Spec(Spec.Target.MIXEE)
  @SuppressWarnings("NullAway.Init") // picocli sets it before it calls
  CommandSpec command;

  @Option(
      names = "--task",
      defaultValue = "gpt",
      description =
          "gpt (language model), roberta (masked language model) or mt (translation) (default: ${DEFAULT-VALUE})")
  String task = "gpt";

  @Option(
      names = "--preset",
      defaultValue = "small",
      description =
          "sets model size, steps, batch, learning rate, phases and gate options: quick, small or base, see docs/configuration.md (default: ${DEFAULT-VALUE})")
  String preset = "small";

  @Option(names = "--steps", description = "optimizer steps (default: the preset's)")
  @Nullable Long steps;

  @Option(names = "--learning-rate", description = "peak learning rate (default: the preset's)")
  @Nullable Double learningRate;

  @Option(names = "--batch", description = "sequences in a batch (default: the preset's)")
  @Nullable Integer batch;

  @Option(
      names = "--data",
      description =
          "file or folder of UTF-8 text: .txt (documents separated by empty lines), .md, .jsonl, .csv, .tsv or .parquet, also as .gz or .zst; task mt: records of source and target, or lines of source TAB target; may be repeated (default: the data that comes with the task)")
  List<Path> data = List.of();

  @Mixin DataOptions form = new DataOptions();

  @Mixin SplitOptions split = new SplitOptions();

  @Option(
      names = "--precision",
      description = "f32, or bf16 for bfloat16 operands in matrix products (default: f32)")
  @Nullable String precision;

  @Option(
      names = "--recompute",
      description = "recompute activations in the backward pass: less memory, more time")
  boolean recompute;

  @Option(
      names = "--max-memory",
      paramLabel = "SIZE",
      converter = MemorySize.class,
      description =
          "largest resident memory, e.g. 4g; a run near this limit is saved and stopped (default: the machine's memory)")
  @Nullable Long maxMemory;

  @Option(names = "--config", description = "YAML file with the fields that differ from the preset")
  @Nullable Path config;

  @Option(
      names = "--set",
      paramLabel = "FIELD=VALUE",
      description = "one configuration field, e.g. model.experts=16; may be repeated")
  Map<String, String> set = new LinkedHashMap<>();

  /** The configuration of one run, checked in full before anything is written. */
  RunConfig config(String gate, long seed) {
    return config(gate, seed, usual -> usual);
  }

  /**
   * The same with defaults that are not the preset's.
   *
   * @param defaults from those of the preset
   */
  RunConfig config(String gate, long seed, UnaryOperator<RunConfig> defaults) {
    Map<String, String> own = Map.of("task", task, "gate", gate, "seed", Long.toString(seed));
    ObjectNode file = this.config == null ? StrictYaml.nothing() : StrictYaml.read(this.config);
    Architecture architecture = architecture(file);
    RunConfig config =
        defaults.apply(Tasks.preset(task, preset).config(task, gate, seed, architecture));
    if (this.config != null) {
      own.forEach((field, value) -> requireTheSame(field, value, file));
      config = ConfigFile.overlay(config, file, this.config.toString());
    }
    own.keySet().forEach(this::requireUnset);
    config = ConfigFile.set(config, fields());
    HeldOut heldOut = split.heldOut(config.split());
    form.requireOf(DataOptions.kind(task));
    DataForm dataForm = form.form(config.data());
    config.gateOptions().keySet().forEach(GateRegistry.installed()::provider);
    return Tasks.checked(config.with(c -> c.split(heldOut).data(dataForm).gate(gate).seed(seed)));
  }

  /** Which the preset depends on, so it is looked for before the other fields. */
  private Architecture architecture(ObjectNode file) {
    String asked = set.get("model.architecture");
    return asked == null ? Architecture.in(file) : Architecture.named(asked);
  }

  /** A file may say again what an option says, and nothing else. */
  private void requireTheSame(String field, String value, ObjectNode file) {
    if (file.has(field) && !file.get(field).asText().equals(value)) {
      throw new IllegalArgumentException(
          "%s is %s in %s, but the command has %s: use %s, or remove it from the file"
              .formatted(field, file.get(field).asText(), config, value, optionOf(field)));
    }
  }

  private void requireUnset(String field) {
    if (set.containsKey(field)) {
      throw new IllegalArgumentException(
          "%s cannot be given by --set: use %s".formatted(field, optionOf(field)));
    }
  }

  /** {@code --gate} of most commands, {@code --gates} of {@code compare}. */
  private String optionOf(String field) {
    return command.findOption("--" + field + "s") != null ? "--" + field + "s" : "--" + field;
  }

  /** The single fields that these options set, by dotted name, as text. */
  Map<String, String> fields() {
    Map<String, String> fields = new LinkedHashMap<>(set);
    put(fields, "--steps", "training.steps", steps);
    put(fields, "--learning-rate", "training.learningRate", learningRate);
    put(fields, "--batch", "training.batch", batch);
    if (precision != null) {
      Precision.parse(precision);
    }
    put(fields, "--precision", PRECISION, precision);
    put(fields, "--recompute", RECOMPUTE, recompute ? true : null);
    return fields;
  }

  /** Sets a field that an option of a command stands for, as {@code --set} would. */
  void set(String option, String field, @Nullable Object value) {
    put(set, option, field, value);
  }

  private static void put(
      Map<String, String> fields, String option, String field, @Nullable Object value) {
    if (value == null) {
      return;
    }
    String before = fields.put(field, value.toString());
    if (before != null && !before.equals(value.toString())) {
      throw new IllegalArgumentException(
          "%s is given twice, %s by --set and %s by %s: use one of them"
              .formatted(field, before, value, option));
    }
  }

  /**
   * These options as another process takes them.
   *
   * @param precision in place of what was given; null for that of the run by default
   * @param recompute whether activations are computed again
   */
  List<String> asArguments(@Nullable String precision, boolean recompute) {
    List<String> arguments = new ArrayList<>(List.of("--task", task, "--preset", preset));
    data.forEach(path -> arguments.addAll(List.of("--data", path.toString())));
    arguments.addAll(form.asArguments());
    arguments.addAll(split.asArguments());
    Map<String, String> others = new LinkedHashMap<>(set);
    if (precision != null) {
      others.remove(PRECISION);
    }
    if (recompute) {
      others.remove(RECOMPUTE);
    }
    others.forEach((field, value) -> arguments.addAll(List.of("--set", field + "=" + value)));
    add(arguments, "--steps", steps);
    add(arguments, "--learning-rate", learningRate);
    add(arguments, "--batch", batch);
    add(arguments, "--precision", precision);
    add(arguments, "--config", config);
    add(arguments, "--max-memory", maxMemory == null ? null : maxMemory / 1024 + "k");
    if (recompute) {
      arguments.add("--recompute");
    }
    return arguments;
  }

  private static void add(List<String> arguments, String name, @Nullable Object value) {
    if (value != null) {
      arguments.addAll(List.of(name, value.toString()));
    }
  }

  List<Path> dataPaths() {
    return data.isEmpty() ? ShippedData.of(task) : DataOptions.once(data);
  }
}
