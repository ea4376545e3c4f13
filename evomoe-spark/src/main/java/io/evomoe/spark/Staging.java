package io.evomoe.spark;

import io.evomoe.internal.files.FileTree;
import io.evomoe.internal.files.IoReason;
import io.evomoe.internal.files.ScratchFolder;
import io.evomoe.models.text.TextProgress;
import io.evomoe.run.PreparedData;
import io.evomoe.run.config.RunConfig;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.apache.commons.io.FileUtils;

/** A temporary folder for a new run's files, until all checks have passed. */
final class Staging implements AutoCloseable {
  private static final String TEXT = "text";

  private final ScratchFolder scratch = ScratchFolder.create("run");
  private final Path path = scratch.path();
  private List<Path> data = List.of();

  /** Stores the beginning of the text, and trains the tokenizer on it. */
  PreparedData prepare(SparkText text, RunConfig config) {
    data = text.trainSample().write(path.resolve(TEXT), text.validSample());
    PreparedData prepared =
        PreparedData.read(data, config, ScratchFolder.parent(), TextProgress.NONE);
    prepared.saveTokenizer(path);
    return prepared;
  }

  Path path() {
    return path;
  }

  /** Returns the folders of the text as they will be in the folder of the run. */
  List<Path> dataIn(Path run) {
    return data.stream().map(folder -> run.resolve(path.relativize(folder).toString())).toList();
  }

  /** Copies the text into the folder of the run. */
  void copyDataTo(Path run) {
    Path text = run.resolve(TEXT);
    try {
      if (Files.exists(text, LinkOption.NOFOLLOW_LINKS)) {
        try (Stream<Path> all = Files.walk(text)) {
          all.forEach(FileTree::requireNoLink);
        }
      }
      FileUtils.copyDirectory(path.resolve(TEXT).toFile(), text.toFile());
    } catch (IOException e) {
      throw new UncheckedIOException("cannot write into " + run + ": " + IoReason.of(e, run), e);
    }
  }

  @Override
  public void close() {
    scratch.close();
  }
}
