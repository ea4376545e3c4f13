package io.evomoe.bench.cluster;

import io.evomoe.run.config.RunConfig;
import io.evomoe.run.record.Outcome;
import io.evomoe.run.task.TaskData;
import java.util.Optional;
import java.util.ServiceLoader;

/** Trains a run in rounds on a cluster. Found by {@link ServiceLoader}. */
public interface ClusterTraining {

  /**
   * Trains to the end.
   *
   * @throws IllegalArgumentException if the cluster cannot be reached, or cluster or text do not
   *     fit; nothing was written then
   */
  Trained train(ClusterRequest request);

  /** Returns the implementation on the class path. */
  static Optional<ClusterTraining> installed() {
    return ServiceLoader.load(ClusterTraining.class).findFirst();
  }

  /**
   * A finished run.
   *
   * @param outcome of the run
   * @param config of the run
   * @param data the local part of the text
   */
  record Trained(Outcome outcome, RunConfig config, TaskData<?, ?> data) {}
}
