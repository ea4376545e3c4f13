package io.evomoe.run.internal.rounds;

import io.evomoe.run.config.RunConfig;
import io.evomoe.run.internal.task.TaskData;
import io.evomoe.run.record.RunWatcher;
import io.evomoe.training.internal.rounds.RoundConfig;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A run on a cluster.
 *
 * @param master of the cluster, such as {@code spark://host:7077}
 * @param conf settings of the cluster's client, which go before any of our own
 * @param out folder of the run
 * @param start what to train; empty to continue what is in the folder
 * @param workers for a run that is continued: how many from now on, 0 for as many as before
 * @param fields for a run that is continued: values of the configuration that differ from now on,
 *     by dotted field, as text
 * @param watching makes what is told of each round
 * @param console for progress
 */
public record ClusterRequest(
    String master,
    Map<String, String> conf,
    Path out,
    List<Start> start,
    int workers,
    Map<String, String> fields,
    Watching watching,
    PrintStream console) {

  /** Keeps the collections unmodifiable. */
  public ClusterRequest {
    conf = Map.copyOf(conf);
    fields = Collections.unmodifiableMap(new LinkedHashMap<>(fields));
    start = List.copyOf(start);
  }

  /** What watches a run. */
  @FunctionalInterface
  public interface Watching {

    /**
     * A watcher of a run that is going to begin, or to go on.
     *
     * @param data the part of the text that stays here
     */
    RunWatcher of(TaskData<?, ?> data, RunConfig config);
  }

  /**
   * A new run.
   *
   * @param config of the run, checked
   * @param rounds how they are trained and averaged
   * @param data paths of the text, as the cluster knows them
   */
  public record Start(RunConfig config, RoundConfig rounds, List<String> data) {

    /** Keeps the list unmodifiable. */
    public Start {
      data = List.copyOf(data);
    }
  }
}
