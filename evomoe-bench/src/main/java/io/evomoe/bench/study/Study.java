package io.evomoe.bench.study;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.evomoe.bench.report.ReportData;
import io.evomoe.moe.GateProvider;
import io.evomoe.run.config.ConfigFile;
import io.evomoe.run.config.ModelConfig.Architecture;
import io.evomoe.run.config.RunConfig;
import io.evomoe.run.config.StrictYaml;
import io.evomoe.run.record.RunResult.Outcome;
import io.evomoe.run.task.Tasks;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The runs of a study and what is recorded of them. First each gate is tried with all learning
 * rates; its other runs have the rate that gave the lowest validation loss, and cannot be told
 * before that is known. Seeds go round the gates, so a study that was stopped has about as much of
 * each.
 */
public final class Study {
  private static final List<String> FIXED = List.of("task", "gate", "seed");

  private final StudyConfig config;
  private final StudyResults results;
  private final String source;
  private final List<StudyRun> runs;

  /**
   * A study, all of whose settings are looked at now.
   *
   * @param source of the configuration, for messages
   * @throws IllegalArgumentException for settings that no run can have
   */
  public Study(StudyConfig config, StudyResults results, String source) {
    this.config = config;
    this.results = results;
    this.source = source;
    this.runs = List.copyOf(plan(config));
    runs.forEach(run -> config(run, config.learningRates().rates().get(0)));
  }

  private static List<StudyRun> plan(StudyConfig config) {
    List<StudyRun> runs = new ArrayList<>();
    StudyConfig.RateGrid grid = config.learningRates();
    for (String gate : config.gates()) {
      for (double rate : grid.toTry(gate)) {
        runs.add(StudyRun.ofGate(StudyRun.Part.RATE, gate, grid.seed(), rate));
      }
    }
    for (long seed : config.seeds()) {
      for (String gate : config.gates()) {
        runs.add(StudyRun.ofGate(StudyRun.Part.GATE, gate, seed, Double.NaN));
      }
    }
    StudyConfig.Ablations ablations = config.ablations();
    for (long seed : ablations.seeds()) {
      for (Map.Entry<String, ObjectNode> variant : ablations.variants().entrySet()) {
        String label = ablations.label(variant.getKey());
        String gate = ablations.reference();
        runs.add(
            new StudyRun(
                StudyRun.Part.ABLATION, label, gate, seed, Double.NaN, variant.getValue()));
      }
    }
    return runs;
  }

  /** The configuration. */
  public StudyConfig config() {
    return config;
  }

  /** Where its results are. */
  public StudyResults results() {
    return results;
  }

  /** All runs, in the order in which they are to be trained. */
  public List<StudyRun> runs() {
    return runs;
  }

  /** The runs that find a gate's learning rate. */
  public List<StudyRun> rateRuns(String gate) {
    return runs.stream().filter(run -> run.isRate() && run.gate().equals(gate)).toList();
  }

  /**
   * The learning rate of a gate: of the lowest validation loss, of equal ones the first in the
   * grid; where there is one rate only, that.
   *
   * @return empty until all rates were tried
   */
  public Optional<Double> rate(String gate) {
    List<Double> rates = config.learningRates().of(gate);
    if (rates.size() == 1) {
      return Optional.of(rates.get(0));
    }
    List<StudyRun> rateRuns = rateRuns(gate);
    Map<StudyRun, Double> losses = new LinkedHashMap<>();
    for (StudyRun run : rateRuns) {
      record(run).ifPresent(recorded -> losses.put(run, recorded.result().validLoss()));
    }
    return losses.size() < rateRuns.size()
        ? Optional.empty()
        : losses.entrySet().stream()
            .min(Map.Entry.comparingByValue())
            .map(best -> best.getKey().rate());
  }

  /** The configuration of a run; empty until its learning rate is known. */
  public Optional<RunConfig> config(StudyRun run) {
    Optional<Double> known = run.isRate() ? Optional.of(run.rate()) : rate(run.gate());
    return known.map(rate -> config(run, rate));
  }

  /** What is recorded of a run, if it is over. */
  public Optional<Outcome> record(StudyRun run) {
    return config(run).flatMap(found -> results.find(run.name(), found));
  }

  /**
   * The recorded runs of gates and variants, for a report.
   *
   * @param note what the data was
   * @param description the report's header lines
   */
  public ReportData report(String note, Map<String, String> description) {
    ReportData report = ReportData.empty("EvoMoE study: " + config.task(), note, description);
    for (StudyRun run : runs) {
      Optional<Outcome> found = run.isRate() ? Optional.empty() : record(run);
      if (found.isPresent()) {
        report = report.plus(found.get().labelled(run.label()));
      }
    }
    return report;
  }

  /** Optimizer steps of a run. */
  public long steps(StudyRun run) {
    return config(run, config.learningRates().rates().get(0)).training().steps();
  }

  private RunConfig config(StudyRun run, double rate) {
    RunConfig usual =
        overlay(
            Tasks.preset(config.task(), config.preset())
                .config(config.task(), run.gate(), run.seed(), Architecture.in(config.settings())),
            config.settings(),
            "settings");
    RunConfig variant = overlay(usual, run.variant(), "ablations.variants of " + run.label());
    boolean fair =
        variant.model().equals(usual.model()) && variant.training().equals(usual.training());
    if (!fair || !variant.split().equals(usual.split()) || !variant.data().equals(usual.data())) {
      throw new IllegalArgumentException(
          "%s: variant %s must not change %s"
              .formatted(
                  source,
                  run.label(),
                  fair
                      ? "split or data: all runs share them"
                      : "model or training: the comparison would be unfair"));
    }
    ObjectNode own = StrictYaml.nothing();
    own.putObject("training")
        .put("learningRate", rate)
        .put("keepBest", false)
        .put("patience", 0); // the last step counts
    if (run.isRate()) {
      own.withObject("/training").put("steps", config.learningRates().steps());
    }
    variant.gateOptions().keySet().forEach(GateProvider::named);
    return Tasks.checked(overlay(variant, own, "learningRates"));
  }

  private RunConfig overlay(RunConfig from, ObjectNode fields, String field) {
    for (String fixed : FIXED) {
      if (fields.has(fixed)) {
        throw new IllegalArgumentException(
            "%s: %s must not have %s, which the study sets".formatted(source, field, fixed));
      }
    }
    return ConfigFile.overlay(from, fields, source + ": " + field);
  }

  /**
   * One run that a study asks for.
   *
   * @param part what it is for
   * @param label the gate, or the gate, a dot and the variant
   * @param gate by name
   * @param seed of the run
   * @param rate the learning rate that is tried; NaN where the gate's best is taken
   * @param variant fields of the configuration in which it differs from the other runs
   */
  public record StudyRun(
      Part part, String label, String gate, long seed, double rate, ObjectNode variant) {

    /** What a run is for. */
    public enum Part {
      /** To find the gate's learning rate. */
      RATE,
      /** To compare gates. */
      GATE,
      /** To compare variants of one gate. */
      ABLATION
    }

    /** A run of which only the seed, or only the rate, is its own. */
    static StudyRun ofGate(Part part, String gate, long seed, double rate) {
      return new StudyRun(part, gate, gate, seed, rate, StrictYaml.nothing());
    }

    /** Whether it tries a learning rate. */
    public boolean isRate() {
      return part == Part.RATE;
    }

    /** Name of the run and of its folder. */
    public String name() {
      return isRate() ? "rate-%s-%s".formatted(label, plain(rate)) : label + "-" + seed;
    }

    /** A learning rate as people write it, without an exponent. */
    static String plain(double rate) {
      return BigDecimal.valueOf(rate).toPlainString();
    }
  }
}
