package io.evomoe.spark;

import io.evomoe.bench.cluster.ClusterRequest;
import io.evomoe.bench.cluster.ClusterTraining;
import io.evomoe.bench.cluster.RoundSettings;
import io.evomoe.models.text.TextProgress;
import io.evomoe.run.PreparedData;
import io.evomoe.run.Run;
import io.evomoe.run.RunOpening;
import io.evomoe.run.config.RunConfig;
import io.evomoe.run.record.RunFiles;
import io.evomoe.run.task.TaskData;
import java.io.PrintStream;
import java.nio.file.Path;
import org.apache.spark.api.java.JavaSparkContext;

/** Trains in rounds on Spark: DiLoCo (arXiv 2311.08105) with EvoMoE's phases. */
public final class SparkTraining implements ClusterTraining {

  @Override
  public void train(ClusterRequest request) {
    if (request.start().isEmpty()) {
      resume(request);
    } else {
      begin(request, request.start().get(0));
    }
  }

  private static void begin(ClusterRequest request, ClusterRequest.Start start) {
    RunConfig config = start.config();
    Path out = request.out().path();
    RunFiles.requireUnused(out);
    try (JavaSparkContext context = connect(request);
        Staging staging = new Staging()) {
      SparkText text = SparkText.open(context, start.data(), config.task());
      try (PreparedData data = staging.prepare(text, config);
          Workers workers =
              new Workers(context, text, Setup.of(staging.path(), config, start.rounds()))) {
        requireFit(workers, data.data(), config, request.console());
        RoundSettings settings = new RoundSettings(start.rounds(), start.data(), text.content());
        ClusterRounds rounds =
            new ClusterRounds(out, start.rounds(), request.console()).with(workers);
        try (Run<?> run =
            Run.of(config, staging.dataIn(out))
                .prepared(data)
                .remote(rounds)
                .files(
                    folder -> {
                      staging.copyDataTo(folder);
                      settings.write(folder);
                    })
                .in(request.out())) {
          request.training().train(run, data.data(), start.data(), rounds);
        }
      }
    }
  }

  private static void resume(ClusterRequest request) {
    Path out = request.out().path();
    RoundSettings saved = RoundSettings.read(out);
    int workerCount = request.workers() == 0 ? saved.rounds().workers() : request.workers();
    RoundSettings settings = saved.withWorkers(workerCount);
    PrintStream console = request.console();
    ClusterRounds rounds = new ClusterRounds(out, settings.rounds(), console);
    RunOpening opening = Run.opening(out).remote(rounds).output(request.out());
    request.fields().forEach(opening::set);
    try (Run<?> run = opening.open();
        JavaSparkContext context = connect(request)) {
      RunConfig config = run.config();
      SparkText text = SparkText.open(context, settings.data(), config.task());
      if (!text.content().equals(settings.content())) {
        throw new IllegalArgumentException(
            "the text in %s is not what the run was started with".formatted(settings.data()));
      }
      TaskData<?, ?> data = run.taskData(TextProgress.NONE);
      try (Workers workers = new Workers(context, text, Setup.of(out, config, settings.rounds()))) {
        requireFit(workers, data, config, console);
        if (workerCount != saved.rounds().workers()) {
          console.printf(
              "%d workers from now on, not %d: the shares of the text, and therefore the steps,"
                  + " change%n",
              workerCount, saved.rounds().workers());
          settings.write(out);
        }
        request.training().train(run, data, settings.data(), rounds.with(workers));
      }
    }
  }

  private static void requireFit(
      Workers workers, TaskData<?, ?> data, RunConfig config, PrintStream console) {
    long parameters = data.parameters(config).numbers();
    WorkerFacts.requireFit(workers.prepare(), WorkerFacts.here(config), parameters, console);
  }

  private static JavaSparkContext connect(ClusterRequest request) {
    return Cluster.connect(
        request.master(), request.conf(), "evomoe " + request.out().path().getFileName());
  }
}
