package io.evomoe.run.internal.folder;

import io.evomoe.internal.files.FileTree;
import io.evomoe.internal.files.Fingerprint;
import io.evomoe.models.internal.hub.TokenizerFiles;
import io.evomoe.run.config.ConfigFile;
import io.evomoe.run.config.RunConfig;
import io.evomoe.run.record.DataChange;
import io.evomoe.run.record.Json;
import io.evomoe.run.record.RunFiles;
import io.evomoe.training.checkpoint.Checkpoint;
import io.evomoe.training.checkpoint.CheckpointFolder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * The folder of a training run: {@code config.yaml}, {@code tokenizer/}, {@code checkpoints/}, and
 * the curves, the log of all steps and results.
 *
 * @param path of the folder
 */
public record RunFolder(Path path) {
  private static final String DATA = "data";
  private static final String CONTENT = "dataSha256";
  private static final String CHANGES = "dataChanges";
  private static final String VOCABULARY = "vocabulary";

  /**
   * Opens a folder that {@code train} has written.
   *
   * @param path the folder, or one checkpoint in it
   * @throws IllegalArgumentException if it is none; the message names the folder of a fine-tuned
   *     classifier as such
   */
  public static RunFolder open(Path path) {
    return new RunFolder(RunFiles.runOf(path));
  }

  /** Writes the configuration. */
  public void write(RunConfig config) {
    ConfigFile.write(configFile(), config);
  }

  /**
   * Returns the configuration as it was written, which may differ from a checkpoint's.
   *
   * @throws IllegalArgumentException if it cannot be read, or the file is a symbolic link
   */
  public RunConfig config() {
    return ConfigFile.read(FileTree.requireNoLink(configFile()));
  }

  /** Writes the configuration if the file has another one. */
  public void replace(RunConfig next) {
    if (!config().equals(next)) {
      write(next);
    }
  }

  /** Returns the path of the configuration. */
  public Path configFile() {
    return path.resolve(RunFiles.CONFIG);
  }

  /** Returns the path of the tokenizer. */
  public Path tokenizerPath() {
    return path.resolve(RunFiles.TOKENIZER);
  }

  /** Returns the path of the encoded text, for resuming. */
  public Path tokensPath() {
    return path.resolve("tokens.bin");
  }

  /** Whether the run has a tokenizer; imported models may have none. */
  public boolean hasTokenizer() {
    return hasProgramTokenizer() || TokenizerFiles.isIn(tokenizerPath());
  }

  /** Whether the run has a tokenizer of a program, which is in no file. */
  public boolean hasProgramTokenizer() {
    return ProgramTokenizer.isIn(tokenizerPath());
  }

  /** Returns the folder with the parts of an import that an export restores. */
  public Path originPath() {
    return path.resolve("hub");
  }

  /** Rejects a run that was imported without a tokenizer. */
  public void requireTokenizer() {
    if (!hasTokenizer()) {
      throw new IllegalArgumentException(
          path + " must have a tokenizer for this, was imported without one");
    }
  }

  /**
   * Returns a writer of checkpoints; the tokenizer must already be in the folder.
   *
   * @param data entries for the data ({@link #dataEntries})
   * @param config that the checkpoints are bound to; its guards limit how many are kept
   * @param notes text by name
   */
  public CheckpointFolder checkpointWriter(
      Map<String, String> data, RunConfig config, Map<String, String> notes) {
    Map<String, String> entries = new HashMap<>(notes);
    entries.putAll(SavedConfig.entry(config));
    entries.putAll(data);
    entries.put(VOCABULARY, tokenizerDigest());
    return new CheckpointFolder(checkpoints(), config.guards().keepCheckpoints(), entries);
  }

  /**
   * Returns a checkpoint's entries for its data, for {@link #data} and {@link #isSameData}.
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

  /** Returns a checkpoint's entries for its data. */
  public static Map<String, String> dataEntries(Checkpoint checkpoint) {
    Map<String, String> kept = new HashMap<>(checkpoint.config());
    kept.keySet().retainAll(Set.of(DATA, CONTENT, CHANGES));
    return kept;
  }

  /**
   * Returns a verified checkpoint.
   *
   * @param wanted this folder for the best or newest one, or one checkpoint in it
   * @param best whether the best one is taken, if there is one
   * @throws IllegalArgumentException if there is none, or the tokenizer is not the one of the
   *     training
   * @throws io.evomoe.training.CheckpointException if it is damaged; the message names the newest
   *     complete one before it
   */
  public Checkpoint checkpoint(Path wanted, boolean best) {
    Checkpoint checkpoint =
        RunFiles.isCheckpoint(wanted)
            ? Checkpoint.open(wanted.toAbsolutePath().normalize())
            : last(best);
    if (!tokenizerDigest().equals(checkpoint.config().get(VOCABULARY))) {
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

  /** Returns an identifier of the tokenizer; imported models, and their folders, may have none. */
  public String tokenizerDigest() {
    return Fingerprint.ofContent(
        Files.exists(tokenizerPath()) ? List.of(tokenizerPath()) : List.of());
  }

  private Checkpoint last(boolean best) {
    Optional<Checkpoint> last =
        best
            ? CheckpointFolder.openBest(checkpoints())
            : CheckpointFolder.openLatest(checkpoints());
    return last.orElseThrow(
        () -> new IllegalArgumentException("there is no checkpoint in " + checkpoints()));
  }

  /** Returns the place of a checkpoint's data. */
  public static List<Path> data(Checkpoint checkpoint) {
    String data = checkpoint.config().get(DATA);
    if (data == null || data.isEmpty()) {
      throw new IllegalArgumentException(
          checkpoint.location()
              + " has no data in files; name it (--data), or pass it again"
              + " (Run.opening(folder).data(...))");
    }
    return data.lines().map(Path::of).toList();
  }

  /**
   * Returns the entries for data of a run that is resumed. If it is not that of the checkpoint, the
   * change is one of its {@link #dataChanges}.
   *
   * @param content digest of the data as it was read
   */
  public static Map<String, String> dataEntries(
      Checkpoint checkpoint, List<Path> data, String content) {
    Map<String, String> entries = new HashMap<>(dataEntries(data, content));
    List<DataChange> changes = new ArrayList<>(dataChanges(checkpoint.config()));
    if (!isSameData(checkpoint, content)) {
      long step = checkpoint.progress().step();
      changes.add(new DataChange(step, dataName(checkpoint.config()), dataName(entries)));
    }
    if (!changes.isEmpty()) {
      entries.put(CHANGES, Json.line(changes));
    }
    return entries;
  }

  private static String dataName(Map<String, String> entries) {
    String paths = entries.getOrDefault(DATA, "");
    return paths.isEmpty() ? "data of a program" : paths.replace("\n", " and ");
  }

  /** Returns the changes of the data since the first step, from a checkpoint's entries. */
  public static List<DataChange> dataChanges(Map<String, String> entries) {
    String text = entries.getOrDefault(CHANGES, "[]");
    String mistake = "the data changes of the checkpoint cannot be read";
    return List.of(Json.read(text, DataChange[].class, mistake));
  }

  /** Whether the data was only in memory. */
  public static boolean isOfNoFile(Checkpoint checkpoint) {
    return "".equals(checkpoint.config().get(DATA));
  }

  /** Whether data with a digest is that of the run's start. */
  public static boolean isSameData(Checkpoint checkpoint, String content) {
    return content.equals(checkpoint.config().get(CONTENT));
  }

  private Path checkpoints() {
    return path.resolve(RunFiles.CHECKPOINTS);
  }
}
