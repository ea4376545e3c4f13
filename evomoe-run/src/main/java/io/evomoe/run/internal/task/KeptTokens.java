package io.evomoe.run.internal.task;

import io.evomoe.internal.files.Fingerprint;
import io.evomoe.models.text.TokenFile;
import io.evomoe.models.text.Tokenizer;
import io.evomoe.run.config.RunConfig;
import io.evomoe.run.internal.folder.RunFolder;
import io.evomoe.run.task.TaskData;
import io.evomoe.run.task.Tasks;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The encoded text of a run, in its folder. A run that resumes with the same text, tokenizer, task
 * and split reads the ids from there. Any other file there is ignored, and overwritten.
 */
public final class KeptTokens {
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
