package io.evomoe.run.internal.task;

import io.evomoe.models.text.CorpusBatches;
import io.evomoe.models.text.EvaluationShare;
import io.evomoe.models.text.TokenFile;
import io.evomoe.models.text.Tokenizer;
import io.evomoe.moe.TokenFrequencies;
import io.evomoe.moe.TrainingFacts;
import io.evomoe.run.config.RunConfig;
import io.evomoe.run.record.RunWatcher;
import io.evomoe.step.StepContext;
import io.evomoe.training.Model;
import io.evomoe.training.TrainingData;
import io.evomoe.training.TrainingListener;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * A task's data at hand, both sides of it encoded: makes the models and batches of runs that are to
 * be compared.
 *
 * @param <B> a batch
 * @param <M> a model
 */
public abstract class TaskData<B, M extends Model<B>> {
  private final Task<B, M> task;
  private final Tokenizer tokenizer;

  /**
   * Data of a task.
   *
   * @param tokenizer that it is encoded with
   */
  protected TaskData(Task<B, M> task, Tokenizer tokenizer) {
    this.task = task;
    this.tokenizer = tokenizer;
  }

  /** Batches of the training side. */
  protected abstract CorpusBatches<B> training(RunConfig config);

  /** Batches of the held-out side. */
  protected abstract CorpusBatches<B> measured(RunConfig config);

  /**
   * How often the training side has each token.
   *
   * @param vocabulary token ids
   */
  protected abstract TokenFrequencies frequencies(int vocabulary);

  /** Lines on the data, for people. */
  public abstract String description();

  /** What a run can keep to go on with, in place of reading the data; empty by default. */
  Optional<TokenFile> tokens() {
    return Optional.empty();
  }

  /** A model before its first step. */
  public final M model(RunConfig config) {
    return model(config, 0);
  }

  /** The same of a run that comes after a training of some steps. */
  final M model(RunConfig config, long earlierSteps) {
    int rows = config.embedding(vocabulary()).vocabulary();
    OptionalLong steps = OptionalLong.of(earlierSteps + config.training().steps());
    return task.fresh(
        config,
        vocabulary(),
        new TrainingFacts(steps, Optional.of(frequencies(rows)), tokenizer.specialIds()));
  }

  /** Trainable parameters of such a model once it has all its experts. */
  public final ParameterTotal parameters(RunConfig config) {
    return task.parameters(config, vocabulary());
  }

  /** What to train and to measure on. */
  public final TrainingData<B> batches(RunConfig config) {
    return new TrainingData<>(
        training(config), measured(config).evaluationBatches(config.training().evalBatches()));
  }

  /** How much of the held-out side a run is measured on. */
  public final EvaluationShare heldOut(RunConfig config) {
    return measured(config).evaluationShare(config.training().evalBatches());
  }

  /** Name of the metric in tables and files. */
  public String metricName() {
    return "perplexity";
  }

  /**
   * The metric of a trained model on held-out data; by default exp(validLoss).
   *
   * @param trained the model
   * @param config of its run
   * @param context phase and temperature to measure at
   * @param validLoss its held-out loss, in nats
   */
  public double metric(M trained, RunConfig config, StepContext context, double validLoss) {
    return Math.exp(validLoss);
  }

  /**
   * What a model writes, for those who watch its training; nothing by default.
   *
   * @param model in training, which it is not changed by
   * @param context phase and temperature to write at
   * @return texts by a name each
   */
  protected Map<String, String> samples(M model, StepContext context) {
    return Map.of();
  }

  /**
   * Lets a watcher that wants to see what the model writes after each evaluation.
   *
   * @param context phase and temperature of the step that comes next
   */
  public final TrainingListener sampling(
      M model, Supplier<StepContext> context, RunWatcher watcher) {
    return report -> {
      if (report.validLoss().isPresent() && watcher.wantsSamples()) {
        watcher.onSamples(report.step(), samples(model, context.get().evaluating()));
      }
    };
  }

  /** Number of token ids. */
  public final int vocabulary() {
    return tokenizer.vocabularySize();
  }

  /** What it is encoded with. */
  protected final Tokenizer tokenizer() {
    return tokenizer;
  }

  /** Lines on data: what each source was taken for, and what came of it. */
  static String description(List<String> notes, String encoded) {
    return Stream.concat(notes.stream(), Stream.of(encoded)).collect(Collectors.joining("\n"));
  }

  /** A test part, where there is one, in words. */
  static String testPart(Optional<Integer> size) {
    return size.map(tests -> String.format(Locale.ROOT, " (%,d more are the test part)", tests))
        .orElse("");
  }
}
