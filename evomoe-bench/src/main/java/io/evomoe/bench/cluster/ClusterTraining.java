package io.evomoe.bench.cluster;

import java.util.ServiceLoader;

/** Trains a run in rounds on a cluster. Found by {@link ServiceLoader}. */
public interface ClusterTraining {

  /**
   * Trains to the end.
   *
   * @throws IllegalArgumentException if the cluster cannot be reached, or cluster or text do not
   *     fit; nothing was written then
   */
  void train(ClusterRequest request);

  /**
   * Returns the implementation on the class path.
   *
   * @throws IllegalArgumentException if there is none
   */
  static ClusterTraining installed() {
    return ServiceLoader.load(ClusterTraining.class)
        .findFirst()
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    "--spark needs Spark and evomoe-spark on the class path: set SPARK_HOME to the folder of Spark, and start with ./evomoe or spark-submit"));
  }
}
