package io.evomoe.spark;

import io.evomoe.internal.files.OutputFolder;
import io.evomoe.models.text.TextProgress;
import io.evomoe.run.config.RunConfig;
import io.evomoe.run.internal.folder.RoundSettings;
import io.evomoe.run.internal.folder.RunFolder;
import io.evomoe.run.internal.rounds.ClusterRequest;
import io.evomoe.run.internal.rounds.ClusterTraining;
import io.evomoe.run.internal.task.Prepared;
import io.evomoe.run.internal.task.RunCheckpoint;
import io.evomoe.run.internal.task.TaskTraining;
import io.evomoe.run.record.Lineage;
import io.evomoe.run.record.Outcome;
import io.evomoe.run.record.StepFile;
import io.evomoe.run.task.TaskData;
import io.evomoe.training.CheckpointWriter;
import io.evomoe.training.RecordedRun;
import io.evomoe.training.internal.rounds.RoundConfig;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.List;
import org.apache.spark.api.java.JavaSparkContext;

/** Trains in rounds on Spark: DiLoCo (arXiv 2311.08105) with EvoMoE's phases. */
public final class SparkTraining implements ClusterTraining {

  @Override
  public Trained train(ClusterRequest request) {
    return request.start().isEmpty() ? resume(request) : begin(request, request.start().get(0));
  }

  private static Trained begin(ClusterRequest request, ClusterRequest.Start start) {
    RunConfig config = start.config();
    RunFolder folder = RunFolder.unused(request.out());
    try (JavaSparkContext context = connect(request);
        Staging staging = new Staging()) {
      SparkText text = SparkText.open(context, start.data(), config.task());
      TaskData<?, ?> task = staging.prepare(text, config);
      Setup setup = new Setup(staging.folder(), config, start.rounds());
      try (Workers workers = new Workers(context, text, setup)) {
        Fitness.of(task, config).require(workers.prepare(), request.console());
        ClusterRounds<?, ?> run =
            ClusterRounds.of(task, config, start.rounds(), workers, request.console(), null);
        OutputFolder.prepare(request.out());
        List<Path> data = staging.moveTo(folder);
        folder.write(config);
        Lineage.NONE.write(request.out());
        new RoundSettings(start.rounds(), start.data(), text.content()).write(request.out());
        CheckpointWriter checkpoints = folder.checkpointWriter(data, config);
        run.save(checkpoints);
        Outcome outcome =
            run.train(
                request.out(),
                RecordedRun.none(TaskTraining.name(config)),
                () -> checkpoints,
                request.watching().of(task, config));
        return new Trained(outcome, config, task);
      }
    }
  }

  private static Trained resume(ClusterRequest request) {
    RoundSettings saved = RoundSettings.read(request.out());
    int workerCount = request.workers() == 0 ? saved.rounds().workers() : request.workers();
    RoundSettings settings = saved.withWorkers(workerCount);
    PrintStream console = request.console();
    try (RunCheckpoint checkpoint = RunCheckpoint.resume(request.out(), request.fields());
        JavaSparkContext context = connect(request)) {
      RunConfig config = checkpoint.config();
      RunFolder folder = checkpoint.folder();
      SparkText text = SparkText.open(context, settings.data(), config.task());
      if (!text.content().equals(settings.content())) {
        throw new IllegalArgumentException(
            "the text in %s is not what the run was started with".formatted(settings.data()));
      }
      List<Path> data = RunFolder.data(checkpoint.checkpoint());
      TaskData<?, ?> task = Prepared.open(data, config, checkpoint, TextProgress.NONE);
      RoundConfig rounds = settings.rounds();
      try (Workers workers = new Workers(context, text, new Setup(folder, config, rounds))) {
        Fitness.of(task, config).require(workers.prepare(), console);
        ClusterRounds<?, ?> run =
            ClusterRounds.of(task, config, rounds, workers, console, checkpoint.checkpoint());
        long step = checkpoint.checkpoint().progress().step();
        checkpoint.changes().forEach(console::println);
        console.printf("Resuming after step %d of %d%n", step, config.training().steps());
        if (workerCount != saved.rounds().workers()) {
          console.printf(
              "%d workers from now on, not %d: the shares of the text, and therefore the steps,"
                  + " change%n",
              workerCount, saved.rounds().workers());
          settings.write(request.out());
        }
        CheckpointWriter checkpoints = folder.checkpointWriter(data, config);
        if (!checkpoint.changes().isEmpty()) {
          run.save(folder.withNext(config, checkpoints));
        }
        folder.replace(config);
        Outcome outcome =
            run.train(
                request.out(),
                StepFile.upTo(request.out(), TaskTraining.name(config), step),
                () -> checkpoints,
                request.watching().of(task, config));
        return new Trained(outcome, config, task);
      }
    }
  }

  private static JavaSparkContext connect(ClusterRequest request) {
    return Cluster.connect(
        request.master(), request.conf(), "evomoe " + request.out().getFileName());
  }
}
