package io.evomoe.run;

import io.evomoe.training.StepSource;
import io.evomoe.training.TrainerConfig;
import io.evomoe.training.optimizer.LearningRateSchedule;
import io.evomoe.training.optimizer.Optimizer;
import io.evomoe.training.optimizer.OptimizerProvider;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Function;
import java.util.function.UnaryOperator;

/**
 * What a program passes to the training of a run, which no file holds.
 *
 * @param <S> the builder that has it
 */
abstract class ProgramParts<S> {
  /** Note in the checkpoints of a run whose schedule is an object of a program. */
  static final String OWN_SCHEDULE = "ownSchedule";

  /** Changes of a program to the trainer. */
  UnaryOperator<TrainerConfig> trainer = UnaryOperator.identity();

  /** Notes of a program in every checkpoint. */
  final Map<String, String> notes = new HashMap<>();

  abstract S self();

  /**
   * Trains with an optimizer that the function creates. The program must give it again to resume
   * ({@link RunOpening#optimizer}).
   *
   * @param factory gets the kernels and the settings of the run
   */
  public S optimizer(Function<OptimizerProvider.Spec, Optimizer> factory) {
    return trainer(settings -> settings.withOptimizer(factory));
  }

  /**
   * Trains at this learning rate from now on. The program must give it again to resume ({@link
   * RunOpening#schedule}).
   */
  public S schedule(LearningRateSchedule rate) {
    trainer(settings -> settings.withSchedule(rate));
    return note(OWN_SCHEDULE, rate.getClass().getName());
  }

  /**
   * Takes the steps elsewhere, such as with the workers of a cluster; needed again to resume a run
   * that was trained so.
   */
  public S remote(StepSource.Factory steps) {
    return trainer(settings -> settings.withRemote(steps));
  }

  /**
   * Adds a note to every checkpoint, such as the version of a program; {@code Checkpoint.config()}
   * returns it. A resumed run has only the notes that are {@linkplain RunOpening#note given} again.
   *
   * @param name of the note; the names of a run's own notes are taken
   */
  public S note(String name, String text) {
    notes.put(name, text);
    return self();
  }

  private S trainer(UnaryOperator<TrainerConfig> change) {
    UnaryOperator<TrainerConfig> before = trainer;
    trainer = settings -> change.apply(before.apply(settings));
    return self();
  }
}
