package io.evomoe.bench.cli;

import io.evomoe.bench.cluster.ClusterRequest;
import io.evomoe.bench.cluster.ClusterTraining;
import io.evomoe.models.text.HeldOut;
import io.evomoe.models.text.source.DataForm;
import io.evomoe.training.internal.rounds.RoundConfig;
import io.evomoe.training.internal.rounds.WireFormat;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Options of training in rounds on a Spark cluster. */
final class ClusterOptions {
  private static final int DEFAULT_WORKERS = 2;
  private static final long DEFAULT_LOCAL_STEPS = 50;

  @Option(
      names = "--spark",
      paramLabel = "MASTER",
      description =
          "train in rounds on this Spark cluster: spark://host:port, yarn, k8s://... or local[N]; SPARK_HOME is the folder of Spark")
  @Nullable String master;

  @Option(
      names = "--rounds",
      description = "number of rounds; the run has this many times --local-steps steps")
  @Nullable Long rounds;

  @Option(names = "--local-steps", description = "steps of each worker in a round (default: 50)")
  @Nullable Long localSteps;

  @Option(
      names = "--workers",
      description = "number of workers, each with a share of the text (default: 2)")
  @Nullable Integer workers;

  @Option(
      names = "--outer-rate",
      description =
          "learning rate of the outer step, which applies the mean difference of the workers (default: 1)")
  @Nullable Double outerRate;

  @Option(
      names = "--outer-momentum",
      description = "Nesterov momentum of the outer step, in [0, 1) (default: 0.5)")
  @Nullable Double outerMomentum;

  @Option(
      names = "--inner",
      description = "optimizer of the workers: adamw or sgd (default: adamw)")
  @Nullable String inner;

  @Option(
      names = "--expert-weights",
      description =
          "how the changes of an expert are averaged: equal for all workers, or weighted by its tokens (default: equal)")
  @Nullable String expertWeights;

  @Option(
      names = "--wire",
      description = "number format of the differences: f32 or bf16 (default: f32)")
  @Nullable String wire;

  @Option(
      names = "--spark-conf",
      paramLabel = "KEY=VALUE",
      description = "a Spark setting; may be repeated")
  Map<String, String> conf = new LinkedHashMap<>();

  /** Whether a cluster was named. */
  boolean asked() {
    return master != null;
  }

  /** Rejects a split, and forms of data, that a cluster does not know. */
  static void requireUsual(HeldOut split, DataForm data) {
    if (!data.equals(DataForm.DEFAULT)) {
      throw new IllegalArgumentException(
          "--spark reads plain text only (docs/spark.md): remove the options for records");
    }
    if (!split.equals(HeldOut.DEFAULT)) {
      throw new IllegalArgumentException(
          "the split cannot be changed with --spark, which uses one document in twenty for validation, was "
              + split);
    }
  }

  /** Rejects options that only a cluster hears. */
  void requireUnused() {
    boolean used =
        rounds != null
            || localSteps != null
            || workers != null
            || outerRate != null
            || outerMomentum != null
            || inner != null
            || expertWeights != null
            || wire != null
            || !conf.isEmpty();
    if (used) {
      throw new IllegalArgumentException("options of the cluster need --spark");
    }
  }

  /** The rounds that are asked for. */
  RoundConfig config() {
    RoundConfig usual =
        RoundConfig.defaults(
            workers == null ? DEFAULT_WORKERS : workers,
            localSteps == null ? DEFAULT_LOCAL_STEPS : localSteps);
    return usual
        .withOuter(
            outerRate == null ? usual.outerRate() : outerRate,
            outerMomentum == null ? usual.outerMomentum() : outerMomentum)
        .withInner(named("--inner", RoundConfig.Inner.class, inner, usual.inner()))
        .withExperts(
            named(
                "--expert-weights",
                RoundConfig.ExpertWeights.class,
                expertWeights,
                usual.experts()))
        .withWire(wire == null ? usual.wire() : WireFormat.parse(wire));
  }

  private static <T extends Enum<T>> T named(
      String option, Class<T> type, @Nullable String name, T usual) {
    if (name == null) {
      return usual;
    }
    for (T value : type.getEnumConstants()) {
      if (value.name().toLowerCase(Locale.ROOT).equals(name)) {
        return value;
      }
    }
    StringBuilder names = new StringBuilder();
    for (T value : type.getEnumConstants()) {
      names.append(names.isEmpty() ? "" : " or ").append(value.name().toLowerCase(Locale.ROOT));
    }
    throw new IllegalArgumentException("%s must be %s, was %s".formatted(option, names, name));
  }

  /** Sets the steps of the run if {@code --rounds} says them; rejects both. */
  void setSteps(RunOptions options) {
    if (rounds == null) {
      return;
    }
    String steps = "training.steps";
    if (options.fields().containsKey(steps)) {
      throw new IllegalArgumentException(
          "--steps cannot be given with --rounds, which sets the number of steps");
    }
    if (rounds < 1) {
      throw new IllegalArgumentException("--rounds must be at least 1, was " + rounds);
    }
    options.set.put(steps, "" + Math.multiplyExact(rounds, config().localSteps()));
  }

  /** Trains on the cluster. */
  static ClusterTraining.Trained train(ClusterRequest request) {
    return ClusterTraining.installed()
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    "--spark needs Spark and evomoe-spark on the class path: set SPARK_HOME to the folder of Spark, and start with ./evomoe or spark-submit"))
        .train(request);
  }
}
