package io.evomoe.training;

import io.evomoe.nn.RoutingReport;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/**
 * The records of a run up to now.
 *
 * @param name name of the run
 * @param steps one record per step or round, without layers
 * @param lastRouting last report of each MoE layer; empty while there is one expert
 */
public record RecordedRun(RunName name, List<StepRecord> steps, List<RoutingReport> lastRouting) {

  /** Makes the lists unmodifiable. */
  public RecordedRun {
    steps = List.copyOf(steps);
    lastRouting = List.copyOf(lastRouting);
  }

  /** Returns a run before its first step. */
  public static RecordedRun none(RunName name) {
    return new RecordedRun(name, List.of(), List.of());
  }

  /** Returns the name of the task or part. */
  public String task() {
    return name.task();
  }

  /** Returns the name of the gate. */
  public String gate() {
    return name.gate();
  }

  /** Returns the seed. */
  public long seed() {
    return name.seed();
  }

  /** Returns the step with the lowest validation loss, of equal ones the first. */
  public Optional<StepRecord> best() {
    return steps.stream()
        .filter(StepRecord::evaluated)
        .min(Comparator.comparingDouble(StepRecord::validLoss));
  }

  /** Returns a copy with another name than the gate's. */
  public RecordedRun labelled(String label) {
    return new RecordedRun(
        new RunName(name.task(), label, name.seed(), name.part()), steps, lastRouting);
  }

  /**
   * Returns the training speed in tokens per second. The first step does not count, because it
   * compiles kernels. NaN if no other step was taken.
   */
  public double tokensPerSecond() {
    long counted = 0;
    double seconds = 0;
    long step = 0;
    long tokens = 0;
    for (StepRecord record : steps) {
      if (record.step() > 1) {
        counted += record.tokens() - tokens;
        seconds += (record.step() - step) * record.stepSeconds();
      }
      step = record.step();
      tokens = record.tokens();
    }
    return seconds > 0 ? counted / seconds : Double.NaN;
  }

  /** Collects the records of a run. */
  public static final class Collector {
    private final RunName name;
    private final List<StepRecord> steps;
    private List<RoutingReport> lastRouting;

    /** Creates a collector that begins with these records. */
    public Collector(RecordedRun earlier) {
      this.name = earlier.name;
      this.steps = new ArrayList<>(earlier.steps);
      this.lastRouting = earlier.lastRouting;
    }

    /** Adds a record. A skipped step that routed nothing keeps the last reports. */
    public void add(StepRecord step) {
      steps.add(step.withoutLayers());
      lastRouting = Double.isNaN(step.activeExperts()) ? lastRouting : step.layers();
    }

    /** Returns the records up to now. */
    public RecordedRun recorded() {
      return new RecordedRun(name, steps, lastRouting);
    }
  }

  /**
   * The name of a run in its files. No text is blank or contains a comma, quote or line break.
   *
   * @param task name of the task; of one of several trainings in a folder, the name of that
   *     training
   * @param gate name of the gate
   * @param seed seed of the run
   * @param part whether several trainings share the folder, e.g. {@code scratch} and {@code
   *     finetune}
   */
  public record RunName(String task, String gate, long seed, boolean part) {

    /** Rejects names that a line of curves.csv cannot contain. */
    public RunName {
      requirePlain("task", task);
      requirePlain("gate", gate);
    }

    /** Creates the name of a run that has a folder of its own. */
    public RunName(String task, String gate, long seed) {
      this(task, gate, seed, false);
    }

    private static void requirePlain(String field, String name) {
      if (name.isBlank() || name.chars().anyMatch(c -> c == ',' || c == '"' || c < ' ')) {
        throw new IllegalArgumentException(
            field + " must not be blank or hold a comma, quote or line break, was '" + name + "'");
      }
    }
  }
}
