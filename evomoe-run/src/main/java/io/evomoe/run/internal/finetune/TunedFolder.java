package io.evomoe.run.internal.finetune;

import io.evomoe.internal.files.AtomicFile;
import io.evomoe.internal.files.FileTree;
import io.evomoe.internal.files.Fingerprint;
import io.evomoe.internal.files.OutputFolder;
import io.evomoe.models.internal.hub.TokenizerFiles;
import io.evomoe.models.metrics.Confusion;
import io.evomoe.models.metrics.Confusion.ClassMeasure;
import io.evomoe.models.text.source.DataForm;
import io.evomoe.run.config.ConfigFile;
import io.evomoe.run.config.FineTuneSettings;
import io.evomoe.run.config.RunConfig;
import io.evomoe.run.data.Dataset;
import io.evomoe.run.internal.folder.RunFolder;
import io.evomoe.run.internal.task.RunCheckpoint;
import io.evomoe.run.record.FineTuned.ClassEvaluation;
import io.evomoe.run.record.FineTuned.ClassScores;
import io.evomoe.run.record.FineTuned.TunedKind;
import io.evomoe.run.record.Json;
import io.evomoe.run.record.RunFiles;
import io.evomoe.training.checkpoint.Checkpoint;
import io.evomoe.training.checkpoint.CheckpointFolder;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/**
 * The folder of a fine-tuning. It has the training of the classifier, its configuration and
 * tokenizer, and the scores, which are written last. The training of the network without
 * pre-training is in {@code scratch/}. Starting the same fine-tuning again continues it.
 */
public final class TunedFolder {
  private static final String CLASSES = "classes.json";
  private static final String LABELS = "labels";
  private static final String SPAWNED = "spawned";
  private static final String NETWORK = "network";
  private static final String VOCABULARY = "vocabulary";

  private final OutputFolder output;
  private final Path path;
  private final RunCheckpoint run;
  private final Map<String, String> notes;
  private final RunConfig network;

  /**
   * Opens the folder of a fine-tuning, whose files may exist already.
   *
   * @param run whose network is fine-tuned
   * @param network configuration of that run, with the split and the form of the texts
   * @param settings of the fine-tuning
   * @param data the classified texts
   * @param labels of the classifier, kept in its checkpoints
   * @param alone whether the baseline without pre-training is left out
   * @throws IllegalArgumentException if it has a run, or another fine-tuning
   */
  public TunedFolder(
      OutputFolder output,
      RunCheckpoint run,
      RunConfig network,
      FineTuneSettings settings,
      Dataset data,
      List<String> labels,
      boolean alone) {
    this.output = output;
    this.path = output.path();
    this.run = run;
    this.network = network;
    String content = data.digest(network.data());
    this.notes = new HashMap<>(RunFolder.dataEntries(data.paths(), content));
    notes.put(
        Fingerprint.NOTE,
        Fingerprint.of(
            settings.with(s -> s.checkpointEvery(0)).toString(),
            content + network.split() + network.data() + alone,
            run.config().kernels().name(),
            Fingerprint.ofContent(run.checkpoint().location()),
            Fingerprint.ofContent(run.folder().tokenizerPath())));
    notes.put(LABELS, String.join("\n", labels));
    notes.put(SPAWNED, Boolean.toString(run.checkpoint().progress().spawned()));
    notes.put(NETWORK, ConfigFile.text(network));
    notes.put(VOCABULARY, vocabulary(run.folder().tokenizerPath()));
    if (RunFiles.isRun(path)) {
      RunFiles.requireUnused(path);
    }
    for (TunedKind kind : TunedKind.values()) {
      CheckpointFolder.openNewestWhole(checkpoints(kind)).ifPresent(this::requireSame);
    }
  }

  private void requireSame(Checkpoint there) {
    if (!Objects.equals(notes.get(Fingerprint.NOTE), there.config().get(Fingerprint.NOTE))) {
      throw new IllegalArgumentException(
          path
              + " holds a fine-tuning with other settings, model, data or version: repeat its"
              + " command to continue it, or name another folder");
    }
  }

  /** Returns the path. */
  public Path path() {
    return path;
  }

  /** Returns the notes of every checkpoint. */
  public Map<String, String> notes() {
    return notes;
  }

  /** Opens the folder of one training. */
  public OutputFolder open(TunedKind kind) {
    return kind == TunedKind.TUNED ? output.shared() : OutputFolder.open(kind.folder(path));
  }

  private Path checkpoints(TunedKind kind) {
    return kind.folder(path).resolve(RunFiles.CHECKPOINTS);
  }

  /**
   * Returns the scores, if everything was measured already; they do not need the curves.
   *
   * @param steps of each training
   */
  public Optional<List<ClassScores>> finished(long steps) {
    return CheckpointFolder.openNewestWhole(checkpoints(TunedKind.TUNED))
        .filter(at -> at.progress().step() == steps || at.isEnd())
        .flatMap(at -> ClassScores.read(path));
  }

  /**
   * Returns the configuration of a checkpoint's network.
   *
   * @throws IllegalArgumentException if it or the tokenizer does not belong to the checkpoint
   */
  public static RunConfig model(Path folder, Checkpoint checkpoint) {
    RunConfig model = ConfigFile.read(folder.resolve(RunFiles.CLASSIFIER));
    require(folder.resolve(RunFiles.CLASSIFIER), checkpoint, NETWORK, ConfigFile.text(model));
    Path tokenizer = folder.resolve(RunFiles.TOKENIZER);
    require(tokenizer, checkpoint, VOCABULARY, vocabulary(tokenizer));
    return model;
  }

  private static void require(Path file, Checkpoint checkpoint, String note, String is) {
    if (!is.equals(checkpoint.config().getOrDefault(note, is))) {
      throw new IllegalArgumentException(
          file + " is not what the classifier was fine-tuned with: restore it, or fine-tune again");
    }
  }

  private static String vocabulary(Path tokenizer) {
    return Fingerprint.ofContent(TokenizerFiles.in(tokenizer));
  }

  /**
   * Returns the texts that a classifier was fine-tuned on.
   *
   * @param form format of their files
   * @throws IllegalArgumentException if they are missing, have changed, or were in no file, or if
   *     an earlier version wrote the classifier without their place
   */
  public static Dataset data(Checkpoint checkpoint, DataForm form) {
    if (RunFolder.isOfNoFile(checkpoint)) {
      throw new IllegalArgumentException(
          "the texts that %s was fine-tuned on were a program's and are in no file; name the texts to measure on (--data)"
              .formatted(checkpoint.location()));
    }
    Dataset data = Dataset.files(RunFolder.data(checkpoint));
    if (!RunFolder.isSameData(checkpoint, data.digest(form))) {
      throw new IllegalArgumentException(
          "the data in %s is not what the classifier was fine-tuned on; name the texts to measure on (--data)"
              .formatted(data.paths()));
    }
    return data;
  }

  public static List<String> labels(Checkpoint checkpoint) {
    return checkpoint.config().getOrDefault(LABELS, "").lines().toList();
  }

  public static boolean spawned(Checkpoint checkpoint) {
    return Boolean.parseBoolean(checkpoint.config().get(SPAWNED));
  }

  /**
   * Prepares the folder before training: deletes old scores, and adds the files that make the
   * classifier complete.
   */
  public void begin() {
    RunFiles.delete(path.resolve(ClassScores.NAME));
    RunFiles.delete(
        path.resolve(RunFiles.CONFIG)); // of a run that ended before its first checkpoint
    Path tokenizer = FileTree.requireNoLink(path.resolve(RunFiles.TOKENIZER));
    TokenizerFiles.copy(run.folder().tokenizerPath(), OutputFolder.prepare(tokenizer));
    ConfigFile.write(path.resolve(RunFiles.CLASSIFIER), network);
  }

  /** Writes the scores; of the checkpoints, only those of the classifier are kept. */
  public void finish(List<ClassScores> scores, ClassEvaluation evaluation) {
    AtomicFile.write(path.resolve(CLASSES), Json.text(lines(evaluation)));
    ClassScores.write(path, scores);
    RunFiles.deleteFolder(checkpoints(TunedKind.SCRATCH));
  }

  /**
   * A class in the file of scores by class.
   *
   * @param texts number of its texts
   * @param named predicted classes with their numbers of texts; classes without predictions are
   *     left out
   */
  private record Line(
      String label,
      int texts,
      double precision,
      double recall,
      double f1,
      Map<String, Integer> named) {}

  private static List<Line> lines(ClassEvaluation evaluation) {
    List<String> labels = evaluation.labels();
    Confusion confusion = evaluation.confusion();
    List<Line> lines = new ArrayList<>();
    for (int label = 0; label < labels.size(); label++) {
      Map<String, Integer> named = new LinkedHashMap<>();
      for (int c = 0; c < labels.size(); c++) {
        if (confusion.count(label, c) > 0) {
          named.put(labels.get(c), confusion.count(label, c));
        }
      }
      ClassMeasure measure = confusion.of(label);
      lines.add(
          new Line(
              labels.get(label),
              measure.examples(),
              measure.precision(),
              measure.recall(),
              measure.f1(),
              named));
    }
    return lines;
  }
}
