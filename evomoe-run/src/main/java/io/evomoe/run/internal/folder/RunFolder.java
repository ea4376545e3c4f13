package io.evomoe.run.internal.folder;

import io.evomoe.internal.files.FileTree;
import io.evomoe.internal.files.IoReason;
import io.evomoe.models.hub.TokenizerFiles;
import io.evomoe.models.text.BpeTokenizer;
import io.evomoe.run.config.BoundConfig;
import io.evomoe.run.config.ConfigFile;
import io.evomoe.run.config.RunConfig;
import io.evomoe.run.record.RunWatcher;
import io.evomoe.run.record.StepFile;
import io.evomoe.training.CheckpointWriter;
import io.evomoe.training.checkpoint.Checkpoint;
import io.evomoe.training.checkpoint.CheckpointFolder;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The folder of a training run: {@code config.yaml}, {@code tokenizer/}, {@code checkpoints/}, and
 * the curves, the log of all steps and results.
 *
 * @param path of the folder
 */
public record RunFolder(Path path) {
  /** Name of the folder with the tokenizer. */
  public static final String TOKENIZER = "tokenizer";

  private static final String HOLDS_OTHERS =
      " holds checkpoints already, of finetune or a program: name another folder";

  /** What a fine-tuned classifier has in its folder, and no run. */
  public static final String CLASSIFIER = "model.yaml";

  /** Where a fine-tuning keeps the network without pre-training, until all is measured. */
  public static final String SCRATCH = "scratch";

  /** Name of the folder in that of a comparison which holds its runs. */
  public static final String RUNS = "runs";

  /** What the folder of a comparison's run has when it is over. */
  public static final String FINISHED = "finished.json";

  private static final String CONFIG = "config.yaml";
  private static final String DATA = "data";
  private static final String CONTENT = "dataSha256";
  private static final String VOCABULARY = "vocabulary";
  private static final String NEXT_CONFIG = "nextConfig";
  private static final String NEXT_CONFIG_AFTER = "nextConfigAfterSha256";
  private static final String CHECKPOINTS = "checkpoints";

  /**
   * A folder that {@code train} has written.
   *
   * @param path the folder, or one checkpoint in it
   * @throws IllegalArgumentException if it is none; that of a fine-tuned classifier is named as
   *     such
   */
  public static RunFolder open(Path path) {
    Path run = runOfCheckpoint(path);
    if (run != null) {
      return open(run);
    }
    if (!isOne(path)) {
      throw new IllegalArgumentException(path + whyNone(path));
    }
    return new RunFolder(path);
  }

  private static String whyNone(Path path) {
    return Files.isRegularFile(path.resolve(CLASSIFIER))
        ? " holds a fine-tuned classifier, not a training run: classify applies it, eval measures"
            + " it, and the finetune that began it goes on with it"
        : " is not the folder of a training run: it has no " + CONFIG + instead(path);
  }

  /** What was meant, where that can be seen: of a comparison a run in it that kept its model. */
  private static String instead(Path path) {
    if (Files.exists(path.resolve(FINISHED))) {
      return ", since its model was not kept";
    }
    try (Stream<Path> runs = Files.list(path.resolve(RUNS))) {
      return runs.filter(RunFolder::isOne)
          .sorted()
          .findFirst()
          .map(run -> ", " + run + " has one")
          .orElse("");
    } catch (IOException e) {
      return ""; // no folder of runs
    }
  }

  /** The folder of the run that a checkpoint belongs to; null where the path is not of one. */
  private static @Nullable Path runOfCheckpoint(Path path) {
    Path absolute = path.toAbsolutePath().normalize();
    Path parent = absolute.getParent();
    if (parent == null
        || !parent.endsWith(CHECKPOINTS)
        || !String.valueOf(absolute.getFileName()).startsWith("step-")) {
      return null;
    }
    return parent.getParent();
  }

  /** Whether a folder holds a run, and not checkpoints of something else. */
  public static boolean isOne(Path path) {
    return Files.isRegularFile(path.resolve(CONFIG));
  }

  /**
   * A folder whose files may be written, because no run has left its own there. A run that was
   * ended before its first checkpoint has nothing to go on from, and is written over.
   *
   * @throws IllegalArgumentException if one has
   */
  public static RunFolder unused(Path path) {
    RunFolder folder = new RunFolder(path);
    if (CheckpointFolder.latest(folder.checkpoints()).isPresent()) {
      throw new IllegalArgumentException(
          isOne(path)
              ? path
                  + " holds a run already: continue it with train --resume or Run.open, or name another folder"
              : path + HOLDS_OTHERS);
    }
    if (CheckpointFolder.latest(path.resolve(SCRATCH)).isPresent()) {
      throw new IllegalArgumentException(path + HOLDS_OTHERS);
    }
    return folder;
  }

  /** Deletes what a fine-tuning has left that was ended before its first checkpoint. */
  public void deleteClassifier() {
    deleteFile(path.resolve(CLASSIFIER));
  }

  /** Deletes what a run has left that was ended before its first checkpoint. */
  public void deleteConfig() {
    deleteFile(configFile());
  }

  private static void deleteFile(Path file) {
    try {
      Files.deleteIfExists(file);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot delete " + file + ": " + IoReason.of(e, file), e);
    }
  }

  /** Writes the configuration. */
  public void write(RunConfig config) {
    ConfigFile.write(configFile(), config);
  }

  /**
   * The configuration of the run, as it was written; maybe not what a checkpoint was made with.
   *
   * @throws IllegalArgumentException if it cannot be read, or the file is a symbolic link
   */
  public RunConfig config() {
    return ConfigFile.read(FileTree.requireNoLink(configFile()));
  }

  /**
   * A writer for the checkpoint with which a run takes another configuration. The file is replaced
   * after it ({@link #replace}); until then the checkpoint has the file's next content, so a kill
   * between the two leaves a run of one configuration.
   */
  public CheckpointWriter withNext(RunConfig next, CheckpointWriter checkpoints) {
    String before = FolderDigest.of(configFile());
    return state -> {
      Map<String, String> notes = new HashMap<>(state.notes());
      notes.put(NEXT_CONFIG, ConfigFile.text(next));
      notes.put(NEXT_CONFIG_AFTER, before);
      return checkpoints.write(state.with(notes));
    };
  }

  /**
   * The configuration that the file was to have next when the process was killed; empty where it
   * has it, or was edited since.
   */
  public Optional<RunConfig> next(Checkpoint checkpoint) {
    String next = checkpoint.config().get(NEXT_CONFIG);
    return next != null
            && FolderDigest.of(configFile()).equals(checkpoint.config().get(NEXT_CONFIG_AFTER))
        ? Optional.of(ConfigFile.parse(next, checkpoint.location().toString()))
        : Optional.empty();
  }

  /** Writes the configuration where the file has another one. */
  public void replace(RunConfig next) {
    if (!config().equals(next)) {
      write(next);
    }
  }

  /** Where the configuration is. */
  public Path configFile() {
    return path.resolve(CONFIG);
  }

  /** A watcher that also writes the log of all steps, {@link StepFile}, into this folder. */
  public RunWatcher logging(RunWatcher watcher) {
    return RunWatcher.all(List.of(StepFile.in(path), watcher));
  }

  /** Where the tokenizer is. */
  public Path tokenizerPath() {
    return path.resolve(TOKENIZER);
  }

  /** Where the encoded text is, to go on with. */
  public Path tokensPath() {
    return path.resolve("tokens.bin");
  }

  /** Whether the run has a tokenizer; imported models may be without. */
  public boolean hasTokenizer() {
    return TokenizerFiles.isIn(tokenizerPath());
  }

  /** Where an import keeps what an export gives back. */
  public Path originPath() {
    return path.resolve("hub");
  }

  /** Refuses a run that was imported without a tokenizer. */
  public void requireTokenizer() {
    if (!hasTokenizer()) {
      throw new IllegalArgumentException(
          path + " must have a tokenizer for this, was imported without one");
    }
  }

  /** The tokenizer of the run. */
  public BpeTokenizer tokenizer() {
    requireTokenizer();
    return BpeTokenizer.load(tokenizerPath());
  }

  /**
   * Writes checkpoints here, where the tokenizer is already.
   *
   * @param data files and folders, kept for resuming
   * @param config that the checkpoints are bound to; of its guards, how many of them stay
   */
  public CheckpointFolder checkpointWriter(List<Path> data, RunConfig config) {
    return checkpointWriter(data, FolderDigest.of(data), config);
  }

  /**
   * The same for data that was read before.
   *
   * @param content digest of the data as it was read
   */
  public CheckpointFolder checkpointWriter(List<Path> data, String content, RunConfig config) {
    return checkpointWriter(data, content, config, Map.of());
  }

  /**
   * The same with more to be kept in every checkpoint.
   *
   * @param notes text by a name that no field of a configuration has
   */
  public CheckpointFolder checkpointWriter(
      List<Path> data, String content, RunConfig config, Map<String, String> notes) {
    return checkpointWriter(dataEntries(data, content), config, notes);
  }

  /**
   * The same for the data of another checkpoint, which is not looked at.
   *
   * @param data what that checkpoint keeps of it
   */
  public CheckpointFolder checkpointWriter(
      Map<String, String> data, RunConfig config, Map<String, String> notes) {
    Map<String, String> entries = new HashMap<>(BoundConfig.entries(config));
    entries.putAll(notes);
    entries.putAll(data);
    entries.put(VOCABULARY, tokenizerDigest());
    return new CheckpointFolder(checkpoints(), config.guards().keepCheckpoints(), entries);
  }

  /**
   * What a checkpoint keeps of its data, for {@link #data} and {@link #isSameData}.
   *
   * @param content digest of the data as it was read
   */
  public static Map<String, String> dataEntries(List<Path> data, String content) {
    String paths =
        data.stream()
            .map(source -> source.toAbsolutePath().normalize().toString())
            .collect(Collectors.joining("\n"));
    return Map.of(DATA, paths, CONTENT, content);
  }

  /** What a checkpoint keeps of its data; nothing where an older one does not say. */
  public static Map<String, String> dataEntries(Checkpoint checkpoint) {
    Map<String, String> kept = new HashMap<>(checkpoint.config());
    kept.keySet().retainAll(Set.of(DATA, CONTENT));
    return kept;
  }

  /**
   * A checkpoint, verified.
   *
   * @param wanted this folder for the newest one, or one checkpoint in it
   * @throws IllegalArgumentException if there is none, or the tokenizer is not the one that it was
   *     trained with
   * @throws io.evomoe.training.checkpoint.CheckpointException if it is damaged; the message names
   *     the newest whole one before it
   */
  public Checkpoint checkpoint(Path wanted) {
    Checkpoint checkpoint =
        runOfCheckpoint(wanted) == null
            ? latest()
            : Checkpoint.open(wanted.toAbsolutePath().normalize());
    String trainedWith = checkpoint.config().get(VOCABULARY);
    if (trainedWith != null && !trainedWith.equals(tokenizerDigest())) {
      throw new IllegalArgumentException(
          "%s that %s was trained with"
              .formatted(
                  hasTokenizer()
                      ? "the vocabulary in " + tokenizerPath() + " is not the one"
                      : "there is no tokenizer in " + tokenizerPath() + ": it must be the one",
                  checkpoint.location()));
    }
    return checkpoint;
  }

  /** What tells the tokenizer from others; imported models may be without, their folder too. */
  public String tokenizerDigest() {
    return FolderDigest.of(Files.exists(tokenizerPath()) ? List.of(tokenizerPath()) : List.of());
  }

  private Checkpoint latest() {
    return CheckpointFolder.openLatest(checkpoints())
        .orElseThrow(
            () -> new IllegalArgumentException("there is no checkpoint in " + checkpoints()));
  }

  /** Where the data of a checkpointed run was. */
  public static List<Path> data(Checkpoint checkpoint) {
    String data = checkpoint.config().get(DATA);
    if (data == null || data.isEmpty()) {
      throw new IllegalArgumentException(
          checkpoint.location() + " does not say where its data was; name it (--data)");
    }
    return data.lines().map(Path::of).toList();
  }

  /** Whether the data of what a checkpoint is of was in memory alone. */
  public static boolean isOfNoFile(Checkpoint checkpoint) {
    return "".equals(checkpoint.config().get(DATA));
  }

  /** Whether the data is what the run began with; true where an older checkpoint does not say. */
  public static boolean isSameData(Checkpoint checkpoint, List<Path> data) {
    String content = checkpoint.config().get(CONTENT);
    return content == null || content.equals(FolderDigest.of(data));
  }

  /** The same of data whose digest is known. */
  public static boolean isSameData(Checkpoint checkpoint, String content) {
    return content.equals(checkpoint.config().getOrDefault(CONTENT, content));
  }

  private Path checkpoints() {
    return path.resolve(CHECKPOINTS);
  }
}
