package io.evomoe.run.internal.finetune;

import io.evomoe.evolution.EvolutionSchedule;
import io.evomoe.models.roberta.Roberta;
import io.evomoe.models.roberta.RobertaClassifier;
import io.evomoe.models.text.classes.ClassBatch;
import io.evomoe.models.text.classes.ClassifiedSplit;
import io.evomoe.moe.GateState;
import io.evomoe.nn.Parameter;
import io.evomoe.run.config.FineTuneSettings;
import io.evomoe.run.internal.task.RecordedTraining;
import io.evomoe.run.internal.task.RobertaTask;
import io.evomoe.run.internal.task.RunCheckpoint;
import io.evomoe.run.record.CurveFile;
import io.evomoe.run.record.StepFile;
import io.evomoe.run.record.TunedKind;
import io.evomoe.run.result.TrainedModel;
import io.evomoe.run.task.MemoryLimit;
import io.evomoe.training.Callback;
import io.evomoe.training.CheckpointWriter;
import io.evomoe.training.Trainer;
import io.evomoe.training.TrainerConfig;
import java.util.List;
import java.util.Optional;

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
  private boolean interrupted;

  /** Encodes the texts. */
  public TunedTrainings(RunCheckpoint run, ClassifiedSplit texts, FineTuneSettings settings) {
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
   * @param place of the checkpoints
   * @param log gets every step
   * @param curves get every step; they already have the {@link TunedPart#earlier} ones
   * @param callbacks told of every step after it was recorded
   * @return empty if it was stopped before its end, and saved
   */
  public Optional<ClassTexts.Scores> train(
      TunedPart place, StepFile log, CurveFile curves, List<Callback> callbacks) {
    interrupted = false;
    try (RobertaClassifier classifier =
            new RobertaClassifier(network(place.kind()), texts.labels().size(), seed);
        Trainer<ClassBatch> trainer = trainer(classifier, place)) {
      if (trainer.progress().step() < steps()) {
        CheckpointWriter checkpoints = place.writer();
        checkpoints.requireRoom(checkpointBytes(classifier), 1);
        RecordedTraining recorded = new RecordedTraining(trainer);
        try {
          recorded.train(place.earlier(), log, curves, () -> checkpoints, callbacks);
        } finally {
          interrupted = recorded.interrupted();
        }
      }
      return trainer.progress().step() < steps()
          ? Optional.empty()
          : Optional.of(measure(place.kind().title(), classifier, trainer));
    }
  }

  private static long checkpointBytes(RobertaClassifier classifier) {
    return MemoryLimit.checkpointBytes(
        classifier.parameters().stream().mapToLong(Parameter::length).sum());
  }

  /** Whether the thread was interrupted in the last training, which has cleared its flag. */
  public boolean interrupted() {
    return interrupted;
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

  private Trainer<ClassBatch> trainer(RobertaClassifier classifier, TunedPart place) {
    EvolutionSchedule staying = EvolutionSchedule.staying(run.checkpoint().context());
    return place
        .saved()
        .map(saved -> Trainer.resumed(saved, classifier, texts.trainingData(), config, staying))
        .orElseGet(() -> new Trainer<>(classifier, texts.trainingData(), config, staying));
  }

  /** Measures with the gates' state after the last step. */
  private ClassTexts.Scores measure(
      String name, RobertaClassifier classifier, Trainer<ClassBatch> trainer) {
    Naming naming = new Naming(classifier, trainer.state().context().evaluating());
    return texts.scores(name, naming);
  }
}
