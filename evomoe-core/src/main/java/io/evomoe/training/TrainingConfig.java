package io.evomoe.training;

import static io.evomoe.internal.names.Field.Kind.FREE;
import static io.evomoe.internal.names.Field.Kind.MODEL;
import static io.evomoe.internal.names.Field.Kind.RUN;

import io.evomoe.internal.names.Field;
import io.evomoe.internal.names.Fields;
import io.evomoe.nn.Parameter;
import io.evomoe.training.optimizer.AdamW;
import io.evomoe.training.optimizer.ScheduleProvider;
import io.soabase.recordbuilder.core.RecordBuilder;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * The settings of a training: the fields, bounds and defaults of {@code training} in a
 * configuration file.
 *
 * <p>The settings of data and tasks ({@code batch}, {@code evalBatches}, {@code labelSmoothing},
 * {@code metricSentences}) are included. {@link Trainer} ignores them.
 */
@RecordBuilder
public record TrainingConfig(
    @Field(
            doc = "optimizer steps. A step reads `batch` times `microBatches` sequences",
            min = 1,
            kind = RUN)
        long steps,
    @Field(doc = "sequences per micro-batch", initial = "16", min = 1, kind = RUN) int batch,
    @Field(doc = "micro-batches per step", initial = "1", min = 1, kind = RUN) int microBatches,
    @Field(doc = "highest learning rate", initial = "5e-4", above = 0, kind = RUN)
        double learningRate,
    @Field(
            doc = "share of the steps in which the rate rises",
            initial = "0.1",
            min = 0,
            max = 1,
            kind = RUN)
        double warmupShare,
    @Field(
            doc =
                "decay of the rate: `cosine`, `linear`, `constant`, `inverse-sqrt`, `wsd` or another "
                    + "installed schedule",
            initial = "cosine",
            kind = RUN)
        String schedule,
    @Field(
            doc =
                "options of the schedule by name: `decaySteps`, `decayShare` and `decay` of `wsd`",
            initial = "{}",
            kind = RUN)
        Map<String, String> scheduleOptions,
    @Field(
            doc = "lowest rate as a share of the highest",
            initial = "0.1",
            min = 0,
            max = 1,
            kind = RUN)
        double floorShare,
    @Field(
            doc = "`adamw`, `sgd`, `muon` or another installed optimizer",
            initial = "adamw",
            kind = RUN)
        String optimizer,
    @Field(
            doc =
                "options of the optimizer by name, e.g. `momentum`; `gateRate` and `embeddingRate` "
                    + "are factors on the learning rate of gates and of embeddings",
            initial = "{}",
            kind = RUN)
        Map<String, String> optimizerOptions,
    @Field(doc = "beta1 of AdamW", initial = "0.9", min = 0, below = 1, kind = RUN) double beta1,
    @Field(doc = "beta2 of AdamW", initial = "0.95", min = 0, below = 1, kind = RUN) double beta2,
    @Field(doc = "weight decay of matrices", initial = "0.1", min = 0, kind = RUN)
        double weightDecay,
    @Field(
            doc = "maximum global gradient norm",
            initial = "1",
            above = 0,
            infinite = true,
            kind = RUN)
        double clipNorm,
    @Field(
            doc = "steps between measurements of the validation loss; 0 for the end only",
            initial = "0",
            min = 0,
            kind = FREE)
        long evalEvery,
    @Field(doc = "number of validation batches", initial = "8", min = 1, kind = RUN)
        int evalBatches,
    @Field(
            doc = "steps between checkpoints of `train`; 0 for none by steps",
            initial = "0",
            min = 0,
            kind = FREE)
        long checkpointEvery,
    @Field(
            doc =
                "share of a target's weight that is spread over the vocabulary; for task mt, in "
                    + "training only",
            initial = "0",
            min = 0,
            below = 1,
            kind = RUN)
        double labelSmoothing,
    @Field(
            doc =
                "validation sentences that are translated for BLEU at the end of a run; for "
                    + "task mt",
            initial = "100",
            min = 1,
            kind = RUN)
        int metricSentences,
    @Field(
            doc =
                "minutes between checkpoints of `train`, counted from the last one and checked "
                    + "after each step; 0 for none by time. Not on a cluster",
            initial = "5",
            min = 0,
            kind = FREE)
        int checkpointMinutes,
    @Field(
            doc =
                "whether the checkpoint with the lowest validation loss is kept beside the newest "
                    + "ones and used by default",
            initial = "true",
            kind = FREE)
        boolean keepBest,
    @Field(
            doc =
                "number of successive evaluations without a lower validation loss that ends the "
                    + "training; 0 for never",
            initial = "0",
            min = 0,
            kind = FREE)
        int patience,
    @Field(
            doc =
                "globs of the parameters that are trained, or of modules that contain them, such as "
                    + "`*.attention`; empty for all. Needs a run to start from",
            initial = "[]",
            kind = MODEL)
        List<String> trainOnly,
    @Field(
            doc =
                "globs of parameters, or of modules, that are not trained; empty for none. Needs a "
                    + "run to start from",
            initial = "[]",
            kind = MODEL)
        List<String> freeze,
    @Field(
            doc =
                "trains only the experts of each layer that together take this share of the training "
                    + "data, e.g. 0.2; 0 for all parameters. Needs a run to start from",
            initial = "0",
            min = 0,
            max = 1,
            kind = MODEL)
        double trainExperts)
    implements TrainingConfigBuilder.With {

  private static final String WSD = "wsd";

  /** Rejects values out of bounds. Names and options are checked when they are used. */
  public TrainingConfig {
    scheduleOptions = Collections.unmodifiableMap(new TreeMap<>(scheduleOptions));
    optimizerOptions = Collections.unmodifiableMap(new TreeMap<>(optimizerOptions));
    trainOnly = List.copyOf(trainOnly);
    freeze = List.copyOf(freeze);
    Fields.require(
        TrainingConfig.class,
        steps,
        batch,
        microBatches,
        learningRate,
        warmupShare,
        schedule,
        scheduleOptions,
        floorShare,
        optimizer,
        optimizerOptions,
        beta1,
        beta2,
        weightDecay,
        clipNorm,
        evalEvery,
        evalBatches,
        checkpointEvery,
        labelSmoothing,
        metricSentences,
        checkpointMinutes,
        keepBest,
        patience,
        trainOnly,
        freeze,
        trainExperts);
  }

  /**
   * Returns the defaults for a number of steps.
   *
   * @param steps optimizer steps, at least 1
   */
  public static TrainingConfig defaults(long steps) {
    return Fields.defaults(TrainingConfig.class, Map.of("steps", steps));
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

  /** Returns whether the fields allow that some parameters are not trained. */
  public boolean trainsPart() {
    return !trainOnly.isEmpty() || !freeze.isEmpty() || trainExperts > 0;
  }

  /**
   * Returns whether a parameter is trained. With {@link #trainExperts} that is so for some experts
   * of a layer only.
   *
   * @param adapted whether the model has adapters, which are trained instead of its weights
   */
  public boolean mayTrain(Parameter parameter, boolean adapted) {
    boolean all = trainOnly.isEmpty() && trainExperts == 0 && !adapted;
    boolean chosen =
        all
            || parameter.role() == Parameter.Role.ADAPTER
            || (trainExperts > 0 && parameter.place().expert().isPresent())
            || parameter.place().matches(trainOnly);
    return chosen && !parameter.place().matches(freeze);
  }

  /** Returns whether the run measures the validation loss before its last step. */
  public boolean evaluatesOften() {
    return evalEvery > 0 && evalEvery < steps;
  }

  /** Returns peak, warm-up and floor of the learning rate, with the options of the schedule. */
  public ScheduleProvider.Spec rate() {
    return new ScheduleProvider.Spec(
        learningRate, Math.round(steps * warmupShare), floorShare, scheduleOptions);
  }

  /**
   * Returns these settings for the decay of schedule {@code wsd} alone, without a warm-up.
   *
   * @param decaySteps steps of the decay, and of the run
   */
  public TrainingConfig decayOnly(long decaySteps) {
    Map<String, String> options = new TreeMap<>();
    if (schedule.equals(WSD)) {
      options.putAll(scheduleOptions);
    }
    options.put("decaySteps", Long.toString(decaySteps));
    return with(t -> t.steps(decaySteps).warmupShare(0).schedule(WSD).scheduleOptions(options));
  }

  /** Returns the betas and the weight decay. */
  public AdamW.Config adamW() {
    return new AdamW.Config(beta1, beta2, 1e-8, weightDecay);
  }
}
