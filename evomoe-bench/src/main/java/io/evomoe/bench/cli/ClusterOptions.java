package io.evomoe.bench.cli;

import io.evomoe.internal.names.FieldBound;
import io.evomoe.models.text.HeldOut;
import io.evomoe.models.text.source.DataForm;
import io.evomoe.training.internal.rounds.RoundConfig;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Options of training in rounds on a Spark cluster. */
final class ClusterOptions {
  @Option(
      names = "--spark",
      paramLabel = "MASTER",
      description =
          "train in rounds on this Spark cluster: spark://host:port, yarn, k8s://... or local[N]; SPARK_HOME is the folder of Spark")
  @Nullable String master;

  @Option(
      names = "--rounds",
      description =
          "number of rounds of --local-steps steps (default: as many as the preset's steps need)")
  @Nullable Long rounds;

  @Mixin
  FieldOptions training =
      new FieldOptions(
          RoundConfig.class,
          "--local-steps --workers --outer-rate --outer-momentum --inner --expert-weights=experts --wire");

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
    if (!data.equals(DataForm.PARAGRAPHS)) {
      throw new IllegalArgumentException(
          "--spark reads paragraphs of plain text only (docs/spark.md): remove the options for data");
    }
    if (!split.equals(HeldOut.DEFAULT)) {
      throw new IllegalArgumentException(
          "the split cannot be changed with --spark, which uses one document in twenty for validation, was "
              + split);
    }
  }

  /** Rejects options that only a cluster hears. */
  void requireUnused() {
    if (rounds != null || !training.given().isEmpty() || !conf.isEmpty()) {
      throw new IllegalArgumentException("options of the cluster need --spark");
    }
  }

  /** The rounds that are asked for. */
  RoundConfig config() {
    return training.over(RoundConfig.DEFAULT);
  }

  /** The number of workers that is asked for; 0 for none. */
  int workers() {
    return training.given().containsKey("workers") ? config().workers() : 0;
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
    FieldBound.atLeast("--rounds", rounds, 1);
    options.set.put(steps, "" + Math.multiplyExact(rounds, config().localSteps()));
  }
}
