package io.evomoe.run.finetune;

import io.evomoe.models.internal.text.ClassifiedTexts;
import io.evomoe.models.internal.text.EncodedTexts;
import io.evomoe.models.roberta.Roberta;
import io.evomoe.models.roberta.RobertaClassifier;
import io.evomoe.models.text.RowCorpus;
import io.evomoe.models.text.Split;
import io.evomoe.models.text.Tokenizer;
import io.evomoe.models.text.source.DataForm;
import io.evomoe.models.text.source.RecordKind;
import io.evomoe.moe.TrainingFacts;
import io.evomoe.nn.Lifetime;
import io.evomoe.run.config.RunConfig;
import io.evomoe.run.data.Dataset;
import io.evomoe.run.internal.finetune.ClassPredictor;
import io.evomoe.run.internal.finetune.TunedFolder;
import io.evomoe.run.internal.task.Corpora;
import io.evomoe.run.internal.task.RobertaTask;
import io.evomoe.run.record.FineTuned.ClassEvaluation;
import io.evomoe.run.record.RunFiles;
import io.evomoe.training.checkpoint.Checkpoint;
import io.evomoe.training.checkpoint.CheckpointFolder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import org.nd4j.shade.guava.collect.Lists;

/**
 * A fine-tuned classifier. {@link FineTuning} and the command {@code finetune} write its folder,
 * which needs no other files.
 *
 * <pre>{@code
 * try (Classifier classifier = Classifier.open(Path.of("runs/glosses"))) {
 *   Classified named = classifier.classify("a small domesticated carnivore");
 * }
 * }</pre>
 *
 * <p>Thread-safe: calls run in parallel. {@link #close()} waits for the calls in progress; later
 * calls throw {@link IllegalStateException}.
 */
public final class Classifier implements AutoCloseable {
  /** Number of texts that are classified together. */
  public static final int BATCH = ClassPredictor.BATCH;

  private final Lifetime lifetime;
  private final RobertaClassifier network;
  private final ClassPredictor naming;
  private final List<String> labels;
  private final Tokenizer tokenizer;
  private final Checkpoint checkpoint;
  private final RunConfig config;

  private Classifier(Path folder, Checkpoint checkpoint) {
    this.lifetime =
        new Lifetime("the classifier in " + folder, "open it again with Classifier.open");
    this.checkpoint = checkpoint;
    this.config = TunedFolder.model(folder, checkpoint);
    this.labels = TunedFolder.labels(checkpoint);
    this.tokenizer = Tokenizer.load(folder.resolve(RunFiles.TOKENIZER));
    TrainingFacts facts = TrainingFacts.ofSteps(config.training().steps());
    Roberta encoder = new RobertaTask().fresh(config, tokenizer.vocabularySize(), facts);
    if (TunedFolder.spawned(checkpoint)) {
      encoder.spawn(config.evolution().spawnMethod(), config.seed());
    }
    this.network = new RobertaClassifier(encoder, labels.size());
    checkpoint.loadModel(network);
    this.naming = new ClassPredictor(network, checkpoint.context().evaluating());
  }

  /** Whether a folder was written by a fine-tuning, finished or not. */
  public static boolean isIn(Path folder) {
    return Files.isRegularFile(folder.resolve(RunFiles.CLASSIFIER));
  }

  /**
   * Opens the folder of a fine-tuning, finished or stopped early.
   *
   * @throws IllegalArgumentException if the folder has no classifier, or one of an earlier version
   */
  public static Classifier open(Path folder) {
    if (!isIn(folder)) {
      String why =
          RunFiles.isRun(folder)
              ? "it holds a training run; finetune makes a classifier of a run of task roberta"
              : "it has no " + RunFiles.CLASSIFIER;
      throw new IllegalArgumentException(
          "%s is not the folder of a fine-tuned classifier: %s".formatted(folder, why));
    }
    Checkpoint checkpoint =
        CheckpointFolder.openBest(folder.resolve(RunFiles.CHECKPOINTS))
            .orElseThrow(
                () ->
                    new IllegalArgumentException(
                        folder
                            + " holds no classifier yet: repeat its finetune command to continue"));
    return new Classifier(folder, checkpoint);
  }

  /** Returns the classes, in the order of the network's outputs. */
  public List<String> labels() {
    return labels;
  }

  /** Returns the format of the texts that the classifier was fine-tuned on. */
  public DataForm dataForm() {
    return config.data();
  }

  /** Returns the maximum number of tokens in a text, begin and end tokens included. */
  public int limit() {
    return config.model().sequence();
  }

  /**
   * Returns the class of a text. Texts longer than {@link #limit} are truncated. Surrounding white
   * space is ignored, and line ends become {@code \n}.
   */
  public Classified classify(String text) {
    return classify(List.of(text)).get(0);
  }

  /** Returns the classes of texts, in the same order. */
  public List<Classified> classify(List<String> texts) {
    try (Lifetime.Call ignored = lifetime.enter()) {
      return classified(texts);
    } finally {
      ClassPredictor.freeMemory();
    }
  }

  private List<Classified> classified(List<String> texts) {
    List<Classified> classified = new ArrayList<>();
    for (List<String> batch : Lists.partition(texts, BATCH)) {
      List<String> some = batch.stream().map(Corpora::plain).toList();
      EncodedTexts encoded = EncodedTexts.enclosed(some, tokenizer, limit());
      List<ClassPredictor.Named> named =
          naming.of(encoded.batch(IntStream.range(0, some.size()).toArray()));
      for (int i = 0; i < some.size(); i++) {
        ClassPredictor.Named one = named.get(i);
        classified.add(
            new Classified(labels.get(one.label()), one.probability(), encoded.isCut(i)));
      }
    }
    return List.copyOf(classified);
  }

  /**
   * Measures the classifier on a part of its fine-tuning texts, read from their original place.
   *
   * @param part {@code train}, {@code valid} or {@code test}
   * @throws IllegalArgumentException if there is no such part, or the files are missing, or the
   *     texts came from a program instead of files
   */
  public ClassEvaluation evaluate(String part) {
    Dataset data = TunedFolder.data(checkpoint, config.data());
    Split<RowCorpus> parts = Corpora.open(RecordKind.CLASS, data, config, note -> {});
    return evaluate(parts.part("part", part, data.paths()));
  }

  /**
   * Measures the classifier on the texts of a file or folder.
   *
   * @param file labelled texts, or a folder of such files, read like the fine-tuning texts; in a
   *     folder with a split, its test part is used
   * @throws IllegalArgumentException if a file cannot be read, or a label is not one of {@link
   *     #labels}; the message names file and line
   */
  public ClassEvaluation evaluate(Path file) {
    return evaluate(file, "test", config.data(), note -> {});
  }

  /**
   * Measures the classifier on the texts of a file or folder, as {@link #evaluate(Path)}.
   *
   * @param part of a folder with a split: {@code train}, {@code valid} or {@code test}
   * @param form format of the files
   * @param said receives the detected format, in a line for the user
   */
  public ClassEvaluation evaluate(Path file, String part, DataForm form, Consumer<String> said) {
    return evaluate(RowCorpus.read(Split.measured(file, part, RecordKind.CLASS, form), said));
  }

  /**
   * Measures the classifier on all of these texts.
   *
   * @param texts rows of a label and a text, at least one
   * @throws IllegalArgumentException if a label is not one of {@link #labels}; the message gives
   *     the number of its row as line
   */
  public ClassEvaluation evaluate(Dataset texts) {
    return evaluate(Corpora.read(RecordKind.CLASS, texts, config.data()));
  }

  private ClassEvaluation evaluate(RowCorpus texts) {
    try (Lifetime.Call ignored = lifetime.enter()) {
      ClassifiedTexts encoded = new ClassifiedTexts(texts, labels, tokenizer, limit());
      return new ClassEvaluation(texts.name(), labels, naming.confusion(encoded, labels.size()));
    } finally {
      ClassPredictor.freeMemory();
    }
  }

  /**
   * Releases memory, after the calls in progress.
   *
   * @throws IllegalStateException if called from inside one of its calls, or if the thread is
   *     interrupted while it waits; the classifier stays open then
   */
  @Override
  public void close() {
    lifetime.close(network::close);
  }

  /**
   * The predicted class of a text.
   *
   * @param label name of the class
   * @param probability predicted probability, in 0..1
   * @param cut whether the text was truncated to {@link Classifier#limit} tokens
   */
  public record Classified(String label, double probability, boolean cut) {}
}
