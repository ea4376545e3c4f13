package io.evomoe.spark;

import io.evomoe.internal.files.ScratchFolder;
import io.evomoe.models.text.TextProgress;
import io.evomoe.run.config.ConfigFile;
import io.evomoe.run.config.RunConfig;
import io.evomoe.run.data.Dataset;
import io.evomoe.run.record.RunFiles;
import io.evomoe.run.task.TaskData;
import io.evomoe.run.task.TaskData.TokenizerSource;
import io.evomoe.run.task.Tasks;
import io.evomoe.training.Model;
import io.evomoe.training.internal.rounds.Contribution;
import io.evomoe.training.internal.rounds.Contribution.WorkerTime;
import io.evomoe.training.internal.rounds.LocalRound;
import io.evomoe.training.internal.rounds.ModelSnapshot;
import io.evomoe.training.internal.rounds.RoundPlan;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongFunction;

/**
 * A run's worker in this process, with its encoded share of the text. It is kept from round to
 * round; a new one from the same share is identical.
 */
final class WorkerRuntime<B, M extends Model<B>> {
  /** Characters of the share that stand in for the unused validation text that a task needs. */
  private static final long MEASURED = 1 << 16;

  private static final Map<String, WorkerRuntime<?, ?>> KEPT = new ConcurrentHashMap<>();

  private final RunConfig config;
  private final TaskData<B, M> data;
  private final LongFunction<B> batches;
  private final LocalRound rounds;
  private final int worker;

  private WorkerRuntime(TaskData<B, M> data, RunConfig config, Setup setup, int worker) {
    this.config = config;
    this.data = data;
    this.batches = data.batches(config).training();
    this.rounds = new LocalRound(config.trainer(), config.schedule(), setup.rounds());
    this.worker = worker;
  }

  /**
   * Returns the worker of this number.
   *
   * @throws IllegalArgumentException if its share is too small to train on
   */
  static WorkerRuntime<?, ?> of(Setup setup, int worker, Texts share) {
    KEPT.keySet().removeIf(key -> !key.startsWith(setup.run()));
    return KEPT.computeIfAbsent(setup.run() + " " + worker, key -> make(setup, worker, share));
  }

  private static WorkerRuntime<?, ?> make(Setup setup, int worker, Texts share) {
    try (ScratchFolder scratch = ScratchFolder.create("worker")) {
      RunConfig config = ConfigFile.parse(setup.config(), RunFiles.CONFIG);
      TaskData<?, ?> data =
          Tasks.named(config.task())
              .read(
                  Dataset.files(share.write(scratch.path().resolve("text"), share.head(MEASURED))),
                  config,
                  TokenizerSource.of(
                      setup.loadTokenizer(scratch.path().resolve(RunFiles.TOKENIZER))),
                  ScratchFolder.parent(),
                  TextProgress.NONE);
      return new WorkerRuntime<>(data, config, setup, worker);
    }
  }

  RunConfig config() {
    return config;
  }

  /** Trains this worker's part of a round. */
  Contribution train(ModelSnapshot start, RoundPlan.Span span) {
    long began = System.nanoTime();
    Contribution result = rounds.run(data.model(config), batches, start, span, worker);
    double seconds = (System.nanoTime() - began) / 1e9;
    return result.by(worker, new WorkerTime(WorkerFacts.placeName(), seconds, start.received()));
  }
}
