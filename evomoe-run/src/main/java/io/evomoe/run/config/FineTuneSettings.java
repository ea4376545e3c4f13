package io.evomoe.run.config;

import io.evomoe.internal.names.Field;
import io.evomoe.internal.names.Fields;
import io.evomoe.models.roberta.RobertaClassifier;
import io.evomoe.training.SafetyConfig;
import io.evomoe.training.TrainerConfig;
import io.evomoe.training.TrainingConfig;
import io.soabase.recordbuilder.core.RecordBuilder;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;

/**
 * Settings of a fine-tuning. The others follow Liu et al. (arXiv 1907.11692, table 10): AdamW with
 * betas 0.9 and 0.98 and weight decay 0.1. The learning rate warms up for 6% of the steps, then
 * decays linearly to 0. Gradients are clipped to norm 1.
 */
@RecordBuilder
public record FineTuneSettings(
    @Field(doc = "optimizer steps of each training; replaces `epochs` if given", min = 1)
        OptionalLong steps,
    @Field(doc = "passes over the training texts", initial = "3", above = 0) double epochs,
    @Field(doc = "texts per batch", initial = "32", min = 1) int batch,
    @Field(doc = "highest learning rate", initial = "5e-4", above = 0) double learningRate,
    @Field(doc = "seed of the order of texts and of dropout", initial = "1") long seed,
    @Field(
            doc = "steps between checkpoints; 0 for one checkpoint at the end",
            initial = "500",
            min = 0)
        long checkpointEvery,
    @Field(doc = "steps between measurements of the validation loss; null for each epoch", min = 1)
        OptionalLong evalEvery,
    @Field(
            doc =
                "whether the checkpoint with the lowest validation loss becomes the classifier, "
                    + "instead of the last one",
            initial = "true")
        boolean keepBest,
    @Field(
            doc =
                "number of successive evaluations without a lower validation loss that ends the "
                    + "training; 0 for never",
            initial = "0",
            min = 0)
        int patience,
    @Field(
            doc =
                "globs of parameters, or of modules, that are trained beside the new head; empty "
                    + "for all",
            initial = "[]")
        List<String> trainOnly,
    @Field(
            doc = "globs of parameters, or of modules, that are not trained; empty for none",
            initial = "[]")
        List<String> freeze)
    implements FineTuneSettingsBuilder.With {
  /** 3 epochs, batch 32, learning rate 0.0005, seed 1; the best checkpoint is kept. */
  public static final FineTuneSettings DEFAULT = Fields.defaults(FineTuneSettings.class);

  private static final double WARMUP_SHARE = 0.06;

  /** Rejects values out of bounds. */
  public FineTuneSettings {
    trainOnly = List.copyOf(trainOnly);
    freeze = List.copyOf(freeze);
    Fields.require(
        FineTuneSettings.class,
        steps,
        epochs,
        batch,
        learningRate,
        seed,
        checkpointEvery,
        evalEvery,
        keepBest,
        patience,
        trainOnly,
        freeze);
  }

  /**
   * Returns the trainer's configuration.
   *
   * @param texts number of training texts
   */
  public TrainerConfig trainer(int texts) {
    long all = steps.orElse(Math.max(1, Math.round(epochs * texts / batch)));
    long epoch = Math.max(1, Math.round((double) texts / batch));
    List<String> trained = new ArrayList<>(trainOnly);
    if (!trained.isEmpty()) {
      trained.add(RobertaClassifier.HEAD);
    }
    return new TrainerConfig(
        TrainingConfig.defaults(all)
            .with(t -> t.batch(batch).learningRate(learningRate).warmupShare(WARMUP_SHARE))
            .with(t -> t.schedule("linear").floorShare(0).beta2(0.98))
            .with(t -> t.checkpointEvery(checkpointEvery).evalEvery(evalEvery.orElse(epoch)))
            .with(t -> t.keepBest(keepBest).patience(patience).trainOnly(trained).freeze(freeze)),
        SafetyConfig.DEFAULT.with(g -> g.keepCheckpoints(1)));
  }
}
