package io.evomoe.run;

import io.evomoe.internal.files.FileTree;
import io.evomoe.internal.files.Fingerprint;
import io.evomoe.internal.files.IoReason;
import io.evomoe.internal.files.ScratchFolder;
import io.evomoe.models.internal.hub.TokenizerFiles;
import io.evomoe.models.text.TextProgress;
import io.evomoe.models.text.TokenFile;
import io.evomoe.models.text.Tokenizer;
import io.evomoe.run.config.RunConfig;
import io.evomoe.run.data.Dataset;
import io.evomoe.run.internal.folder.ProgramTokenizer;
import io.evomoe.run.internal.folder.RunFolder;
import io.evomoe.run.internal.task.RunCheckpoint;
import io.evomoe.run.record.RunFiles;
import io.evomoe.run.task.TaskData;
import io.evomoe.run.task.Tasks;
import io.evomoe.run.task.TokenizerSource;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Data that was read and encoded, with its tokenizer: by one run, or once for several, as {@code
 * compare} does.
 *
 * <pre>{@code
 * try (PreparedData data = PreparedData.read(texts, config)) {
 *   for (String gate : List.of("evomoe", "switch")) {
 *     try (Run<?> run =
 *         Run.of(config.with(c -> c.gate(gate)), texts).prepared(data).in(folder.resolve(gate))) {
 *       run.train();
 *     }
 *   }
 * }
 * }</pre>
 */
public final class PreparedData implements AutoCloseable {
  private final Dataset source;
  private final String content;
  private final RunConfig config;
  private final TaskData<?, ?> data;
  private final ScratchFolder tokenizer;

  /**
   * Reads data.
   *
   * @param tokenizers makes the tokenizer, and writes its files into a folder
   * @param tokenized run whose tokenizer that is, with maybe the encoded text; null for a new one
   */
  PreparedData(
      Dataset source,
      RunConfig config,
      Function<Path, TokenizerSource> tokenizers,
      @Nullable RunCheckpoint tokenized,
      Path output,
      TextProgress progress) {
    this.source = source;
    this.content = source.digest();
    this.config = config;
    this.tokenizer = ScratchFolder.create(RunFiles.TOKENIZER);
    try {
      TokenizerSource encoder = tokenizers.apply(tokenizer.path());
      data =
          tokenized == null
              ? Tasks.named(config.task()).read(source, config, encoder, output, progress)
              : open(source, content, config, tokenized, output, progress);
      data.batches(config);
    } catch (RuntimeException e) {
      tokenizer.close();
      throw e;
    }
  }

  /**
   * Reads data and trains a tokenizer on its training set.
   *
   * @param data files or folders, at least one
   * @param config whose task, split and form of data the data is read for
   * @throws IllegalArgumentException if the data cannot be read, or is too short for a batch
   */
  public static PreparedData read(List<Path> data, RunConfig config) {
    return read(data, config, ScratchFolder.parent(), TextProgress.NONE);
  }

  /**
   * Reads data and trains a tokenizer on its training set.
   *
   * @param data files or folders, at least one
   * @param config whose task, split and form of data the data is read for
   * @param output folder for large temporary files
   * @param progress called with the progress
   * @throws IllegalArgumentException if the data cannot be read, or is too short for a batch
   */
  public static PreparedData read(
      List<Path> data, RunConfig config, Path output, TextProgress progress) {
    return new PreparedData(
        Dataset.files(data), config, TokenizerSource::learned, null, output, progress);
  }

  /**
   * Opens the data of a run that has its tokenizer in place, and maybe the encoded text.
   *
   * @param content digest of the data
   */
  static TaskData<?, ?> open(
      Dataset data,
      String content,
      RunConfig config,
      RunCheckpoint tokenized,
      Path output,
      TextProgress progress) {
    Tokenizer tokenizer = tokenized.tokenizer();
    Optional<TaskData<?, ?>> kept =
        KeptTokens.of(tokenized.folder(), content, config).read(config, tokenizer);
    return kept.isPresent()
        ? kept.get()
        : Tasks.named(config.task())
            .read(data, config, TokenizerSource.of(tokenizer), output, progress);
  }

  /** Returns the encoded data. */
  public TaskData<?, ?> data() {
    return data;
  }

  /** Returns the digest of the data as it was read. */
  public String content() {
    return content;
  }

  Dataset source() {
    return source;
  }

  /** Rejects a run that would read the data in another way. */
  void requireFit(RunConfig run) {
    run.requireDataOf(config, "the prepared data");
  }

  /** Writes the tokenizer into its place in the folder of a run, or of a comparison. */
  public void saveTokenizer(Path folder) {
    try (Stream<Path> files = Files.list(tokenizer.path())) {
      Path target =
          Files.createDirectories(FileTree.requireNoLink(folder.resolve(RunFiles.TOKENIZER)));
      List<Path> made = files.toList();
      if (!made.isEmpty()) {
        TokenizerFiles.delete(target);
        Files.deleteIfExists(target.resolve(ProgramTokenizer.NAME));
      }
      for (Path file : made) {
        Files.copy(file, target.resolve(file.getFileName()), StandardCopyOption.REPLACE_EXISTING);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(
          "cannot write the tokenizer into " + folder + ": " + IoReason.of(e, folder), e);
    }
  }

  /** Deletes the temporary files of the tokenizer. */
  @Override
  public void close() {
    tokenizer.close();
  }

  /**
   * The encoded text of a run, in its folder. A run that resumes with the same text, tokenizer,
   * task and split reads the ids from there. Any other file there is ignored, and overwritten.
   */
  static final class KeptTokens {
    private static final Logger log = LoggerFactory.getLogger(KeptTokens.class);

    private final Path file;
    private final String key;

    private KeptTokens(Path file, String key) {
      this.file = file;
      this.key = key;
    }

    /**
     * Opens the ids of data.
     *
     * @param folder of the run, with its tokenizer
     * @param content digest of the data
     */
    public static KeptTokens of(RunFolder folder, String content, RunConfig config) {
      return new KeptTokens(
          folder.tokensPath(),
          Fingerprint.of(
              content,
              folder.tokenizerDigest(),
              config.task(),
              config.split().toString(),
              config.data().toString()));
    }

    /** Returns the data, if the ids are there. */
    public Optional<TaskData<?, ?>> read(RunConfig config, Tokenizer tokenizer) {
      return TokenFile.read(file, key)
          .flatMap(tokens -> Tasks.named(config.task()).kept(tokens, tokenizer));
    }

    /** Writes the ids, unless they are there; a failure does not stop the run. */
    public void write(TaskData<?, ?> data) {
      Optional<TokenFile> tokens = data.tokens();
      if (tokens.isEmpty() || TokenFile.has(file, key)) {
        return;
      }
      try {
        tokens.get().write(file, key);
      } catch (UncheckedIOException | IllegalArgumentException e) {
        log.warn("The encoded text cannot be stored; it is encoded again when the run resumes", e);
      }
    }
  }
}
