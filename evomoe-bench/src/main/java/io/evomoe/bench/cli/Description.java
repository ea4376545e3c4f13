package io.evomoe.bench.cli;

import com.fasterxml.jackson.databind.JsonNode;
import io.evomoe.bench.cli.console.StandardOutput;
import io.evomoe.bench.report.ReportData;
import io.evomoe.bench.report.SummaryTable;
import io.evomoe.kernel.KernelSelection;
import io.evomoe.run.config.FineTuneSettings;
import io.evomoe.run.config.RunConfig;
import io.evomoe.run.config.StrictYaml;
import io.evomoe.run.finetune.FineTuning;
import io.evomoe.run.record.RunResult;
import io.evomoe.run.record.RunResult.Outcome;
import io.evomoe.run.task.ExportPlan;
import io.evomoe.run.task.MemoryLimit;
import io.evomoe.run.task.MemoryLimit.ParameterTotal;
import io.evomoe.run.task.Task;
import io.evomoe.run.task.TaskData;
import io.evomoe.run.task.Tasks;
import java.io.PrintStream;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.shade.guava.collect.Sets;

/** What a result was made with: data, sizes, settings, kernels and machine, for a report. */
final class Description {
  private Description() {}

  /** Prints a line that people read, broken at blanks where the terminal is too narrow. */
  static void say(PrintStream console, String line) {
    console.println(StandardOutput.wrapped(line, 0));
  }

  /**
   * Prints the size of a run's model and the terms of its loss, before the model is made: that
   * takes a while where it has many experts.
   */
  static void printModel(PrintStream console, TaskData<?, ?> data, RunConfig config) {
    ParameterTotal total = data.parameters(config);
    say(
        console,
        "%s: %,d parameters with all experts, %,d of them for a token with one expert%s; %s with gradients and optimizer moments"
            .formatted(
                config.gate(),
                total.numbers(),
                total.perToken(),
                total.trained() == total.numbers()
                    ? ""
                    : ", %s%,d trained"
                        .formatted(
                            config.training().trainExperts() > 0 ? "at most " : "",
                            total.trained()),
                MemoryLimit.text(MemoryLimit.bytes(total))));
    say(console, losses(config));
    say(console, ExportPlan.text(config, data.vocabulary()));
    console.flush();
  }

  /** One line: what a run's loss is the sum of. */
  static String losses(RunConfig config) {
    Task<?, ?> task = Tasks.named(config.task());
    StringBuilder line =
        new StringBuilder(config.gate()).append(": loss = ").append(task.lossName());
    config
        .losses(task.causal())
        .forEach(
            (name, coefficient) ->
                line.append(
                    coefficient == 0
                        ? ", no " + name
                        : " + %s x %s".formatted(Double.toString(coefficient), name)));
    return line.toString();
  }

  /** One line: what the validation losses of a run, the last as well, are measured on. */
  static String heldOut(TaskData<?, ?> data, RunConfig config) {
    return "Validation loss: on %s of the validation set (training.evalBatches)"
        .formatted(data.heldOut(config).text());
  }

  /**
   * The report on runs before their first step.
   *
   * @param sources of its data, as they were given
   */
  static ReportData report(String title, RunConfig config, TaskData<?, ?> data, List<?> sources) {
    String note = ShippedData.note(sources, Optional.of(data.description()));
    return ReportData.empty(title, note, of(data, config));
  }

  /** Of all runs that are as large and trained as this one. */
  static Map<String, String> of(TaskData<?, ?> data, RunConfig config) {
    Map<String, String> lines = new LinkedHashMap<>();
    lines.put("Data", data.description());
    lines.put(
        "Validation loss", "on %s of the validation set".formatted(data.heldOut(config).text()));
    lines.putAll(settings(config, Set.of()));
    lines.put("Kernels", kernels());
    lines.put("Machine", machine());
    return lines;
  }

  /** Of the runs of a study, each of which has its gate's learning rate. */
  static Map<String, String> ofStudy(RunConfig config) {
    Map<String, String> lines = settings(config, Set.of("learningRate"));
    lines.put("Learning rate", "one for each gate, see the tables");
    return lines;
  }

  /**
   * Of a fine-tuning.
   *
   * @param data its files and what is in them
   */
  static Map<String, String> ofFineTuning(FineTuning tuning, String data) {
    RunConfig model = tuning.config();
    FineTuneSettings settings = tuning.settings();
    Map<String, String> lines = new LinkedHashMap<>();
    lines.put("Data", data);
    lines.put("Model", "gate %s, %s".formatted(model.gate(), model(model, Set.of())));
    lines.put(
        "Fine-tuning",
        "steps %,d, batch %d, learningRate %s, seed %d"
            .formatted(tuning.steps(), settings.batch(), settings.learningRate(), settings.seed()));
    lines.put("Kernels", kernels());
    lines.put("Machine", machine());
    return lines;
  }

  private static Map<String, String> settings(RunConfig config, Set<String> without) {
    Map<String, String> lines = new LinkedHashMap<>();
    lines.put("Model", model(config, without));
    lines.put("Training", fields(config.training(), without));
    lines.put("Evolution", fields(config.evolution(), without));
    return lines;
  }

  /** The class of the model, which some tasks have one of, and its sizes. */
  private static String model(RunConfig config, Set<String> without) {
    String type =
        Tasks.named(config.task()).modelType(config.model().architecture()).getSimpleName();
    return type + ", " + fields(config.model(), Sets.union(without, Set.of("architecture")));
  }

  /** The fields of a record that are set, for people. */
  private static String fields(Record settings, Set<String> without) {
    return StrictYaml.fields(settings).properties().stream()
        .filter(field -> !field.getValue().isNull() && !without.contains(field.getKey()))
        .filter(field -> field.getValue().isValueNode() || !field.getValue().isEmpty())
        .map(field -> field.getKey() + " " + text(field.getValue()))
        .collect(Collectors.joining(", "));
  }

  private static String text(JsonNode value) {
    return value.isValueNode() ? value.asText() : value.toString();
  }

  /** Name of the kernels in use. */
  static String kernels() {
    return KernelSelection.forType(DataType.FLOAT).name();
  }

  /** One line: what this machine is. */
  static String machine() {
    return "%d processors, %s %s, Java %s"
        .formatted(
            Runtime.getRuntime().availableProcessors(),
            System.getProperty("os.name"),
            System.getProperty("os.arch"),
            Runtime.version());
  }

  /**
   * Prints the results of runs.
   *
   * @param measured what the validation losses are measured on
   */
  static void print(PrintStream console, List<Outcome> outcomes, String measured) {
    List<RunResult> results = outcomes.stream().map(Outcome::result).toList();
    console.println();
    console.println(SummaryTable.of(results).text(StandardOutput.columns()));
    say(console, measured);
  }

  /**
   * Prints that a run ended before its last step, and that its last model is not its best one.
   *
   * @param name of the run for people, with a colon and a blank; empty for the only one
   */
  static void printEnd(PrintStream console, String name, RunConfig config, RunResult result) {
    if (endedEarly(config, result)) {
      say(
          console,
          "%sEnded early at step %d of %d: %d evaluations without a lower validation loss"
              .formatted(
                  name, result.steps(), config.training().steps(), config.training().patience()));
    }
    if (result.isBestEarlier()) {
      say(
          console,
          "%sLowest validation loss: %.4f at step %d of %d%s"
              .formatted(
                  name,
                  result.bestValidLoss(),
                  result.bestStep(),
                  result.steps(),
                  config.training().keepBest() ? "; other commands use that checkpoint" : ""));
    }
  }

  /** Whether a run that is over has fewer steps than its configuration. */
  static boolean endedEarly(RunConfig config, RunResult result) {
    return !result.isInterrupted() && result.steps() < config.training().steps();
  }
}
