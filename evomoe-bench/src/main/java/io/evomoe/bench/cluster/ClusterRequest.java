package io.evomoe.bench.cluster;

import io.evomoe.internal.files.OutputFolder;
import io.evomoe.run.Run;
import io.evomoe.run.config.RunConfig;
import io.evomoe.run.task.TaskData;
import io.evomoe.training.Callback;
import io.evomoe.training.internal.rounds.RoundConfig;
import java.io.PrintStream;
import java.util.List;
import java.util.Map;

/**
 * A request to train on a cluster.
 *
 * @param master of the cluster, such as {@code spark://host:7077}
 * @param conf settings of the cluster's client, which override ours
 * @param out folder of the run, which the caller closes
 * @param start what to train; empty to continue the run in the folder
 * @param workers number of workers of a continued run, 0 for the previous number
 * @param fields changed values of a continued run's configuration, as text by dotted field
 * @param training trains the run when it is open
 * @param console for progress
 */
public record ClusterRequest(
    String master,
    Map<String, String> conf,
    OutputFolder out,
    List<Start> start,
    int workers,
    Map<String, String> fields,
    RoundTraining training,
    PrintStream console) {

  /** Trains a run whose rounds the cluster computes. */
  @FunctionalInterface
  public interface RoundTraining {
    /**
     * Trains a new or resumed run.
     *
     * @param data the local part of the text
     * @param text paths of the text in the cluster
     * @param rounds callback that the training must have
     */
    void train(Run<?> run, TaskData<?, ?> data, List<String> text, Callback rounds);
  }

  /**
   * A new run.
   *
   * @param config of the run, checked
   * @param rounds how they are trained and averaged
   * @param data paths of the text in the cluster
   */
  public record Start(RunConfig config, RoundConfig rounds, List<String> data) {}
}
