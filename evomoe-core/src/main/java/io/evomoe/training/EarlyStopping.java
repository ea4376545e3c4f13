package io.evomoe.training;

import io.evomoe.internal.names.FieldBound;

/**
 * Ends a training whose validation loss no longer improves. The training counts as finished, and it
 * has the weights of its best evaluation: the checkpoint of that step is kept until a better one is
 * written, and becomes the newest at the end. A resumed training continues to count.
 *
 * <pre>{@code
 * run.train(EarlyStopping.after(3).minimumImprovement(0.01));
 * }</pre>
 */
public final class EarlyStopping implements Callback {
  private final int patience;
  private final double minimumImprovement;
  private double best = Double.POSITIVE_INFINITY;
  private int worse;

  private EarlyStopping(int patience, double minimumImprovement) {
    this.patience = patience;
    this.minimumImprovement = minimumImprovement;
  }

  /**
   * Creates a callback that ends a training.
   *
   * @param evaluations number of evaluations in a row without an improvement, at least 1
   */
  public static EarlyStopping after(int evaluations) {
    FieldBound.atLeast("evaluations", evaluations, 1);
    return new EarlyStopping(evaluations, 0);
  }

  /**
   * Returns a copy for which only larger improvements count.
   *
   * @param nats improvement of the validation loss, at least 0 (the default), in its unit
   */
  public EarlyStopping minimumImprovement(double nats) {
    FieldBound.notNegative("minimumImprovement", nats);
    return new EarlyStopping(patience, nats);
  }

  @Override
  public void onStart(Training training) {
    best = Double.POSITIVE_INFINITY;
    worse = 0;
    training.recorded().steps().stream().filter(StepRecord::evaluated).forEach(this::improves);
  }

  @Override
  public void onStep(StepRecord step, Training training) {}

  @Override
  public void onEvaluation(StepRecord step, Training training) {
    if (improves(step)) {
      training.requestSaveAsBest();
    } else if (worse >= patience) {
      training.requestEnd();
    }
  }

  private boolean improves(StepRecord step) {
    boolean better = step.validLoss() < best - minimumImprovement;
    best = better ? step.validLoss() : best;
    worse = better ? 0 : worse + 1;
    return better;
  }
}
