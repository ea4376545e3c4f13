package io.evomoe.bench.cli;

import io.evomoe.bench.run.RunConfig;
import io.evomoe.bench.run.Task;
import io.evomoe.bench.task.RunCheckpoint;
import io.evomoe.bench.task.Tasks;
import io.evomoe.files.FileTree;
import io.evomoe.models.hub.TokenizerFiles;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.stream.Stream;

/**
 * A task whose data was read, encoded and found long enough, with nothing yet in the output folder:
 * the tokenizer waits in a temporary one.
 */
record Prepared(Task<?, ?> task, Path tokenizer) {
  static final String TOKENIZER = "tokenizer";

  static Prepared data(RunOptions options, RunConfig config) {
    return data(options.dataPaths(), config);
  }

  static Prepared data(List<Path> data, RunConfig config) {
    try (WorkProgress progress = WorkProgress.onConsole()) {
      Path staging = TemporaryFolder.create("evomoe-tokenizer");
      Task<?, ?> task = Tasks.named(config.task()).prepare(data, config, staging, progress);
      task.data(config);
      return new Prepared(task, staging);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot make a temporary folder", e);
    }
  }

  /** The same for a run that takes over the tokenizer of another one. */
  static Prepared data(RunOptions options, RunConfig config, RunCheckpoint tokenized) {
    Task<?, ?> task = open(options.dataPaths(), config, tokenized);
    task.data(config);
    try {
      Path staging = TemporaryFolder.create("evomoe-tokenizer");
      TokenizerFiles.copy(tokenized.folder().tokenizerPath(), staging);
      return new Prepared(task, staging);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot make a temporary folder", e);
    }
  }

  /** The task of a run that has its tokenizer in place. */
  static Task<?, ?> open(List<Path> data, RunConfig config, RunCheckpoint tokenized) {
    try (WorkProgress progress = WorkProgress.onConsole()) {
      return Tasks.named(config.task()).open(data, config, tokenized.tokenizer(), progress);
    }
  }

  /** Moves the tokenizer to its place. */
  void saveTokenizer(Path folder) {
    try {
      Path target = Files.createDirectories(FileTree.requireNoLink(folder.resolve(TOKENIZER)));
      for (Path file : files()) {
        Files.move(file, target.resolve(file.getFileName()), StandardCopyOption.REPLACE_EXISTING);
      }
      TemporaryFolder.delete(tokenizer);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot write the tokenizer into " + folder, e);
    }
  }

  private List<Path> files() throws IOException {
    try (Stream<Path> files = Files.list(tokenizer)) {
      return files.toList();
    }
  }
}
