package io.evomoe.training;

import io.evomoe.step.StepContext;
import io.evomoe.training.optimizer.Optimizer;
import java.nio.file.Path;
import java.util.Map;

/**
 * Everything that a run needs to continue. The objects are live, so write them before the next
 * step.
 *
 * @param progress progress of the run
 * @param context phase and temperature of the next step, and the seed of the run
 * @param model model with the parameters and gate state to save
 * @param optimizer optimizer with the moments to save
 * @param notes free text by name that is saved with the run, for its callbacks
 */
public record TrainingState(
    Progress progress,
    StepContext context,
    Model<?> model,
    Optimizer optimizer,
    Map<String, String> notes) {

  /** Makes the notes unmodifiable. */
  public TrainingState {
    notes = Map.copyOf(notes);
  }

  /** Creates a state without notes. */
  public TrainingState(
      Progress progress, StepContext context, Model<?> model, Optimizer optimizer) {
    this(progress, context, model, optimizer, Map.of());
  }

  /** A saved state. */
  public interface SavedRun {

    /** Returns where it is stored. */
    Path location();

    /** Returns the progress of the run. */
    Progress progress();

    /** Returns phase and temperature of the next step, and the seed of the run. */
    StepContext context();

    /**
     * Copies parameters, gate state and moments into live objects. These must have the same names
     * and shapes, so the model must have spawned experts if the run had.
     */
    void loadInto(Model<?> model, Optimizer optimizer);
  }
}
