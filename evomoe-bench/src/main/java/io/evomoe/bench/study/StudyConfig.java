package io.evomoe.bench.study;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.evomoe.internal.names.FieldBound;
import io.evomoe.internal.names.Installed;
import io.evomoe.models.text.source.DataForm;
import io.evomoe.moe.GateProvider;
import io.evomoe.run.config.StrictYaml;
import io.evomoe.run.task.Tasks;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * A study of one task, as its YAML file has it: gates that are trained with the same seeds, steps
 * and batches, each with the learning rate that did best in one grid, and variants of one of them.
 *
 * @param task by name
 * @param preset size, to which {@code settings} say what differs
 * @param revision at least 1; to be raised when a change of the code makes recorded runs stale
 * @param seeds of every gate, each once
 * @param baseline the gate that the others are compared with; one of {@code gates}
 * @param gates by name, each once
 * @param learningRates from which each gate gets its own
 * @param settings fields of a run's configuration, the same for all runs
 * @param ablations none where a file leaves it out
 */
public record StudyConfig(
    String task,
    String preset,
    int revision,
    List<Long> seeds,
    String baseline,
    List<String> gates,
    RateGrid learningRates,
    ObjectNode settings,
    Ablations ablations) {
  private static final String DEFAULTS =
      "{settings: {}, learningRates: {ofGates: {}}, ablations: {reference: '', seeds: [], variants: {}, shown: []}}";

  /** Rejects unknown names, entries that are there twice, and values out of their bounds. */
  public StudyConfig {
    Tasks.preset(task, preset);
    FieldBound.atLeast("revision", revision, 1);
    seeds = once("seeds", seeds);
    gates = once("gates", gates);
    gates.forEach(GateProvider::named);
    requireOneOf("baseline", baseline, gates);
    for (String gate : learningRates.ofGates().keySet()) {
      requireOneOf("a gate in learningRates.ofGates", gate, gates);
    }
    if (!ablations.variants().isEmpty()) {
      requireOneOf("ablations.reference", ablations.reference(), gates);
      for (long seed : ablations.seeds()) {
        requireOneOf("ablations.seeds", seed, seeds);
      }
    }
  }

  /**
   * Reads a file.
   *
   * @throws IllegalArgumentException naming the file and the field
   */
  public static StudyConfig read(Path file) {
    return StrictYaml.bind(
        StrictYaml.parse(DEFAULTS, "defaults"),
        StrictYaml.read(file),
        StudyConfig.class,
        file.toString());
  }

  /** Returns the form of the data of all runs. */
  public DataForm data() {
    return StrictYaml.bind(
        StrictYaml.fields(DataForm.DEFAULT),
        settings.path("data") instanceof ObjectNode data ? data : StrictYaml.nothing(),
        DataForm.class,
        "settings.data");
  }

  /**
   * The learning rates that every gate is tried with.
   *
   * @param rates highest rates of the schedule, each above 0 and once; a single one is taken
   *     untried
   * @param steps of such a run, at least 1
   * @param seed of such a run, which should be none of the study's
   * @param ofGates the rates of gates that try none, e.g. because another study found them
   */
  public record RateGrid(List<Double> rates, long steps, long seed, Map<String, Double> ofGates) {
    /** Rejects rates and steps out of their bounds. */
    public RateGrid {
      rates = once("learningRates.rates", rates);
      rates.forEach(rate -> requireRate("learningRates.rates", rate));
      ofGates.forEach((gate, rate) -> requireRate("learningRates.ofGates." + gate, rate));
      FieldBound.atLeast("learningRates.steps", steps, 1);
    }

    private static void requireRate(String field, double rate) {
      if (!(rate > 0) || Double.isInfinite(rate)) {
        throw new IllegalArgumentException(field + " must be above 0 and finite, was " + rate);
      }
    }

    /** Returns the rates of a gate. */
    List<Double> of(String gate) {
      return ofGates.containsKey(gate) ? List.of(ofGates.get(gate)) : rates;
    }

    /** Returns the rates of a gate that need a run. */
    List<Double> toTry(String gate) {
      List<Double> own = of(gate);
      return own.size() == 1 ? List.of() : own;
    }
  }

  /**
   * Variants of one gate, with its learning rate.
   *
   * @param reference the gate
   * @param seeds some of the study's
   * @param variants by name ({@link Installed#requireName}): the fields that differ
   * @param shown the variants that stand beside the gates in every table and chart; none by default
   */
  public record Ablations(
      String reference, List<Long> seeds, Map<String, ObjectNode> variants, List<String> shown) {
    /** Rejects names that cannot be those of files, and of variants that there are not. */
    public Ablations {
      shown = shown.isEmpty() ? shown : once("ablations.shown", shown);
      for (String variant : shown) {
        requireOneOf("ablations.shown", variant, List.copyOf(variants.keySet()));
      }
      seeds = variants.isEmpty() ? seeds : once("ablations.seeds", seeds);
      variants
          .keySet()
          .forEach(name -> Installed.requireName("a name in ablations.variants", name));
    }

    /** What a variant is called beside the gates. */
    String label(String variant) {
      return reference + "." + variant;
    }

    /** Of the variants that are shown. */
    Set<String> shownLabels() {
      return shown.stream().map(this::label).collect(Collectors.toSet());
    }
  }

  private static void requireOneOf(String field, Object value, List<?> known) {
    if (!known.contains(value)) {
      throw new IllegalArgumentException(
          "%s must be one of %s, was %s".formatted(field, known, value));
    }
  }

  /** Rejects an empty list, and one that has an entry twice: its run would count twice. */
  public static <T> List<T> once(String field, List<T> entries) {
    if (entries.isEmpty()) {
      throw new IllegalArgumentException(field + " must have at least one entry, had none");
    }
    if (new HashSet<>(entries).size() < entries.size()) {
      throw new IllegalArgumentException(
          "%s must have each entry once, were %s".formatted(field, entries));
    }
    return List.copyOf(entries);
  }
}
