package io.evomoe.run.internal.rounds;

import io.evomoe.run.config.RunConfig;
import io.evomoe.run.internal.task.TaskData;
import io.evomoe.run.record.Outcome;
import java.util.Optional;
import java.util.ServiceLoader;

/** Trains a run in rounds on a cluster. Found by {@link ServiceLoader}. */
public interface ClusterTraining {

  /**
   * Trains to the end.
   *
   * @throws IllegalArgumentException if the cluster cannot be reached or does not fit, or the text
   *     does not; nothing was written then
   */
  Trained train(ClusterRequest request);

  /** The one on the class path. */
  static Optional<ClusterTraining> installed() {
    return ServiceLoader.load(ClusterTraining.class).findFirst();
  }

  /**
   * A run at its end.
   *
   * @param outcome what it gave
   * @param config of the run
   * @param data the part of the text that stayed here
   */
  record Trained(Outcome outcome, RunConfig config, TaskData<?, ?> data) {}
}
