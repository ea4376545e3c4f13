package io.evomoe.run;

import io.evomoe.internal.files.FileTree;
import io.evomoe.internal.files.Fingerprint;
import io.evomoe.internal.files.ScratchFolder;
import io.evomoe.models.internal.hub.TokenizerFiles;
import io.evomoe.models.text.ChatTemplate;
import io.evomoe.models.text.Documents;
import io.evomoe.models.text.SpecialTokens;
import io.evomoe.models.text.TextProgress;
import io.evomoe.models.text.TokenFile;
import io.evomoe.models.text.Tokenizer;
import io.evomoe.run.config.RunConfig;
import io.evomoe.run.data.Dataset;
import io.evomoe.run.internal.folder.ProgramTokenizer;
import io.evomoe.run.internal.folder.RunFolder;
import io.evomoe.run.internal.task.RunCheckpoint;
import io.evomoe.run.record.RunFiles;
import io.evomoe.run.task.Task;
import io.evomoe.run.task.TaskData;
import io.evomoe.run.task.TaskData.TokenizerSource;
import io.evomoe.run.task.Tasks;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Supplier;
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
  private static final Logger log = LoggerFactory.getLogger(PreparedData.class);

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
    this.content = source.digest(config.data());
    this.config = config;
    this.tokenizer = ScratchFolder.create(RunFiles.TOKENIZER);
    try {
      TokenizerSource encoder = withTemplate(tokenizers.apply(tokenizer.path()), tokenized);
      Task<?, ?> task = Tasks.named(config.task());
      Optional<TaskData<?, ?>> kept = tokenized == null ? Optional.empty() : kept(task, tokenized);
      data = kept.isPresent() ? kept.get() : task.read(source, config, encoder, output, progress);
      data.batches(config);
    } catch (RuntimeException e) {
      tokenizer.close();
      throw e;
    }
  }

  /** Adds the chat template of the tokenizer's files, or a plain one, which becomes one of them. */
  private TokenizerSource withTemplate(TokenizerSource source, @Nullable RunCheckpoint tokenized) {
    return new TokenizerSource() {
      @Override
      public Tokenizer tokenizer(
          Supplier<Documents> training,
          int vocabulary,
          SpecialTokens special,
          TextProgress progress) {
        return source.tokenizer(training, vocabulary, special, progress);
      }

      @Override
      public ChatTemplate chatTemplate(Tokenizer encoder) {
        Path made = tokenizer.path();
        Optional<ChatTemplate> known =
            ChatTemplate.in(made)
                .or(() -> tokenized == null ? Optional.empty() : tokenized.chatTemplate());
        if (known.isPresent()) {
          return known.get();
        }
        if (!TokenizerFiles.isIn(made) && !ProgramTokenizer.isIn(made)) {
          throw new IllegalArgumentException(
              "the run has no chat template, so it cannot be resumed on conversations; start a new"
                  + " run from it (--from)");
        }
        ChatTemplate plain = ChatTemplate.plain(encoder);
        plain.write(made);
        return plain;
      }
    };
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
    Path target = FileTree.requireNoLink(folder.resolve(RunFiles.TOKENIZER));
    ProgramTokenizer.copy(tokenizer.path(), target);
  }

  /** Deletes the temporary files of the tokenizer. */
  @Override
  public void close() {
    tokenizer.close();
  }

  /**
   * Identifies the encoded text in the folder of a run. A run that resumes with the same text,
   * tokenizer, task and split reads the ids from there.
   */
  private String tokensKey(RunFolder run) {
    return Fingerprint.of(
        content,
        run.tokenizerDigest(),
        config.task(),
        config.split().toString(),
        config.data().toString());
  }

  private Optional<TaskData<?, ?>> kept(Task<?, ?> task, RunCheckpoint run) {
    return TokenFile.read(run.folder().tokensPath(), tokensKey(run.folder()))
        .flatMap(tokens -> task.kept(tokens, run.tokenizer()));
  }

  /** Writes the encoded text into a run's folder; a failure does not stop the run. */
  void keepTokens(RunFolder run) {
    Optional<TokenFile> tokens = data.tokens();
    String key = tokensKey(run);
    if (tokens.isEmpty() || TokenFile.has(run.tokensPath(), key)) {
      return;
    }
    try {
      tokens.get().write(run.tokensPath(), key);
    } catch (UncheckedIOException | IllegalArgumentException e) {
      log.warn("The encoded text cannot be stored; it is encoded again when the run resumes", e);
    }
  }
}
