package io.evomoe.training;

import io.evomoe.training.RecordedRun.RunName;
import io.evomoe.training.TrainingState.Progress;
import io.evomoe.training.optimizer.Optimizer;
import java.util.List;
import java.util.Map;

/**
 * A training in progress, as its {@link Callback}s see it. The requests may come from any thread.
 */
public interface Training {

  /** Returns the name of the run. */
  RunName name();

  /** Returns a copy of the records up to now, with those before a resumption. */
  RecordedRun recorded();

  /** Returns the model between two steps. Callbacks may evaluate it but must not change it. */
  Model<?> model();

  /** Returns the optimizer, whose settings apply from the next step on. */
  Optimizer optimizer();

  /** Returns the progress of the run. */
  Progress progress();

  /** Returns the optimizer steps of the whole run. */
  long plannedSteps();

  /**
   * Returns texts that the model generates now, by name. Empty if its task generates none. This
   * takes time.
   *
   * @param most maximum number of texts, at least 1
   */
  Map<String, String> samples(int most);

  /**
   * Returns the tokens that each expert takes on some validation batches. Empty without experts,
   * and if the task does not know its tokens. This takes the time of an evaluation at most.
   */
  List<ExpertUse> expertUse();

  /** Ends the training after the current step. It is saved and can be resumed. */
  void requestStop();

  /** Measures the validation loss after the next step that ends. */
  void requestEvaluation();

  /** Writes a checkpoint after the current step, if the training writes checkpoints. */
  void requestSave();

  /** Ends the training after the current step for good: it is saved and counts as finished. */
  void requestEnd();
}
