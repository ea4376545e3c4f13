package io.evomoe.run.finetune;

import io.evomoe.models.roberta.Roberta;
import io.evomoe.models.roberta.RobertaClassifier;
import io.evomoe.models.text.BpeTokenizer;
import io.evomoe.models.text.EncodedTexts;
import io.evomoe.models.text.classes.ClassifiedCorpus;
import io.evomoe.models.text.classes.ClassifiedTexts;
import io.evomoe.models.text.classes.Labels;
import io.evomoe.moe.TrainingFacts;
import io.evomoe.nn.Lifetime;
import io.evomoe.run.config.RunConfig;
import io.evomoe.run.internal.finetune.ClassSource;
import io.evomoe.run.internal.finetune.Naming;
import io.evomoe.run.internal.finetune.TunedFolder;
import io.evomoe.run.internal.folder.RunFolder;
import io.evomoe.run.internal.task.Tasks;
import io.evomoe.run.record.ClassEvaluation;
import io.evomoe.training.checkpoint.Checkpoint;
import io.evomoe.training.checkpoint.CheckpointFolder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/**
 * A fine-tuned classifier, as {@link FineTuning} and the command {@code finetune} leave it in its
 * folder, which is complete in itself.
 *
 * <pre>{@code
 * try (Classifier classifier = Classifier.open(Path.of("runs/glosses"))) {
 *   Classified named = classifier.classify("a small domesticated carnivore");
 * }
 * }</pre>
 *
 * <p>Safe for use by several threads: calls run side by side. {@link #close()} waits for those in
 * progress, and later ones throw {@link IllegalStateException}.
 */
public final class Classifier implements AutoCloseable {
  private final Lifetime lifetime;
  private final RobertaClassifier network;
  private final Naming naming;
  private final List<String> labels;
  private final BpeTokenizer tokenizer;
  private final Checkpoint checkpoint;
  private final RunConfig config;

  private Classifier(
      Path folder,
      RobertaClassifier network,
      List<String> labels,
      BpeTokenizer tokenizer,
      Checkpoint checkpoint,
      RunConfig config) {
    this.lifetime =
        new Lifetime("the classifier in " + folder, "open it again with Classifier.open");
    this.network = network;
    this.naming = new Naming(network, checkpoint.context().evaluating());
    this.labels = labels;
    this.tokenizer = tokenizer;
    this.checkpoint = checkpoint;
    this.config = config;
  }

  /** Whether a folder is one that {@code finetune} has written, finished or not. */
  public static boolean isIn(Path folder) {
    return Files.isRegularFile(folder.resolve(TunedFolder.MODEL));
  }

  /**
   * Opens the folder of a fine-tuning that came to its end, or was stopped on its way there.
   *
   * @throws IllegalArgumentException if it holds none, or one of a version before this
   */
  public static Classifier open(Path folder) {
    if (!isIn(folder)) {
      String why =
          RunFolder.isOne(folder)
              ? "it holds a training run, of which finetune makes one where its task is roberta"
              : "it has no " + TunedFolder.MODEL;
      throw new IllegalArgumentException(
          "%s is not the folder of a fine-tuned classifier: %s".formatted(folder, why));
    }
    Checkpoint checkpoint =
        CheckpointFolder.openLatest(folder.resolve(TunedFolder.CHECKPOINTS))
            .orElseThrow(
                () ->
                    new IllegalArgumentException(
                        folder
                            + " holds no classifier yet: give the same finetune again, to go on"
                            + " with it"));
    RunConfig config = TunedFolder.model(folder, checkpoint);
    List<String> labels = TunedFolder.labels(checkpoint);
    BpeTokenizer tokenizer = BpeTokenizer.load(folder.resolve(RunFolder.TOKENIZER));
    try {
      TrainingFacts facts = TrainingFacts.ofSteps(config.training().steps());
      Roberta encoder = Tasks.ROBERTA.fresh(config, tokenizer.vocabularySize(), facts);
      if (TunedFolder.spawned(checkpoint)) {
        encoder.spawn(config.evolution().spawnMethod(), config.seed());
      }
      RobertaClassifier network = new RobertaClassifier(encoder, labels.size());
      checkpoint.loadModel(network);
      return new Classifier(folder, network, labels, tokenizer, checkpoint, config);
    } catch (RuntimeException e) {
      tokenizer.close();
      throw e;
    }
  }

  /** The classes, in the order of the network's outputs. */
  public List<String> labels() {
    return labels;
  }

  /** Tokens that a text may have, its begin and end included. */
  public int limit() {
    return config.model().sequence();
  }

  /**
   * The class of a text; what is longer than {@link #limit} loses its last tokens. White space
   * around a text does not count, and line ends become {@code \n}, as in {@link LabelledText}.
   */
  public Classified classify(String text) {
    return classify(List.of(text)).get(0);
  }

  /** The classes of texts, in the same order. */
  public List<Classified> classify(List<String> texts) {
    return lifetime.during(() -> classified(texts));
  }

  private List<Classified> classified(List<String> texts) {
    List<Classified> classified = new ArrayList<>();
    for (int first = 0; first < texts.size(); first += Naming.BATCH) {
      List<String> some =
          texts.subList(first, Math.min(texts.size(), first + Naming.BATCH)).stream()
              .map(LabelledText::plain)
              .toList();
      EncodedTexts encoded = EncodedTexts.enclosed(some, tokenizer, limit());
      List<Naming.Named> named =
          naming.of(encoded.batch(IntStream.range(0, some.size()).toArray()));
      for (int i = 0; i < some.size(); i++) {
        Naming.Named one = named.get(i);
        classified.add(
            new Classified(labels.get(one.label()), one.probability(), encoded.isCut(i)));
      }
    }
    return List.copyOf(classified);
  }

  /**
   * Measures the classifier on a part of the texts that it was fine-tuned on, where they were then.
   *
   * @param part {@code train}, {@code valid} or {@code test}
   * @throws IllegalArgumentException if there is no such part, or the texts are not there any more,
   *     or were a program's own and are in no file
   */
  public ClassEvaluation evaluate(String part) {
    return evaluate(TunedFolder.source(checkpoint, config).part(part));
  }

  /**
   * The same on other texts.
   *
   * @param file of labelled texts, or a folder of such files, read as the texts of the fine-tuning
   *     were; of a folder with a split its test part
   * @throws IllegalArgumentException if a file cannot be read, or a label is none of {@link
   *     #labels}; the message names file and line
   */
  public ClassEvaluation evaluate(Path file) {
    return evaluate(ClassSource.measured(file, "test", config.data(), note -> {}));
  }

  /**
   * The same on texts of your own.
   *
   * @param texts at least one
   * @throws IllegalArgumentException if a label is none of {@link #labels}; the message has its
   *     number in the list as line
   */
  public ClassEvaluation evaluate(List<LabelledText> texts) {
    return evaluate(LabelledText.corpus(texts));
  }

  /** The same on texts in memory. */
  public ClassEvaluation evaluate(ClassifiedCorpus texts) {
    Labels known = Labels.of(labels);
    try (Lifetime.Call ignored = lifetime.enter()) {
      ClassifiedTexts encoded = new ClassifiedTexts(texts, known, tokenizer, limit());
      return new ClassEvaluation(texts.name(), labels, naming.confusion(encoded, labels.size()));
    }
  }

  /**
   * Gives back memory and tokenizer, after the calls in progress.
   *
   * @throws IllegalStateException from inside one of its calls, or if the thread is interrupted
   *     while it waits, which leaves the classifier open
   */
  @Override
  public void close() {
    lifetime.close(
        () -> {
          tokenizer.close();
          network.close();
        });
  }
}
