package io.evomoe.run.internal.finetune;

import io.evomoe.evolution.EvolutionSchedule;
import io.evomoe.internal.files.OutputFolder;
import io.evomoe.models.internal.text.ClassifiedTexts;
import io.evomoe.models.metrics.Confusion;
import io.evomoe.models.roberta.Roberta;
import io.evomoe.models.roberta.RobertaClassifier;
import io.evomoe.models.text.ClassBatch;
import io.evomoe.models.text.CorpusBatches;
import io.evomoe.models.text.RowCorpus;
import io.evomoe.models.text.Split;
import io.evomoe.moe.Gate.GateState;
import io.evomoe.run.TrainingJob;
import io.evomoe.run.config.FineTuneSettings;
import io.evomoe.run.internal.task.RobertaTask;
import io.evomoe.run.internal.task.RunCheckpoint;
import io.evomoe.run.record.FineTuned;
import io.evomoe.run.record.FineTuned.ClassEvaluation;
import io.evomoe.run.record.FineTuned.ClassScores;
import io.evomoe.run.record.FineTuned.TunedKind;
import io.evomoe.run.record.RunResult;
import io.evomoe.run.task.Task.TrainedModel;
import io.evomoe.training.Callback;
import io.evomoe.training.RecordedRun.RunName;
import io.evomoe.training.TrainerConfig;
import io.evomoe.training.TrainingData;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * Fine-tunes the RoBERTa of a run for text classification and, as a baseline, the same network from
 * the run's initial weights. Both use the run's current experts and temperature, and keep them.
 * Their gates count the run's steps as well: a StableMoE router is frozen in both, in the baseline
 * with its initial weights.
 */
public final class TunedTrainings {
  private static final RobertaTask TASK = new RobertaTask();
  private static final int SHOWN_CLASSES = 50;

  private final RunCheckpoint run;
  private final Split<RowCorpus> split;
  private final List<String> labels;
  private final TrainingData<ClassBatch> data;
  private final Split<List<ClassBatch>> measured;
  private final TrainerConfig config;
  private final long seed;

  /** Encodes the texts. */
  public TunedTrainings(RunCheckpoint run, Split<RowCorpus> split, FineTuneSettings settings) {
    this.run = run;
    this.split = split;
    this.labels = split.train().labels();
    int limit = run.config().model().sequence();
    Split<ClassifiedTexts> texts =
        split.map(set -> new ClassifiedTexts(set, labels, run.tokenizer(), limit));
    CorpusBatches<ClassBatch> train = texts.train().batches(settings.batch(), settings.seed());
    this.data =
        new TrainingData<>(
            train::batch,
            texts.valid().batches(settings.batch(), 0).evaluationBatches(Integer.MAX_VALUE));
    this.measured = texts.map(ClassPredictor::batches);
    this.config = settings.trainer(train.size());
    this.seed = settings.seed();
  }

  /** Returns the optimizer steps of one training. */
  public long steps() {
    return config.training().steps();
  }

  /** Returns the passes over the training texts up to a step. */
  public double epochs(long step) {
    return (double) step * config.training().batch() / split.train().size();
  }

  /** Returns the classes, in the order of the network's outputs. */
  public List<String> labels() {
    return labels;
  }

  /**
   * Trains, or continues from a checkpoint.
   *
   * @param notes of every checkpoint
   * @param output folder of this training
   * @param begun receives the training before its first step
   * @return the scores of the network; empty if it was stopped before its end, and saved
   */
  public Optional<FineTuned> train(
      TunedKind kind,
      Map<String, String> notes,
      OutputFolder output,
      Consumer<TrainingJob<?>> begun,
      List<Callback> callbacks) {
    try (RobertaClassifier classifier = new RobertaClassifier(network(kind), labels.size(), seed);
        TrainingJob<ClassBatch> job =
            TrainingJob.of(classifier, data)
                .named(new RunName(kind.part(), run.config().gate(), seed, true))
                .config(config)
                .evolution(EvolutionSchedule.staying(run.checkpoint().context()))
                .notes(notes)
                .in(output)) {
      begun.accept(job);
      RunResult result = job.train(callbacks.toArray(Callback[]::new)).result();
      if (result.isInterrupted() || Thread.currentThread().isInterrupted()) {
        return Optional.empty();
      }
      ClassPredictor naming = new ClassPredictor(classifier, job.context());
      return Optional.of(
          measured(kind.title(), batches -> naming.confusion(batches, labels.size())));
    }
  }

  private Roberta network(TunedKind kind) {
    if (kind == TunedKind.TUNED) {
      return run.load(TASK).model();
    }
    Roberta network = run.fresh(TASK);
    run.grow(network);
    takeOverTables(network);
    return network;
  }

  /** A hash gate's table may depend on the text of the run, which is not here. */
  private void takeOverTables(Roberta network) {
    List<GateState> tables = tables(network);
    if (tables.isEmpty()) {
      return;
    }
    try (TrainedModel<Roberta> loaded = run.load(TASK)) {
      List<GateState> saved = tables(loaded.model());
      for (int i = 0; i < tables.size(); i++) {
        tables.get(i).value().assign(saved.get(i).value());
      }
    }
  }

  private static List<GateState> tables(Roberta network) {
    return network.state().stream().filter(GateState::namesExperts).toList();
  }

  /** Returns the scores of the majority-class baseline. */
  public FineTuned majority() {
    int[] training = split.train().labelIds(labels);
    return measured(
        "majority class",
        batches -> Confusion.majority(training, ClassPredictor.labels(batches), labels.size()));
  }

  /** Evaluates class by class on the test set if there is one, else on the validation set. */
  private FineTuned measured(String name, Function<List<ClassBatch>, Confusion> naming) {
    Confusion valid = naming.apply(measured.valid());
    Optional<Confusion> test = measured.test().map(naming);
    ClassScores scores =
        new ClassScores(
            name,
            valid.accuracy(),
            valid.macroF1(),
            test.map(Confusion::accuracy).orElse(Double.NaN),
            test.map(Confusion::macroF1).orElse(Double.NaN));
    String texts = split.test().orElse(split.valid()).name();
    return new FineTuned(
        List.of(scores), Optional.of(new ClassEvaluation(texts, labels, test.orElse(valid))));
  }

  /** Returns lines for the user: the number of texts in each part, in total and by class. */
  public String description() {
    List<RowCorpus> sides =
        Stream.concat(Stream.of(split.train(), split.valid()), split.test().stream()).toList();
    List<int[]> counts = sides.stream().map(this::counts).toList();
    String classes =
        IntStream.range(0, labels.size())
            .boxed()
            .sorted(Comparator.comparing(c -> -counts.get(0)[c]))
            .limit(SHOWN_CLASSES)
            .map(c -> labels.get(c) + " " + inARow(counts.stream().map(side -> side[c])))
            .collect(Collectors.joining(", "));
    int more = labels.size() - SHOWN_CLASSES;
    return String.format(
        Locale.ROOT,
        "%s: %s %s texts of %d classes%n%s%s",
        split.train().name(),
        inARow(sides.stream().map(RowCorpus::size)),
        split.test().isEmpty() ? "training/validation" : "training/validation/test",
        labels.size(),
        classes,
        more > 0 ? String.format(Locale.ROOT, ", and %d rarer classes", more) : "");
  }

  private int[] counts(RowCorpus side) {
    int[] counts = new int[labels.size()];
    Arrays.stream(side.labelIds(labels)).forEach(label -> counts[label]++);
    return counts;
  }

  private static String inARow(Stream<Integer> counts) {
    return counts
        .map(count -> String.format(Locale.ROOT, "%,d", count))
        .collect(Collectors.joining("/"));
  }
}
