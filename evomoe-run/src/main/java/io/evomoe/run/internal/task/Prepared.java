package io.evomoe.run.internal.task;

import io.evomoe.internal.files.FileTree;
import io.evomoe.internal.files.IoReason;
import io.evomoe.internal.files.ScratchFolder;
import io.evomoe.models.hub.TokenizerFiles;
import io.evomoe.models.text.TextProgress;
import io.evomoe.models.text.Tokenizer;
import io.evomoe.run.config.RunConfig;
import io.evomoe.run.data.Dataset;
import io.evomoe.run.internal.folder.ProgramTokenizer;
import io.evomoe.run.internal.folder.RunFolder;
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

/**
 * Data that was read, encoded and checked for its length, while the output folder is still empty.
 * The tokenizer is in a temporary folder, which is deleted when this is closed.
 */
public record Prepared(TaskData<?, ?> data, ScratchFolder scratch) implements AutoCloseable {
  /**
   * Reads data and trains a tokenizer on its training set.
   *
   * @param data files or folders, at least one
   * @param output folder for an unnamed file
   * @param progress called with the progress
   */
  public static Prepared read(
      List<Path> data, RunConfig config, Path output, TextProgress progress) {
    return read(Dataset.files(data), config, TokenizerSource::learned, output, progress);
  }

  /**
   * Reads data.
   *
   * @param tokenizer makes the tokenizer, and writes its files into a folder
   * @param output folder for an unnamed file
   * @param progress called with the progress
   */
  public static Prepared read(
      Dataset data,
      RunConfig config,
      Function<Path, TokenizerSource> tokenizer,
      Path output,
      TextProgress progress) {
    return of(config, folder -> read(data, config, tokenizer.apply(folder), output, progress));
  }

  /** Reads data for a run that takes over the tokenizer of another one. */
  public static Prepared read(
      Dataset data, RunConfig config, RunCheckpoint tokenized, Path output, TextProgress progress) {
    return of(
        config,
        folder -> {
          ProgramTokenizer.copy(tokenized.folder(), folder);
          return open(data, data.digest(), config, tokenized, output, progress);
        });
  }

  private static Prepared of(RunConfig config, Function<Path, TaskData<?, ?>> read) {
    ScratchFolder scratch = ScratchFolder.create(RunFolder.TOKENIZER);
    try {
      TaskData<?, ?> data = read.apply(scratch.path());
      data.batches(config);
      return new Prepared(data, scratch);
    } catch (RuntimeException e) {
      scratch.close();
      throw e;
    }
  }

  /** Opens the data of a run that has its tokenizer in place, and maybe the encoded text. */
  public static TaskData<?, ?> open(
      List<Path> data, RunConfig config, RunCheckpoint tokenized, TextProgress progress) {
    Dataset files = Dataset.files(data);
    return open(files, files.digest(), config, tokenized, progress);
  }

  /**
   * Opens data with a known digest.
   *
   * @param content digest of the data
   */
  public static TaskData<?, ?> open(
      Dataset data,
      String content,
      RunConfig config,
      RunCheckpoint tokenized,
      TextProgress progress) {
    return open(data, content, config, tokenized, ScratchFolder.parent(), progress);
  }

  private static TaskData<?, ?> open(
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
        : read(data, config, TokenizerSource.of(tokenizer), output, progress);
  }

  private static TaskData<?, ?> read(
      Dataset data,
      RunConfig config,
      TokenizerSource tokenizer,
      Path output,
      TextProgress progress) {
    return Tasks.named(config.task()).read(data, config, tokenizer, output, progress);
  }

  /** Moves the tokenizer to its place. */
  public void saveTokenizer(Path folder) {
    try (Stream<Path> files = Files.list(scratch.path())) {
      Path target =
          Files.createDirectories(FileTree.requireNoLink(folder.resolve(RunFolder.TOKENIZER)));
      List<Path> made = files.toList();
      if (!made.isEmpty()) {
        TokenizerFiles.delete(target);
        Files.deleteIfExists(target.resolve(ProgramTokenizer.NAME));
      }
      for (Path file : made) {
        Files.move(file, target.resolve(file.getFileName()), StandardCopyOption.REPLACE_EXISTING);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(
          "cannot write the tokenizer into " + folder + ": " + IoReason.of(e, folder), e);
    }
    scratch.close();
  }

  @Override
  public void close() {
    scratch.close();
  }
}
