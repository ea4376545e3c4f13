package io.evomoe.bench.cli;

import io.evomoe.bench.run.RunConfig;
import io.evomoe.bench.run.Task;
import io.evomoe.bench.task.RunCheckpoint;
import io.evomoe.bench.task.Tasks;
import io.evomoe.files.FileTree;
import io.evomoe.files.IoReason;
import io.evomoe.files.ScratchFolder;
import io.evomoe.models.hub.TokenizerFiles;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.function.Function;
import java.util.stream.Stream;

/**
 * A task whose data was read, encoded and found long enough, with nothing yet in the output folder:
 * the tokenizer waits in a temporary one, which goes when this is closed.
 */
record Prepared(Task<?, ?> task, ScratchFolder scratch) implements AutoCloseable {
  static final String TOKENIZER = "tokenizer";

  static Prepared data(RunOptions options, RunConfig config) {
    return data(options.dataPaths(), config);
  }

  static Prepared data(List<Path> data, RunConfig config) {
    return of(
        config,
        folder -> {
          try (WorkProgress progress = WorkProgress.onConsole()) {
            return Tasks.named(config.task()).prepare(data, config, folder, progress);
          }
        });
  }

  /** The same for a run that takes over the tokenizer of another one. */
  static Prepared data(RunOptions options, RunConfig config, RunCheckpoint tokenized) {
    return of(
        config,
        folder -> {
          TokenizerFiles.copy(tokenized.folder().tokenizerPath(), folder);
          return open(options.dataPaths(), config, tokenized);
        });
  }

  private static Prepared of(RunConfig config, Function<Path, Task<?, ?>> prepare) {
    ScratchFolder scratch = ScratchFolder.create(TOKENIZER);
    try {
      Task<?, ?> task = prepare.apply(scratch.path());
      task.data(config);
      return new Prepared(task, scratch);
    } catch (RuntimeException e) {
      scratch.close();
      throw e;
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
    try (Stream<Path> files = Files.list(scratch.path())) {
      Path target = Files.createDirectories(FileTree.requireNoLink(folder.resolve(TOKENIZER)));
      for (Path file : files.toList()) {
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
