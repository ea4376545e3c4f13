package io.evomoe.training;

import io.evomoe.step.StepContext;
import io.evomoe.training.optimizer.Optimizer;
import java.util.Map;

/**
 * Everything a run needs to go on, live: to be written before the next step.
 *
 * @param progress how far the run has come
 * @param context phase and temperature of the step that comes next
 * @param seed of the run
 * @param model whose parameters and state count
 * @param optimizer whose moments count
 * @param notes free text by name that is to be kept with it, for those who watch the run
 */
public record TrainingState(
    Progress progress,
    StepContext context,
    long seed,
    Model<?> model,
    Optimizer optimizer,
    Map<String, String> notes) {

  /** Keeps the notes unmodifiable. */
  public TrainingState {
    notes = Map.copyOf(notes);
  }

  /** A state without notes. */
  public TrainingState(
      Progress progress, StepContext context, long seed, Model<?> model, Optimizer optimizer) {
    this(progress, context, seed, model, optimizer, Map.of());
  }

  /** The same with these notes. */
  public TrainingState with(Map<String, String> others) {
    return new TrainingState(progress, context, seed, model, optimizer, others);
  }
}
