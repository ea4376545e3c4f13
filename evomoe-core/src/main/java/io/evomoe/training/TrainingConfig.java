package io.evomoe.training;

import io.evomoe.internal.names.FieldBound;
import io.evomoe.training.optimizer.AdamWConfig;
import io.soabase.recordbuilder.core.RecordBuilder;
import io.evomoe.training.optimizer.ScheduleSpec;
import io.evomoe.training.optimizer.WarmupStableDecay;
import java.util.Collections;
import java.util.Map;
import java.util.TreeMap;

/**
 * The settings of a training: the fields, bounds and defaults of {@code training} in a
 * configuration file.
 *
 * <p>The settings of data and tasks ({@code batch}, {@code evalBatches}, {@code labelSmoothing},
 * {@code metricSentences}) are included. {@link Trainer} ignores them.
 *
 * @param steps optimizer steps, at least 1. A step reads {@code batch} times {@code microBatches}
 *     sequences
 * @param batch sequences per micro-batch, at least 1
 * @param microBatches micro-batches per step, at least 1
 * @param learningRate highest learning rate, above 0
 * @param warmupShare share of the steps in which the rate rises, in 0..1
 * @param schedule decay of the rate: {@code cosine}, {@code linear}, {@code constant}, {@code
 *     inverse-sqrt}, {@code wsd} or another installed schedule
 * @param scheduleOptions options of the schedule by name: {@code decaySteps}, {@code decayShare}
 *     and {@code decay} of {@code wsd}
 * @param floorShare lowest rate as a share of the highest, in 0..1
 * @param optimizer {@code adamw}, {@code sgd}, {@code muon} or another installed optimizer
 * @param optimizerOptions options of the optimizer by name, e.g. {@code momentum}; {@code gateRate}
 *     and {@code embeddingRate} are factors on the learning rate of gates and of embeddings
 * @param beta1 beta1 of AdamW, in [0, 1)
 * @param beta2 beta2 of AdamW, in [0, 1)
 * @param weightDecay weight decay of matrices, at least 0
 * @param clipNorm maximum global gradient norm, above 0
 * @param evalEvery steps between measurements of the validation loss; 0 for the end only
 * @param evalBatches number of validation batches, at least 1
 * @param checkpointEvery steps between checkpoints of {@code train}; 0 for none by steps
 * @param labelSmoothing share of a target's weight that is spread over the vocabulary, in [0, 1);
 *     for task mt, in training only
 * @param metricSentences validation sentences that are translated for BLEU at the end of a run, at
 *     least 1; for task mt
 * @param checkpointMinutes minutes between checkpoints of {@code train}, counted from the last one
 *     and checked after each step; 0 for none by time. Not on a cluster
 */
@RecordBuilder
public record TrainingConfig(
    long steps,
    int batch,
    int microBatches,
    double learningRate,
    double warmupShare,
    String schedule,
    Map<String, String> scheduleOptions,
    double floorShare,
    String optimizer,
    Map<String, String> optimizerOptions,
    double beta1,
    double beta2,
    double weightDecay,
    double clipNorm,
    long evalEvery,
    int evalBatches,
    long checkpointEvery,
    double labelSmoothing,
    int metricSentences,
    int checkpointMinutes)
    implements TrainingConfigBuilder.With {

  /** Default minutes between checkpoints: a killed run loses at most this much training. */
  public static final int DEFAULT_CHECKPOINT_MINUTES = 5;

  /** Default optimizer. */
  public static final String DEFAULT_OPTIMIZER = "adamw";

  /** Default schedule. */
  public static final String DEFAULT_SCHEDULE = "cosine";

  /** Rejects values out of bounds. Names and options are checked when they are used. */
  public TrainingConfig {
    scheduleOptions = Collections.unmodifiableMap(new TreeMap<>(scheduleOptions));
    optimizerOptions = Collections.unmodifiableMap(new TreeMap<>(optimizerOptions));
    FieldBound.atLeast("steps", steps, 1);
    FieldBound.atLeast("batch", batch, 1);
    FieldBound.atLeast("microBatches", microBatches, 1);
    FieldBound.atLeast("evalEvery", evalEvery, 0);
    FieldBound.atLeast("evalBatches", evalBatches, 1);
    FieldBound.atLeast("checkpointEvery", checkpointEvery, 0);
    FieldBound.atLeast("metricSentences", metricSentences, 1);
    FieldBound.atLeast("checkpointMinutes", checkpointMinutes, 0);
    if (!(learningRate > 0) || Double.isInfinite(learningRate)) {
      throw new IllegalArgumentException(
          "learningRate must be above 0 and finite, was " + learningRate);
    }
    if (!(warmupShare >= 0 && warmupShare <= 1)) {
      throw new IllegalArgumentException("warmupShare must be in 0..1, was " + warmupShare);
    }
    if (!(labelSmoothing >= 0 && labelSmoothing < 1)) {
      throw new IllegalArgumentException("labelSmoothing must be in [0, 1), was " + labelSmoothing);
    }
    if (!(clipNorm > 0)) {
      throw new IllegalArgumentException("clipNorm must be above 0, was " + clipNorm);
    }
    rate(steps, learningRate, warmupShare, floorShare, scheduleOptions);
    adamW(beta1, beta2, weightDecay);
  }

  /**
   * Returns the defaults: 16 sequences per micro-batch, one micro-batch per step, and gradients
   * clipped to 1. The learning rate rises to 5e-4 in the first tenth of the steps and falls as a
   * cosine to a tenth of it. AdamW uses betas 0.9 and 0.95 and weight decay 0.1. The validation
   * loss uses 8 batches. Checkpoints are written every {@value #DEFAULT_CHECKPOINT_MINUTES} minutes
   * and at the end. There is no label smoothing.
   *
   * @param steps optimizer steps, at least 1
   */
  public static TrainingConfig defaults(long steps) {
    return new TrainingConfig(
        steps,
        16,
        1,
        5e-4,
        0.1,
        DEFAULT_SCHEDULE,
        Map.of(),
        0.1,
        DEFAULT_OPTIMIZER,
        Map.of(),
        0.9,
        0.95,
        0.1,
        1,
        0,
        8,
        0,
        0,
        100,
        DEFAULT_CHECKPOINT_MINUTES);
  }

  /**
   * Returns whether a periodic action is due. It is due every {@code every} steps and after the
   * last step.
   *
   * @param every {@link #evalEvery()} or {@link #checkpointEvery()}
   * @param from finished steps at the previous call
   * @param to finished steps now
   */
  public boolean isDue(long every, long from, long to) {
    return to == steps || (every > 0 && to / every > from / every);
  }

  /** Returns peak, warm-up and floor of the learning rate, with the options of the schedule. */
  public ScheduleSpec rate() {
    return rate(steps, learningRate, warmupShare, floorShare, scheduleOptions);
  }

  private static ScheduleSpec rate(
      long steps, double peak, double warmupShare, double floorShare, Map<String, String> options) {
    return new ScheduleSpec(peak, Math.round(steps * warmupShare), floorShare, options);
  }

  /**
   * Returns these settings for the decay of schedule {@code wsd} alone, without a warm-up.
   *
   * @param decaySteps steps of the decay, and of the run
   */
  public TrainingConfig decayOnly(long decaySteps) {
    Map<String, String> options = new TreeMap<>();
    if (schedule.equals(WarmupStableDecay.NAME)) {
      options.putAll(scheduleOptions);
    }
    options.put(WarmupStableDecay.DECAY_STEPS, Long.toString(decaySteps));
    return with(
        t ->
            t.steps(decaySteps)
                .warmupShare(0)
                .schedule(WarmupStableDecay.NAME)
                .scheduleOptions(options));
  }

  /** Returns the betas and the weight decay. */
  public AdamWConfig adamW() {
    return adamW(beta1, beta2, weightDecay);
  }

  private static AdamWConfig adamW(double beta1, double beta2, double weightDecay) {
    return new AdamWConfig(beta1, beta2, 1e-8, weightDecay);
  }
}
