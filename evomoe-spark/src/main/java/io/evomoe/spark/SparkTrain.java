package io.evomoe.spark;

import io.evomoe.bench.cli.Main;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.apache.spark.SparkConf;

/**
 * The entry point for {@code spark-submit --class io.evomoe.spark.SparkTrain}: runs {@code evomoe
 * train} with the submission's master.
 */
public final class SparkTrain {
  private static final String OPTION = "--spark";

  private SparkTrain() {}

  /** Runs {@code evomoe train} with these options, and exits. */
  public static void main(String[] arguments) {
    List<String> all = new ArrayList<>(List.of("train"));
    all.addAll(Arrays.asList(arguments));
    if (!all.contains(OPTION)) {
      all.addAll(List.of(OPTION, new SparkConf().get("spark.master", "local[*]")));
    }
    Main.main(all.toArray(new String[0]));
  }
}
