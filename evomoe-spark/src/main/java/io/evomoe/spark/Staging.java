package io.evomoe.spark;

import io.evomoe.internal.files.FileTree;
import io.evomoe.internal.files.IoReason;
import io.evomoe.internal.files.ScratchFolder;
import io.evomoe.models.text.TextProgress;
import io.evomoe.run.config.RunConfig;
import io.evomoe.run.data.Dataset;
import io.evomoe.run.internal.folder.RunFolder;
import io.evomoe.run.task.TaskData;
import io.evomoe.run.task.Tasks;
import io.evomoe.run.task.TokenizerSource;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** A temporary folder for a new run's files, until all checks have passed. */
final class Staging implements AutoCloseable {
  private static final String TEXT = "text";

  private final ScratchFolder scratch = ScratchFolder.create("run");
  private final Path path = scratch.path();
  private List<Path> data = List.of();

  /** Stores the beginning of the text, and trains the tokenizer on it. */
  TaskData<?, ?> prepare(SparkText text, RunConfig config) {
    data = text.trainSample().write(path.resolve(TEXT), text.validSample());
    TokenizerSource tokenizer = TokenizerSource.learned(folder().tokenizerPath());
    TaskData<?, ?> encoded =
        Tasks.named(config.task())
            .read(
                Dataset.files(data), config, tokenizer, ScratchFolder.parent(), TextProgress.NONE);
    encoded.batches(config);
    return encoded;
  }

  RunFolder folder() {
    return new RunFolder(path);
  }

  /**
   * Copies all files into the folder of the run.
   *
   * @return the new folders of the text
   */
  List<Path> moveTo(RunFolder run) {
    try (Stream<Path> all = Files.walk(path)) {
      for (Path from : all.skip(1).toList()) {
        Path to = FileTree.requireNoLink(run.path().resolve(path.relativize(from).toString()));
        if (Files.isDirectory(from)) {
          Files.createDirectories(to);
        } else {
          Files.copy(from, to, StandardCopyOption.REPLACE_EXISTING);
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException(
          "cannot write into " + run.path() + ": " + IoReason.of(e, run.path()), e);
    }
    List<Path> moved = new ArrayList<>();
    data.forEach(folder -> moved.add(run.path().resolve(path.relativize(folder).toString())));
    return moved;
  }

  @Override
  public void close() {
    scratch.close();
  }
}
