package io.evomoe.bench.cli;

import io.evomoe.bench.cluster.ClusterRequest;
import io.evomoe.bench.report.LiveReport;
import io.evomoe.bench.report.RunsReport;
import io.evomoe.run.config.RunConfig;
import io.evomoe.run.record.Outcome;
import io.evomoe.run.task.TaskData;
import io.evomoe.training.Callback;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Watches a run on a cluster, of which nothing is known here before its data was read there. */
final class ClusterWatch implements ClusterRequest.Watching, AutoCloseable {
  private final WatchOptions options;
  private final Path folder;
  private @Nullable RunsReport report;
  private @Nullable LiveReport page;

  ClusterWatch(WatchOptions options, Path folder) {
    this.options = options;
    this.folder = folder;
  }

  @Override
  public List<Callback> of(TaskData<?, ?> data, RunConfig config, List<String> text) {
    RunsReport begun = Description.report(config, data, text);
    LiveReport written = options.page(folder, begun);
    report = begun;
    page = written;
    return options.callbacks(folder, written);
  }

  /** The run has come to its end. */
  void end(Outcome outcome) {
    if (report != null) {
      report.add(outcome);
    }
  }

  @Override
  public void close() {
    if (page != null) {
      page.close();
    }
  }
}
