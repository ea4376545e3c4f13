package io.evomoe.run;

import io.evomoe.run.config.RunConfig;
import io.evomoe.run.task.TaskData;
import io.evomoe.training.Callback;
import io.evomoe.training.Model;
import io.evomoe.training.StepRecord;
import io.evomoe.training.Trainer;
import io.evomoe.training.TrainerConfig;
import io.evomoe.training.Training;
import io.evomoe.training.TrainingDivergedException;
import java.math.BigDecimal;
import java.math.MathContext;
import java.util.ArrayList;
import java.util.List;

/**
 * Chooses training settings by a few steps of throw-away models, on the run's data and this
 * machine.
 *
 * <pre>{@code
 * try (PreparedData data = PreparedData.read(texts, config)) {
 *   double rate = Trials.learningRate(config, data.data());
 *   RunConfig tuned = config.with(c -> c.training(config.training().withLearningRate(rate)));
 * }
 * }</pre>
 */
public final class Trials {
  private static final int RATE_STEPS = 120;
  private static final double LOWEST = 1e-4;
  private static final double HIGHEST = 0.3;

  /** Weight of the steps before in the smoothed loss. */
  private static final double SMOOTHING = 0.9;

  /**
   * Of the rate with the lowest loss: a tenth is usual, and the smoothing finds the lowest loss at
   * twice the rate. With preset quick on three texts, eight of nine rates were better than 0.004.
   */
  private static final double SAFETY = 20;

  private static final int TIMED_STEPS = 4;

  private Trials() {}

  /**
   * Returns a learning rate, found by a range test (Smith 2017, arXiv 1506.01186): the rate grows
   * exponentially over {@value #RATE_STEPS} steps. The result is a twentieth of the rate at which
   * the smoothed training loss is lowest, with one significant digit.
   */
  public static double learningRate(RunConfig config, TaskData<?, ?> data) {
    RangeTest test = new RangeTest();
    TrainerConfig settings =
        config
            .trainer()
            .with(t -> t.steps(RATE_STEPS).evalEvery(0).evalBatches(1))
            .withSchedule((step, steps) -> rate(step));
    try {
      take(config, data, settings, test);
    } catch (TrainingDivergedException e) {
      // The rates before it were enough.
    }
    return rounded(rate(test.best) / SAFETY);
  }

  private static double rate(long step) {
    return LOWEST * Math.pow(HIGHEST / LOWEST, (double) step / (RATE_STEPS - 1));
  }

  private static double rounded(double rate) {
    return new BigDecimal(rate).round(new MathContext(1)).doubleValue();
  }

  /**
   * Returns the configuration with the fastest size of a micro-batch: that of the configuration, a
   * half, or a quarter. A step reads as many sequences as before.
   */
  public static RunConfig batch(RunConfig config, TaskData<?, ?> data) {
    RunConfig fastest = config;
    double least = Double.POSITIVE_INFINITY;
    for (int parts = 4; parts >= 1; parts /= 2) {
      if (config.training().batch() % parts == 0) {
        int batch = config.training().batch() / parts;
        int micro = config.training().microBatches() * parts;
        RunConfig tried =
            config.with(
                c -> c.training(config.training().with(t -> t.batch(batch).microBatches(micro))));
        List<Double> seconds = new ArrayList<>();
        take(
            tried,
            data,
            tried.trainer().with(t -> t.steps(TIMED_STEPS).evalEvery(0).evalBatches(1)),
            (step, training) -> seconds.add(step.stepSeconds()));
        double fast = seconds.stream().mapToDouble(Double::doubleValue).min().orElseThrow();
        if (fast < least) {
          least = fast;
          fastest = tried;
        }
      }
    }
    return fastest;
  }

  private static <B, M extends Model<B>> void take(
      RunConfig config, TaskData<B, M> data, TrainerConfig settings, Callback told) {
    try (M model = data.model(config);
        Trainer<B> trainer =
            new Trainer<>(model, data.batches(config), settings, config.schedule())) {
      trainer.run(told);
    }
  }

  /** Remembers the step with the lowest smoothed loss, and ends after a clear rise. */
  private static final class RangeTest implements Callback {
    private static final double RISE = 1.3;

    private double mean;
    private double lowest = Double.POSITIVE_INFINITY;
    private long best;

    @Override
    public void onStep(StepRecord step, Training training) {
      mean = SMOOTHING * mean + (1 - SMOOTHING) * step.trainLoss();
      double smooth = mean / (1 - Math.pow(SMOOTHING, (double) step.step()));
      if (smooth < lowest) {
        lowest = smooth;
        best = step.step() - 1;
      } else if (smooth > RISE * lowest) {
        training.requestStop();
      }
    }
  }
}
