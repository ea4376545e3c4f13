package io.evomoe.run.internal.finetune;

import io.evomoe.internal.files.FileTree;
import io.evomoe.internal.files.IoReason;
import io.evomoe.models.hub.TokenizerFiles;
import io.evomoe.models.text.classes.Labels;
import io.evomoe.run.config.ConfigFile;
import io.evomoe.run.config.FineTuneSettings;
import io.evomoe.run.config.RunConfig;
import io.evomoe.run.internal.folder.Fingerprint;
import io.evomoe.run.internal.folder.FolderDigest;
import io.evomoe.run.internal.folder.RunFolder;
import io.evomoe.run.internal.task.RunCheckpoint;
import io.evomoe.run.record.ClassEvaluation;
import io.evomoe.run.record.ClassScoreFile;
import io.evomoe.run.record.ClassScores;
import io.evomoe.run.record.CurveFile;
import io.evomoe.run.record.CurveRow;
import io.evomoe.run.record.FineTuned;
import io.evomoe.run.record.RunWatcher;
import io.evomoe.run.record.StepFile;
import io.evomoe.training.checkpoint.Checkpoint;
import io.evomoe.training.checkpoint.CheckpointFolder;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/**
 * The folder of a fine-tuning: {@code checkpoints/} of the classifier, {@code scratch/} with those
 * of the network without pre-training until all is measured, curves and log of both, the network's
 * configuration and tokenizer, and the scores, which are written last. The same fine-tuning, begun
 * again, goes on where it was.
 */
public final class TunedFolder {
  /** The configuration of the network that was fine-tuned, and how the texts are read. */
  public static final String MODEL = RunFolder.CLASSIFIER;

  public static final String CHECKPOINTS = "checkpoints";
  private static final String LABELS = "labels";
  private static final String SPAWNED = "spawned";
  private static final String NETWORK = "network";
  private static final String VOCABULARY = "vocabulary";

  private final Path path;
  private final RunCheckpoint run;
  private final boolean alone;
  private final Map<String, String> notes;
  private final RunConfig network;

  /**
   * The folder of a fine-tuning, with what there is of it.
   *
   * @param run whose network is fine-tuned
   * @param settings of the fine-tuning
   * @param source of the classified texts
   * @param labels of the classifier, kept in its checkpoints
   * @param alone whether no network without pre-training is set beside it
   * @throws IllegalArgumentException if it holds a run, or another fine-tuning
   */
  public TunedFolder(
      Path path,
      RunCheckpoint run,
      FineTuneSettings settings,
      TunedTexts source,
      Labels labels,
      boolean alone) {
    this.path = path;
    this.run = run;
    this.alone = alone;
    String content = source.digest();
    this.notes = new HashMap<>(RunFolder.dataEntries(source.paths(), content));
    notes.put(Fingerprint.NOTE, TunedTrainings.fingerprint(run, settings, content, source, alone));
    notes.put(LABELS, String.join("\n", labels.names()));
    notes.put(SPAWNED, Boolean.toString(run.checkpoint().progress().spawned()));
    this.network = run.config().with(c -> c.split(source.rule()).data(source.form()));
    notes.put(NETWORK, ConfigFile.text(network));
    notes.put(VOCABULARY, vocabulary(run.folder().tokenizerPath()));
    if (RunFolder.isOne(path)) {
      RunFolder.unused(path);
    }
    for (TunedKind kind : TunedKind.values()) {
      CheckpointFolder.openNewestWhole(path.resolve(kind.folder())).ifPresent(this::requireSame);
    }
  }

  private void requireSame(Checkpoint there) {
    if (!Objects.equals(notes.get(Fingerprint.NOTE), there.config().get(Fingerprint.NOTE))) {
      throw new IllegalArgumentException(
          path
              + " holds a fine-tuning with other settings, model, data or version: repeat its"
              + " command to go on with it, or name another folder");
    }
  }

  /** Where it is. */
  public Path path() {
    return path;
  }

  /** Its trainings, each of which goes on from its newest whole checkpoint, if its curve is. */
  public List<TunedPart> parts() {
    List<CurveRow> recorded = CurveFile.readIfWhole(path.resolve(CurveFile.NAME));
    return TunedKind.all(alone).stream().map(kind -> part(kind, recorded)).toList();
  }

  private TunedPart part(TunedKind kind, List<CurveRow> recorded) {
    Path checkpoints = path.resolve(kind.folder());
    List<CurveRow> own = recorded.stream().filter(row -> row.task().equals(kind.part())).toList();
    Optional<Checkpoint> saved =
        CheckpointFolder.openNewestWhole(checkpoints)
            .filter(at -> upTo(at, own).size() == at.progress().step());
    List<CurveRow> earlier = saved.map(at -> upTo(at, own)).orElse(List.of());
    return new TunedPart(kind, checkpoints, notes, saved, earlier);
  }

  private static List<CurveRow> upTo(Checkpoint saved, List<CurveRow> rows) {
    return rows.stream().filter(row -> row.step() <= saved.progress().step()).toList();
  }

  /**
   * What was reached, if all was measured before; the curves are not asked for.
   *
   * @param steps of each training
   * @param texts name of those that the last measurement is of
   */
  public Optional<FineTuned> finished(long steps, String texts) {
    return CheckpointFolder.openNewestWhole(path.resolve(TunedKind.TUNED.folder()))
        .filter(at -> at.progress().step() == steps)
        .flatMap(at -> ClassScoreFile.read(path))
        .flatMap(
            scores ->
                ClassFile.read(path, texts)
                    .map(measured -> new FineTuned(scores, Optional.of(measured))));
  }

  /** The configuration of the network, which may have been edited. */
  public static RunConfig model(Path folder) {
    return ConfigFile.read(folder.resolve(MODEL));
  }

  /**
   * The configuration of the network that a checkpoint is of.
   *
   * @throws IllegalArgumentException if it or the tokenizer is not that of the checkpoint
   */
  public static RunConfig model(Path folder, Checkpoint checkpoint) {
    RunConfig model = model(folder);
    require(folder.resolve(MODEL), checkpoint, NETWORK, ConfigFile.text(model));
    Path tokenizer = folder.resolve(RunFolder.TOKENIZER);
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
    return FolderDigest.of(TokenizerFiles.in(tokenizer));
  }

  /**
   * The texts that a classifier was fine-tuned on.
   *
   * @throws IllegalArgumentException if they are not there any more, or others are now, were in no
   *     file, or the classifier is of a version that did not keep where they are
   */
  public static ClassSource source(Checkpoint checkpoint, RunConfig model) {
    if (RunFolder.isOfNoFile(checkpoint)) {
      throw new IllegalArgumentException(
          "the texts that %s was fine-tuned on were a program's and are in no file; name the texts to measure on (--data)"
              .formatted(checkpoint.location()));
    }
    List<Path> data = RunFolder.data(checkpoint);
    if (!RunFolder.isSameData(checkpoint, data)) {
      throw new IllegalArgumentException(
          "the data in %s is not what the classifier was fine-tuned on; name the texts to measure on (--data)"
              .formatted(data));
    }
    return new ClassSource(data, model.split(), model.data());
  }

  public static List<String> labels(Checkpoint checkpoint) {
    return checkpoint.config().getOrDefault(LABELS, "").lines().toList();
  }

  public static boolean spawned(Checkpoint checkpoint) {
    return Boolean.parseBoolean(checkpoint.config().get(SPAWNED));
  }

  /**
   * Before anything is trained: scores that are here are not those that will be measured, nor is a
   * log of steps that were not saved, and the classifier is going to be complete in itself.
   */
  public void begin(List<TunedPart> parts) {
    try {
      Files.deleteIfExists(path.resolve(ClassScoreFile.NAME));
      if (parts.stream().allMatch(part -> part.saved().isEmpty())) {
        Files.deleteIfExists(path.resolve(StepFile.NAME));
      }
      new RunFolder(path).deleteConfig();
      Path tokenizer = FileTree.requireNoLink(path.resolve(RunFolder.TOKENIZER));
      TokenizerFiles.copy(run.folder().tokenizerPath(), Files.createDirectories(tokenizer));
      ConfigFile.write(path.resolve(MODEL), network);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot write " + path + ": " + IoReason.of(e, path), e);
    }
  }

  /** A watcher that also writes the log of all steps into this folder. */
  public RunWatcher logging(RunWatcher watcher) {
    return new RunFolder(path).logging(watcher);
  }

  /** Keeps what was measured; of the checkpoints, those of the classifier stay. */
  public void finish(List<ClassScores> scores, ClassEvaluation evaluation) {
    ClassFile.write(path, evaluation);
    ClassScoreFile.write(path, scores);
    TunedPart.deleteCheckpoints(path.resolve(TunedKind.SCRATCH.folder()));
  }
}
