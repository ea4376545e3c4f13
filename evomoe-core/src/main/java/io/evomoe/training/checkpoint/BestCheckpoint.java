package io.evomoe.training.checkpoint;

import io.evomoe.internal.files.AtomicFile;
import io.evomoe.internal.files.IoReason;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.Optional;

/**
 * The file with the name of a run's best checkpoint, which is not deleted.
 *
 * @param directory of the checkpoints
 */
record BestCheckpoint(Path directory) {
  private static final String NAME = "best.txt";

  void keep(Path checkpoint) {
    AtomicFile.write(file(), checkpoint.getFileName() + "\n");
  }

  /** Sets all newer checkpoints aside, and returns the best one. */
  Optional<Path> restore() {
    Optional<Path> best = find();
    best.ifPresent(CheckpointFolder::setAsideNewerThan);
    return best;
  }

  /** Returns the checkpoint; empty if none was kept, or it was deleted. */
  Optional<Path> find() {
    try {
      return Files.isRegularFile(file(), LinkOption.NOFOLLOW_LINKS)
          ? Optional.of(directory.resolve(Files.readString(file()).strip()))
              .filter(Files::isDirectory)
              .filter(CheckpointFiles::isCheckpoint)
          : Optional.empty();
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read " + file() + ": " + IoReason.of(e, file()), e);
    }
  }

  private Path file() {
    return directory.resolve(NAME);
  }
}
