package io.evomoe.run.internal.finetune;

import io.evomoe.models.metrics.Classification;
import io.evomoe.models.text.classes.ClassBatch;
import io.evomoe.models.text.classes.ClassifiedBatches;
import io.evomoe.models.text.classes.ClassifiedCorpus;
import io.evomoe.models.text.classes.ClassifiedSplit;
import io.evomoe.models.text.classes.ClassifiedTexts;
import io.evomoe.models.text.classes.Labels;
import io.evomoe.run.internal.task.RunCheckpoint;
import io.evomoe.run.record.ClassScores;
import io.evomoe.training.TrainingData;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** Classified texts as batches for the network of a run. */
final class ClassTexts {
  private static final int SHOWN_CLASSES = 50;

  private final ClassifiedSplit split;
  private final ClassifiedBatches train;
  private final List<ClassBatch> heldOut;
  private final List<ClassBatch> valid;
  private final Optional<List<ClassBatch>> test;

  ClassTexts(RunCheckpoint run, ClassifiedSplit split, FineTuneSettings settings) {
    Function<ClassifiedCorpus, ClassifiedTexts> encode =
        corpus ->
            new ClassifiedTexts(
                corpus, split.labels(), run.tokenizer(), run.config().model().sequence());
    ClassifiedTexts validTexts = encode.apply(split.valid());
    this.split = split;
    this.train =
        new ClassifiedBatches(encode.apply(split.train()), settings.batch(), settings.seed());
    this.heldOut = all(validTexts, settings.batch());
    this.valid = all(validTexts, Naming.BATCH);
    this.test = split.test().map(encode).map(texts -> all(texts, Naming.BATCH));
  }

  private static List<ClassBatch> all(ClassifiedTexts texts, int batch) {
    return new ClassifiedBatches(texts, batch, 0).evaluationBatches(Integer.MAX_VALUE);
  }

  Labels labels() {
    return split.labels();
  }

  int trainingTexts() {
    return train.size();
  }

  TrainingData<ClassBatch> trainingData() {
    return new TrainingData<>(train, heldOut);
  }

  /** The scores of always naming the most frequent class of training. */
  ClassScores majority() {
    int[] training = split.train().labelIds(labels());
    return scores(
        "majority class",
        Classification.majority(training, labels(valid)),
        test.map(batches -> Classification.majority(training, labels(batches))));
  }

  /** The scores of something that names the class of every sequence of a batch. */
  ClassScores scores(String name, Function<ClassBatch, int[]> classifier) {
    return scores(
        name, measure(valid, classifier), test.map(batches -> measure(batches, classifier)));
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

  private static Classification measure(
      List<ClassBatch> batches, Function<ClassBatch, int[]> classifier) {
    int[] named = batches.stream().map(classifier).flatMapToInt(Arrays::stream).toArray();
    return Classification.of(named, labels(batches));
  }

  private static int[] labels(List<ClassBatch> batches) {
    return batches.stream().map(ClassBatch::labels).flatMapToInt(Arrays::stream).toArray();
  }

  /** Lines for people: how many texts each side has, in all and of each class. */
  String description() {
    List<ClassifiedCorpus> sides =
        Stream.concat(Stream.of(split.train(), split.valid()), split.test().stream()).toList();
    List<List<Integer>> counts = sides.stream().map(this::counts).toList();
    String names = split.test().isEmpty() ? "training/held-out" : "training/held-out/test";
    StringBuilder lines = new StringBuilder();
    lines.append(
        "%s: %s %s texts of %d classes%n"
            .formatted(
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
    return lines + classes + (more > 0 ? ", and %d rarer classes".formatted(more) : "");
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
    return counts.map("%,d"::formatted).collect(Collectors.joining("/"));
  }
}
