package io.evomoe.run.config;

import io.evomoe.training.AdamWConfig;
import io.evomoe.training.Guards;
import io.evomoe.training.LearningRate;
import io.evomoe.training.TrainingConfig;
import java.util.function.Consumer;

/**
 * How to train, as a configuration file has it.
 *
 * @param steps optimizer steps, at least 1
 * @param batch sequences in a micro-batch, at least 1
 * @param microBatches micro-batches in a step, at least 1
 * @param learningRate highest rate, above 0
 * @param warmupShare share of the steps in which the rate rises, in 0..1
 * @param decay {@code COSINE}, {@code LINEAR}, {@code CONSTANT} or {@code INVERSE_SQRT}
 * @param floorShare lowest rate as a share of the highest, in 0..1
 * @param beta1 of AdamW, in [0, 1)
 * @param beta2 of AdamW, in [0, 1)
 * @param weightDecay of AdamW, at least 0
 * @param clipNorm largest global gradient norm, above 0
 * @param evalEvery steps between measurements of the held-out loss; 0 for the end only
 * @param evalBatches batches of held-out text that are measured, at least 1
 * @param checkpointEvery steps between checkpoints of {@code train}; 0 for the end only
 * @param labelSmoothing share of a target's weight that is spread over the vocabulary, in [0, 1);
 *     for task mt, in training only
 * @param metricSentences held-out sentences that are translated for BLEU when a run ends, at least
 *     1; for task mt
 */
public record TrainingSettings(
    long steps,
    int batch,
    int microBatches,
    double learningRate,
    double warmupShare,
    LearningRate.Decay decay,
    double floorShare,
    double beta1,
    double beta2,
    double weightDecay,
    double clipNorm,
    long evalEvery,
    int evalBatches,
    long checkpointEvery,
    double labelSmoothing,
    int metricSentences) {

  /** Refuses values out of their bounds. */
  public TrainingSettings {
    requirePositive("batch", batch);
    requirePositive("evalBatches", evalBatches);
    requirePositive("metricSentences", metricSentences);
    if (!(learningRate > 0) || Double.isInfinite(learningRate)) {
      throw new IllegalArgumentException(
          "learningRate must be above 0 and finite, was " + learningRate);
    }
    if (!(labelSmoothing >= 0 && labelSmoothing < 1)) {
      throw new IllegalArgumentException("labelSmoothing must be in [0, 1), was " + labelSmoothing);
    }
    if (!(warmupShare >= 0 && warmupShare <= 1)) {
      throw new IllegalArgumentException("warmupShare must be in 0..1, was " + warmupShare);
    }
    config(
        steps,
        microBatches,
        learningRate,
        warmupShare,
        decay,
        floorShare,
        beta1,
        beta2,
        weightDecay,
        clipNorm,
        evalEvery,
        checkpointEvery,
        1);
  }

  /**
   * One micro-batch a step, a cosine to a tenth after a tenth of warm-up, AdamW with 0.9, 0.95 and
   * weight decay 0.1, gradients clipped to 1; the held-out loss at the end only.
   *
   * @param steps optimizer steps, at least 1
   * @param batch sequences in a batch, at least 1
   * @param learningRate highest rate, above 0
   */
  public static TrainingSettings defaults(long steps, int batch, double learningRate) {
    return new TrainingSettings(
        steps,
        batch,
        1,
        learningRate,
        0.1,
        LearningRate.Decay.COSINE,
        0.1,
        0.9,
        0.95,
        0.1,
        1.0,
        0,
        8,
        0,
        0,
        100);
  }

  /**
   * As in Vaswani et al. 2017, sections 5.3 and 5.4, where nothing else is said: a warm-up of a
   * tenth of the steps (theirs decays with the inverse square root then), Adam with 0.9 and 0.98,
   * label smoothing 0.1; weight decay 0.01 and gradients clipped to 1, which they did without.
   *
   * @param steps optimizer steps, at least 1
   * @param batch a batch has at most so many times the longest sentence's tokens, at least 1
   * @param learningRate highest rate, above 0
   * @param decay after the warm-up
   */
  public static TrainingSettings translation(
      long steps, int batch, double learningRate, LearningRate.Decay decay) {
    return new TrainingSettings(
        steps, batch, 1, learningRate, 0.1, decay, 0, 0.9, 0.98, 0.01, 1.0, 0, 8, 0, 0.1, 100);
  }

  /** The same with the held-out loss measured every so many steps, on so many batches. */
  public TrainingSettings withEvaluation(long every, int batches) {
    return with(every, batches, checkpointEvery);
  }

  /** The same with a checkpoint every so many steps. */
  public TrainingSettings withCheckpoints(long every) {
    return with(evalEvery, evalBatches, every);
  }

  private TrainingSettings with(long evaluation, int batches, long checkpoint) {
    return new TrainingSettings(
        steps,
        batch,
        microBatches,
        learningRate,
        warmupShare,
        decay,
        floorShare,
        beta1,
        beta2,
        weightDecay,
        clipNorm,
        evaluation,
        batches,
        checkpoint,
        labelSmoothing,
        metricSentences);
  }

  TrainingConfig config(long seed) {
    return config(
        steps,
        microBatches,
        learningRate,
        warmupShare,
        decay,
        floorShare,
        beta1,
        beta2,
        weightDecay,
        clipNorm,
        evalEvery,
        checkpointEvery,
        seed);
  }

  private static TrainingConfig config(
      long steps,
      int microBatches,
      double learningRate,
      double warmupShare,
      LearningRate.Decay decay,
      double floorShare,
      double beta1,
      double beta2,
      double weightDecay,
      double clipNorm,
      long evalEvery,
      long checkpointEvery,
      long seed) {
    LearningRate rate =
        new LearningRate(learningRate, Math.round(steps * warmupShare), decay, floorShare);
    return new TrainingConfig(
        steps,
        microBatches,
        clipNorm,
        rate,
        new AdamWConfig(beta1, beta2, 1e-8, weightDecay),
        evalEvery,
        checkpointEvery,
        seed,
        Guards.DEFAULT);
  }

  private static void requirePositive(String field, int value) {
    if (value < 1) {
      throw new IllegalArgumentException(field + " must be at least 1, was " + value);
    }
  }

  /** The same with other values of some fields. */
  public TrainingSettings with(Consumer<Builder> changes) {
    Builder builder = new Builder(this);
    changes.accept(builder);
    return builder.build();
  }

  /** Changes single fields; each means what the component of its name means. */
  public static final class Builder {
    private long steps;
    private int batch;
    private int microBatches;
    private double learningRate;
    private double warmupShare;
    private LearningRate.Decay decay;
    private double floorShare;
    private double beta1;
    private double beta2;
    private double weightDecay;
    private double clipNorm;
    private long evalEvery;
    private int evalBatches;
    private long checkpointEvery;
    private double labelSmoothing;
    private int metricSentences;

    private Builder(TrainingSettings from) {
      steps = from.steps;
      batch = from.batch;
      microBatches = from.microBatches;
      learningRate = from.learningRate;
      warmupShare = from.warmupShare;
      decay = from.decay;
      floorShare = from.floorShare;
      beta1 = from.beta1;
      beta2 = from.beta2;
      weightDecay = from.weightDecay;
      clipNorm = from.clipNorm;
      evalEvery = from.evalEvery;
      evalBatches = from.evalBatches;
      checkpointEvery = from.checkpointEvery;
      labelSmoothing = from.labelSmoothing;
      metricSentences = from.metricSentences;
    }

    /** Sets {@link TrainingSettings#steps}. */
    public Builder steps(long value) {
      steps = value;
      return this;
    }

    /** Sets {@link TrainingSettings#batch}. */
    public Builder batch(int value) {
      batch = value;
      return this;
    }

    /** Sets {@link TrainingSettings#microBatches}. */
    public Builder microBatches(int value) {
      microBatches = value;
      return this;
    }

    /** Sets {@link TrainingSettings#learningRate}. */
    public Builder learningRate(double value) {
      learningRate = value;
      return this;
    }

    /** Sets {@link TrainingSettings#warmupShare}. */
    public Builder warmupShare(double value) {
      warmupShare = value;
      return this;
    }

    /** Sets {@link TrainingSettings#decay}. */
    public Builder decay(LearningRate.Decay value) {
      decay = value;
      return this;
    }

    /** Sets {@link TrainingSettings#floorShare}. */
    public Builder floorShare(double value) {
      floorShare = value;
      return this;
    }

    /** Sets {@link TrainingSettings#beta1}. */
    public Builder beta1(double value) {
      beta1 = value;
      return this;
    }

    /** Sets {@link TrainingSettings#beta2}. */
    public Builder beta2(double value) {
      beta2 = value;
      return this;
    }

    /** Sets {@link TrainingSettings#weightDecay}. */
    public Builder weightDecay(double value) {
      weightDecay = value;
      return this;
    }

    /** Sets {@link TrainingSettings#clipNorm}. */
    public Builder clipNorm(double value) {
      clipNorm = value;
      return this;
    }

    /** Sets {@link TrainingSettings#evalEvery}. */
    public Builder evalEvery(long value) {
      evalEvery = value;
      return this;
    }

    /** Sets {@link TrainingSettings#evalBatches}. */
    public Builder evalBatches(int value) {
      evalBatches = value;
      return this;
    }

    /** Sets {@link TrainingSettings#checkpointEvery}. */
    public Builder checkpointEvery(long value) {
      checkpointEvery = value;
      return this;
    }

    /** Sets {@link TrainingSettings#labelSmoothing}. */
    public Builder labelSmoothing(double value) {
      labelSmoothing = value;
      return this;
    }

    /** Sets {@link TrainingSettings#metricSentences}. */
    public Builder metricSentences(int value) {
      metricSentences = value;
      return this;
    }

    private TrainingSettings build() {
      return new TrainingSettings(
          steps,
          batch,
          microBatches,
          learningRate,
          warmupShare,
          decay,
          floorShare,
          beta1,
          beta2,
          weightDecay,
          clipNorm,
          evalEvery,
          evalBatches,
          checkpointEvery,
          labelSmoothing,
          metricSentences);
    }
  }
}
