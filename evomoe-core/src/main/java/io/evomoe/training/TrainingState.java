package io.evomoe.training;

import io.evomoe.internal.names.FieldBound;
import io.evomoe.step.StepContext;
import io.evomoe.training.optimizer.Optimizer;
import java.io.Serializable;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;

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

  /** Note with the validation loss of a checkpoint, if the best one is kept. */
  public static final String VALID_LOSS = "validLoss";

  /** Note of a checkpoint that stays only as long as it is the best one. */
  public static final String EXTRA = "extra";

  /** Note of the last checkpoint of a training that was ended before its last step. */
  public static final String ENDED = "ended";

  /**
   * Note of a training that changes a part of the weights: the factor of its adapters, 0 without
   * adapters ({@link io.evomoe.nn.LoraConfig#scale}).
   */
  public static final String PART = "trainedPart";

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

    /**
     * Returns the names of the gate's parameters that {@link #loadInto} left as they were drawn,
     * because the saved gate had none that fit.
     */
    default Set<String> made() {
      return Set.of();
    }
  }

  /**
   * The progress of a run.
   *
   * @param step finished optimizer steps, including skipped ones
   * @param tokens tokens trained on
   * @param trainFlops floating-point operations spent, 6 x active parameters x tokens
   * @param spawned whether the experts were spawned
   * @param skipped steps that changed nothing because a loss or gradient was not finite
   */
  public record Progress(long step, long tokens, double trainFlops, boolean spawned, long skipped)
      implements Serializable {

    /** Rejects negative numbers, and FLOPs that are not finite. */
    public Progress {
      FieldBound.atLeast("step", step, 0);
      FieldBound.atLeast("tokens", tokens, 0);
      FieldBound.atLeast("skipped", skipped, 0);
      FieldBound.notNegative("trainFlops", trainFlops);
    }

    /** The progress before the first step. */
    public static final Progress START = new Progress(0, 0, 0, false, 0);

    /** Returns this progress with the experts spawned. */
    public Progress afterSpawn() {
      return new Progress(step, tokens, trainFlops, true, skipped);
    }

    Progress afterStep(long moreTokens, double moreFlops) {
      return new Progress(step + 1, tokens + moreTokens, trainFlops + moreFlops, spawned, skipped);
    }

    Progress afterSkip() {
      return new Progress(step, tokens, trainFlops, spawned, skipped + 1);
    }
  }

  /** Writes the checkpoints of a run. */
  @FunctionalInterface
  public interface CheckpointWriter {

    /**
     * Writes the complete checkpoint before returning.
     *
     * @return the path of the checkpoint
     */
    Path write(TrainingState state);

    /**
     * Rejects a run whose checkpoints will not fit, before its first step. The default does
     * nothing.
     *
     * @param bytes size of one checkpoint
     * @param kept number of checkpoints that the run will keep
     * @throws IllegalArgumentException with the needed and the free space
     */
    default void requireRoom(long bytes, long kept) {}
  }
}
