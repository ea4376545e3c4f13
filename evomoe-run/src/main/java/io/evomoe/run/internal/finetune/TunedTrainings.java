package io.evomoe.run.internal.finetune;

import io.evomoe.evolution.EvolutionSchedule;
import io.evomoe.models.roberta.Roberta;
import io.evomoe.models.roberta.RobertaClassifier;
import io.evomoe.models.text.Split;
import io.evomoe.models.text.classes.ClassBatch;
import io.evomoe.models.text.classes.ClassifiedCorpus;
import io.evomoe.moe.GateState;
import io.evomoe.run.TrainingJob;
import io.evomoe.run.config.FineTuneSettings;
import io.evomoe.run.internal.task.RobertaTask;
import io.evomoe.run.internal.task.RunCheckpoint;
import io.evomoe.run.record.Outcome;
import io.evomoe.run.record.TunedKind;
import io.evomoe.run.result.TrainedModel;
import io.evomoe.training.Callback;
import io.evomoe.training.RunName;
import io.evomoe.training.TrainerConfig;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * Fine-tunes the RoBERTa of a run for text classification and, as a baseline, the same network from
 * the run's initial weights. Both use the run's current experts and temperature, and keep them.
 * Their gates count the run's steps as well: a StableMoE router is frozen in both, in the baseline
 * with its initial weights.
 */
public final class TunedTrainings {
  private static final RobertaTask TASK = new RobertaTask();

  private final RunCheckpoint run;
  private final ClassTexts texts;
  private final TrainerConfig config;
  private final long seed;

  /** Encodes the texts. */
  public TunedTrainings(
      RunCheckpoint run, Split<ClassifiedCorpus> texts, FineTuneSettings settings) {
    this.run = run;
    this.texts = new ClassTexts(run, texts, settings);
    this.config = settings.trainer(this.texts.trainingTexts());
    this.seed = settings.seed();
  }

  /** Returns the optimizer steps of one training. */
  public long steps() {
    return config.training().steps();
  }

  /** Returns the texts. */
  public ClassTexts texts() {
    return texts;
  }

  /**
   * Trains, or continues from a checkpoint.
   *
   * @param begun receives the training before its first step
   * @return empty if it was stopped before its end, and saved
   */
  public Optional<ClassTexts.Scores> train(
      TunedKind kind,
      TunedFolder folder,
      Consumer<TrainingJob<?>> begun,
      List<Callback> callbacks) {
    try (RobertaClassifier classifier =
            new RobertaClassifier(network(kind), texts.labels().size(), seed);
        TrainingJob<ClassBatch> job =
            TrainingJob.of(classifier, texts.trainingData())
                .named(new RunName(kind.part(), run.config().gate(), seed, true))
                .config(config)
                .evolution(EvolutionSchedule.staying(run.checkpoint().context()))
                .notes(folder.notes())
                .in(folder.open(kind))) {
      begun.accept(job);
      Outcome outcome = job.train(callbacks.toArray(Callback[]::new));
      return outcome.result().isInterrupted() || Thread.currentThread().isInterrupted()
          ? Optional.empty()
          : Optional.of(texts.scores(kind.title(), new Naming(classifier, job.context())));
    }
  }

  private Roberta network(TunedKind kind) {
    if (kind == TunedKind.TUNED) {
      return run.load(run.fresh(TASK)).model();
    }
    Roberta network = run.fresh(TASK);
    run.grow(network);
    takeOverTables(network);
    return network;
  }

  /** A hash gate's table may depend on the text of the run, which is not here. */
  private void takeOverTables(Roberta network) {
    List<GateState> tables = tables(network);
    if (tables.isEmpty()) {
      return;
    }
    try (TrainedModel<Roberta> loaded = run.load(run.fresh(TASK))) {
      List<GateState> saved = tables(loaded.model());
      for (int i = 0; i < tables.size(); i++) {
        tables.get(i).value().assign(saved.get(i).value());
      }
    }
  }

  private static List<GateState> tables(Roberta network) {
    return network.state().stream().filter(GateState::namesExperts).toList();
  }
}
