package io.evomoe.run.internal.finetune;

import io.evomoe.models.metrics.Classification;
import io.evomoe.models.metrics.Confusion;
import io.evomoe.models.text.Split;
import io.evomoe.models.text.classes.ClassBatch;
import io.evomoe.models.text.classes.ClassifiedBatches;
import io.evomoe.models.text.classes.ClassifiedCorpus;
import io.evomoe.models.text.classes.ClassifiedTexts;
import io.evomoe.models.text.classes.Labels;
import io.evomoe.run.config.FineTuneSettings;
import io.evomoe.run.internal.task.RunCheckpoint;
import io.evomoe.run.record.ClassEvaluation;
import io.evomoe.run.record.ClassScores;
import io.evomoe.training.TrainingData;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** Classified texts as batches for the network of a run. */
public final class ClassTexts {
  private static final int SHOWN_CLASSES = 50;

  private final Split<ClassifiedCorpus> split;
  private final ClassifiedBatches train;
  private final List<ClassBatch> heldOut;
  private final List<ClassBatch> valid;
  private final Optional<List<ClassBatch>> test;

  /**
   * The scores of a network.
   *
   * @param scores on the validation and test parts
   * @param evaluation class by class, on the test part if there is one, else on the validation part
   */
  public record Scores(ClassScores scores, ClassEvaluation evaluation) {}

  ClassTexts(RunCheckpoint run, Split<ClassifiedCorpus> split, FineTuneSettings settings) {
    Function<ClassifiedCorpus, ClassifiedTexts> encode =
        corpus ->
            new ClassifiedTexts(
                corpus, split.train().labels(), run.tokenizer(), run.config().model().sequence());
    ClassifiedTexts validTexts = encode.apply(split.valid());
    this.split = split;
    this.train =
        new ClassifiedBatches(encode.apply(split.train()), settings.batch(), settings.seed());
    this.heldOut =
        new ClassifiedBatches(validTexts, settings.batch(), 0).evaluationBatches(Integer.MAX_VALUE);
    this.valid = Naming.batches(validTexts);
    this.test = split.test().map(encode).map(Naming::batches);
  }

  /** Returns the classes, in the order of the network's outputs. */
  public Labels labels() {
    return split.train().labels();
  }

  int trainingTexts() {
    return train.size();
  }

  TrainingData<ClassBatch> trainingData() {
    return new TrainingData<>(train, heldOut);
  }

  /** Returns the name of the texts of the last measurement. */
  public String measured() {
    return last().name();
  }

  private ClassifiedCorpus last() {
    return split.test().orElse(split.valid());
  }

  /** Returns the scores of the majority-class baseline. */
  public ClassScores majority() {
    int[] training = split.train().labelIds(labels());
    Function<List<ClassBatch>, Classification> always =
        batches -> Classification.majority(training, Naming.labels(batches));
    return scores("majority class", always.apply(valid), test.map(always));
  }

  /** Returns the scores on the test part if there is one, else on the validation part. */
  Scores scores(String name, Naming naming) {
    int classes = labels().size();
    Confusion onValid = naming.confusion(valid, classes);
    Optional<Confusion> onTest = test.map(batches -> naming.confusion(batches, classes));
    return new Scores(
        scores(name, onValid.all(), onTest.map(Confusion::all)),
        new ClassEvaluation(measured(), labels().names(), onTest.orElse(onValid)));
  }

  private static ClassScores scores(
      String name, Classification valid, Optional<Classification> test) {
    return new ClassScores(
        name,
        valid.accuracy(),
        valid.macroF1(),
        test.map(Classification::accuracy).orElse(Double.NaN),
        test.map(Classification::macroF1).orElse(Double.NaN));
  }

  /** Returns lines for the user: the number of texts in each part, in total and by class. */
  public String description() {
    List<ClassifiedCorpus> sides =
        Stream.concat(Stream.of(split.train(), split.valid()), split.test().stream()).toList();
    List<List<Integer>> counts = sides.stream().map(this::counts).toList();
    String names = split.test().isEmpty() ? "training/validation" : "training/validation/test";
    StringBuilder lines = new StringBuilder();
    lines.append(
        String.format(
            Locale.ROOT,
            "%s: %s %s texts of %d classes%n",
            split.train().name(),
            inARow(sides.stream().map(ClassifiedCorpus::size)),
            names,
            labels().size()));
    String classes =
        byFrequency(counts.get(0)).stream()
            .limit(SHOWN_CLASSES)
            .map(c -> labels().name(c) + " " + inARow(counts.stream().map(side -> side.get(c))))
            .collect(Collectors.joining(", "));
    int more = labels().size() - SHOWN_CLASSES;
    return lines
        + classes
        + (more > 0 ? String.format(Locale.ROOT, ", and %d rarer classes", more) : "");
  }

  private List<Integer> counts(ClassifiedCorpus side) {
    int[] counts = new int[labels().size()];
    for (int label : side.labelIds(labels())) {
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
