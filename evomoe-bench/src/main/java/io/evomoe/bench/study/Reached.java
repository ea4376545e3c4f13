package io.evomoe.bench.study;

import io.evomoe.training.StepRecord;
import java.util.List;
import java.util.Optional;

/**
 * Where a run had come down to a loss, on the straight line between the evaluations around it.
 *
 * @param tokens trained on by then
 * @param flops of training spent by then
 */
record Reached(double tokens, double flops) {

  /** Empty where it never did; its first evaluation where that is below already. */
  static Optional<Reached> of(StudyRecord run, double loss) {
    List<StepRecord> evaluated = run.evaluations();
    for (int i = 0; i < evaluated.size(); i++) {
      if (evaluated.get(i).validLoss() <= loss) {
        return Optional.of(
            i == 0 ? at(evaluated.get(0)) : between(evaluated.get(i - 1), evaluated.get(i), loss));
      }
    }
    return Optional.empty();
  }

  private static Reached at(StepRecord row) {
    return new Reached(row.tokens(), row.trainFlops());
  }

  private static Reached between(StepRecord above, StepRecord below, double loss) {
    double share = (above.validLoss() - loss) / (above.validLoss() - below.validLoss());
    return new Reached(
        above.tokens() + share * (below.tokens() - above.tokens()),
        above.trainFlops() + share * (below.trainFlops() - above.trainFlops()));
  }
}
