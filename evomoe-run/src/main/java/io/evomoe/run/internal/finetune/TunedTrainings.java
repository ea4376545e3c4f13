package io.evomoe.run.internal.finetune;

import io.evomoe.evolution.EvolutionSchedule;
import io.evomoe.models.metrics.Confusion;
import io.evomoe.models.roberta.Roberta;
import io.evomoe.models.roberta.RobertaClassifier;
import io.evomoe.models.text.CorpusBatches;
import io.evomoe.models.text.RowCorpus;
import io.evomoe.models.text.Split;
import io.evomoe.models.text.classes.ClassBatch;
import io.evomoe.models.text.classes.ClassifiedTexts;
import io.evomoe.models.text.source.RecordKind;
import io.evomoe.moe.Gate.GateState;
import io.evomoe.run.TrainingJob;
import io.evomoe.run.config.FineTuneSettings;
import io.evomoe.run.config.RunConfig;
import io.evomoe.run.data.Dataset;
import io.evomoe.run.internal.task.RobertaTask;
import io.evomoe.run.internal.task.RunCheckpoint;
import io.evomoe.run.record.ClassEvaluation;
import io.evomoe.run.record.ClassScores;
import io.evomoe.run.record.FineTuned.TunedKind;
import io.evomoe.run.record.Outcome;
import io.evomoe.run.result.TrainedModel;
import io.evomoe.training.Callback;
import io.evomoe.training.RunName;
import io.evomoe.training.TrainerConfig;
import io.evomoe.training.TrainingData;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
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
  private final List<ClassBatch> valid;
  private final Optional<List<ClassBatch>> test;
  private final TrainerConfig config;
  private final long seed;

  /**
   * The scores of a network.
   *
   * @param scores on the validation and test parts
   * @param evaluation class by class, on the test part if there is one, else on the validation part
   */
  public record Scores(ClassScores scores, ClassEvaluation evaluation) {}

  /** Encodes the texts. */
  public TunedTrainings(RunCheckpoint run, Split<RowCorpus> split, FineTuneSettings settings) {
    this.run = run;
    this.split = split;
    this.labels = split.train().labels();
    Function<RowCorpus, ClassifiedTexts> encode =
        corpus ->
            new ClassifiedTexts(corpus, labels, run.tokenizer(), run.config().model().sequence());
    ClassifiedTexts validTexts = encode.apply(split.valid());
    CorpusBatches<ClassBatch> train =
        encode.apply(split.train()).batches(settings.batch(), settings.seed());
    this.data =
        new TrainingData<>(
            train::batch,
            validTexts.batches(settings.batch(), 0).evaluationBatches(Integer.MAX_VALUE));
    this.valid = ClassPredictor.batches(validTexts);
    this.test = split.test().map(encode).map(ClassPredictor::batches);
    this.config = settings.trainer(train.size());
    this.seed = settings.seed();
  }

  /**
   * Returns all texts in their parts.
   *
   * @param network with the rule for texts without a split, and the form of files
   * @param said receives one line for each file or folder with the detected format
   */
  public static Split<RowCorpus> open(Dataset data, RunConfig network, Consumer<String> said) {
    if (!data.paths().isEmpty()) {
      return RowCorpus.open(RecordKind.CLASS, data.paths(), network.split(), network.data(), said);
    }
    return data.validation()
        .map(valid -> new Split<>(corpus(data), corpus(valid)))
        .orElseGet(() -> corpus(data).divide(network.split()));
  }

  /** Reads rows of a label and a text. */
  public static RowCorpus corpus(Dataset data) {
    List<List<String>> rows = new ArrayList<>();
    data.read(rows::add);
    return RowCorpus.of(RecordKind.CLASS, data.name(), rows);
  }

  /** Returns the optimizer steps of one training. */
  public long steps() {
    return config.training().steps();
  }

  /** Returns the classes, in the order of the network's outputs. */
  public List<String> labels() {
    return labels;
  }

  /** Returns the name of the texts of the last measurement. */
  public String measured() {
    return split.test().orElse(split.valid()).name();
  }

  /**
   * Trains, or continues from a checkpoint.
   *
   * @param begun receives the training before its first step
   * @return empty if it was stopped before its end, and saved
   */
  public Optional<Scores> train(
      TunedKind kind,
      TunedFolder folder,
      Consumer<TrainingJob<?>> begun,
      List<Callback> callbacks) {
    try (RobertaClassifier classifier = new RobertaClassifier(network(kind), labels.size(), seed);
        TrainingJob<ClassBatch> job =
            TrainingJob.of(classifier, data)
                .named(new RunName(kind.part(), run.config().gate(), seed, true))
                .config(config)
                .evolution(EvolutionSchedule.staying(run.checkpoint().context()))
                .notes(folder.notes())
                .in(folder.open(kind))) {
      begun.accept(job);
      Outcome outcome = job.train(callbacks.toArray(Callback[]::new));
      return outcome.result().isInterrupted() || Thread.currentThread().isInterrupted()
          ? Optional.empty()
          : Optional.of(scores(kind.title(), new ClassPredictor(classifier, job.context())));
    }
  }

  private Roberta network(TunedKind kind) {
    if (kind == TunedKind.TUNED) {
      return run.load(run.fresh(TASK)).model();
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
    try (TrainedModel<Roberta> loaded = run.load(run.fresh(TASK))) {
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
  public ClassScores majority() {
    int[] training = split.train().labelIds(labels);
    int classes = labels.size();
    Function<List<ClassBatch>, Confusion> always =
        batches -> Confusion.majority(training, ClassPredictor.labels(batches), classes);
    return scores("majority class", always.apply(valid), test.map(always));
  }

  /** Returns the scores on the test part if there is one, else on the validation part. */
  Scores scores(String name, ClassPredictor naming) {
    int classes = labels.size();
    Confusion onValid = naming.confusion(valid, classes);
    Optional<Confusion> onTest = test.map(batches -> naming.confusion(batches, classes));
    return new Scores(
        scores(name, onValid, onTest),
        new ClassEvaluation(measured(), labels, onTest.orElse(onValid)));
  }

  private static ClassScores scores(String name, Confusion valid, Optional<Confusion> test) {
    return new ClassScores(
        name,
        valid.accuracy(),
        valid.macroF1(),
        test.map(Confusion::accuracy).orElse(Double.NaN),
        test.map(Confusion::macroF1).orElse(Double.NaN));
  }

  /** Returns lines for the user: the number of texts in each part, in total and by class. */
  public String description() {
    List<RowCorpus> sides =
        Stream.concat(Stream.of(split.train(), split.valid()), split.test().stream()).toList();
    List<List<Integer>> counts = sides.stream().map(this::counts).toList();
    String names = split.test().isEmpty() ? "training/validation" : "training/validation/test";
    StringBuilder lines = new StringBuilder();
    lines.append(
        String.format(
            Locale.ROOT,
            "%s: %s %s texts of %d classes%n",
            split.train().name(),
            inARow(sides.stream().map(RowCorpus::size)),
            names,
            labels.size()));
    String classes =
        byFrequency(counts.get(0)).stream()
            .limit(SHOWN_CLASSES)
            .map(c -> labels.get(c) + " " + inARow(counts.stream().map(side -> side.get(c))))
            .collect(Collectors.joining(", "));
    int more = labels.size() - SHOWN_CLASSES;
    return lines
        + classes
        + (more > 0 ? String.format(Locale.ROOT, ", and %d rarer classes", more) : "");
  }

  private List<Integer> counts(RowCorpus side) {
    int[] counts = new int[labels.size()];
    for (int label : side.labelIds(labels)) {
      counts[label]++;
    }
    return Arrays.stream(counts).boxed().toList();
  }

  private static List<Integer> byFrequency(List<Integer> counts) {
    return IntStream.range(0, counts.size())
        .boxed()
        .sorted(Comparator.comparing(c -> -counts.get(c)))
        .toList();
  }

  private static String inARow(Stream<Integer> counts) {
    return counts
        .map(count -> String.format(Locale.ROOT, "%,d", count))
        .collect(Collectors.joining("/"));
  }
}
