package io.evomoe.training;

/**
 * How to train.
 *
 * @param steps optimizer steps of the whole run, at least 1
 * @param microBatches batches whose gradients are averaged in one step, at least 1
 * @param clipNorm largest global norm of the gradient, above 0; infinity for no clipping
 * @param learningRate by step
 * @param adamW constants of the optimizer
 * @param evalEvery steps between measurements of the held-out loss, at least 0; it is always
 *     measured at the end
 * @param checkpointEvery steps between checkpoints, at least 0; one is always written at the end
 * @param seed from which everything random in the run is drawn
 * @param guards when a run that goes wrong is stopped or warned of
 */
public record TrainingConfig(
    long steps,
    int microBatches,
    double clipNorm,
    LearningRate learningRate,
    AdamWConfig adamW,
    long evalEvery,
    long checkpointEvery,
    long seed,
    Guards guards) {

  /** Refuses values out of their bounds. */
  public TrainingConfig {
    requireAtLeast("steps", steps, 1);
    requireAtLeast("microBatches", microBatches, 1);
    requireAtLeast("evalEvery", evalEvery, 0);
    requireAtLeast("checkpointEvery", checkpointEvery, 0);
    if (!(clipNorm > 0)) {
      throw new IllegalArgumentException("clipNorm must be above 0, was " + clipNorm);
    }
  }

  /**
   * Defaults for a run of {@code steps}: one micro-batch, norm clipped at 1, 5e-4 after a warm-up
   * of a tenth of the steps and then a cosine to a tenth of it, {@link AdamWConfig#defaults()},
   * held-out loss and checkpoint at the end only, seed 1, {@link Guards#DEFAULT}.
   */
  public static TrainingConfig defaults(long steps) {
    LearningRate rate = new LearningRate(5e-4, steps / 10, LearningRate.Decay.COSINE, 0.1);
    return new TrainingConfig(steps, 1, 1.0, rate, AdamWConfig.defaults(), 0, 0, 1, Guards.DEFAULT);
  }

  /** The same with another number of micro-batches. */
  public TrainingConfig withMicroBatches(int count) {
    return new TrainingConfig(
        steps, count, clipNorm, learningRate, adamW, evalEvery, checkpointEvery, seed, guards);
  }

  /** The same with another clipping norm. */
  public TrainingConfig withClipNorm(double norm) {
    return new TrainingConfig(
        steps, microBatches, norm, learningRate, adamW, evalEvery, checkpointEvery, seed, guards);
  }

  /** The same with another learning rate. */
  public TrainingConfig withLearningRate(LearningRate rate) {
    return new TrainingConfig(
        steps, microBatches, clipNorm, rate, adamW, evalEvery, checkpointEvery, seed, guards);
  }

  /** The same with other constants of the optimizer. */
  public TrainingConfig withAdamW(AdamWConfig constants) {
    return new TrainingConfig(
        steps,
        microBatches,
        clipNorm,
        learningRate,
        constants,
        evalEvery,
        checkpointEvery,
        seed,
        guards);
  }

  /** The same, measuring the held-out loss every so many steps. */
  public TrainingConfig withEvalEvery(long every) {
    return new TrainingConfig(
        steps, microBatches, clipNorm, learningRate, adamW, every, checkpointEvery, seed, guards);
  }

  /** The same with a checkpoint every so many steps. */
  public TrainingConfig withCheckpointEvery(long every) {
    return new TrainingConfig(
        steps, microBatches, clipNorm, learningRate, adamW, evalEvery, every, seed, guards);
  }

  /** The same with another seed. */
  public TrainingConfig withSeed(long other) {
    return new TrainingConfig(
        steps,
        microBatches,
        clipNorm,
        learningRate,
        adamW,
        evalEvery,
        checkpointEvery,
        other,
        guards);
  }

  /** The same with other guards. */
  public TrainingConfig withGuards(Guards others) {
    return new TrainingConfig(
        steps,
        microBatches,
        clipNorm,
        learningRate,
        adamW,
        evalEvery,
        checkpointEvery,
        seed,
        others);
  }

  private static void requireAtLeast(String field, long value, long minimum) {
    if (value < minimum) {
      throw new IllegalArgumentException(field + " must be at least " + minimum + ", was " + value);
    }
  }
}
