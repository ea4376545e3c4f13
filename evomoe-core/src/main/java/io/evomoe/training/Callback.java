package io.evomoe.training;

import java.nio.file.Path;

/**
 * Is told of the events of a training. The order is: the start; for each step the batch, the step,
 * the evaluation and the checkpoint, if any; the error, if any; the end.
 *
 * <pre>{@code
 * trainer.run((step, training) -> System.out.println(step.trainLoss()));
 * }</pre>
 *
 * <p>All events come on the thread that trains. If a callback throws, the others are told as usual.
 * The training takes no further step, saves what it has and then rethrows the exception. It never
 * hides a failure of the training itself, which has it as a suppressed exception.
 */
@FunctionalInterface
public interface Callback {

  /**
   * Called before the first step, also after resuming. A run in a folder has not written to it yet.
   */
  default void onStart(Training training) {}

  /**
   * Called before the batches of a step are read.
   *
   * @param step number of the step, from 1
   */
  default void onBatch(long step, Training training) {}

  /** Called after each step, or each round of several steps. */
  void onStep(StepRecord step, Training training);

  /**
   * Called after {@link #onStep} if the validation loss was measured.
   *
   * @param step the same record
   */
  default void onEvaluation(StepRecord step, Training training) {}

  /**
   * Called after a checkpoint was written.
   *
   * @param checkpoint path of the checkpoint
   */
  default void onCheckpoint(Path checkpoint, Training training) {}

  /**
   * Called when the training failed, or a callback threw an exception.
   *
   * @param failure is thrown after the end
   */
  default void onError(Throwable failure, Training training) {}

  /** Called after the last step: at the end, after a stop request, or after a failure. */
  default void onEnd(Training training) {}

  /**
   * Called for a one-time notice to the user, such as a changed field of a resumed run.
   *
   * @param line text for the user
   */
  default void onNote(String line) {}
}
