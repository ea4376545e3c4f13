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
 * Two files with the name of a checkpoint: {@code best.txt} of the best one, which is not deleted,
 * and {@code ended.txt} of the one with which a training was ended before its last step.
 *
 * @param directory of the checkpoints
 */
record BestCheckpoint(Path directory) {
  private static final String BEST = "best.txt";
  private static final String ENDED = "ended.txt";

  void keep(Path checkpoint) {
    write(BEST, checkpoint);
  }

  /** Returns the best checkpoint; empty if none was kept, or it was deleted. */
  Optional<Path> find() {
    return read(BEST);
  }

  /** Ends a training with its best checkpoint, or with its last one, and sets newer ones aside. */
  Optional<Path> end() {
    Optional<Path> last = find().or(() -> CheckpointFolder.latest(directory));
    last.ifPresent(CheckpointFolder::setAsideNewerThan);
    last.ifPresent(checkpoint -> write(ENDED, checkpoint));
    return last;
  }

  boolean isEnd(Path checkpoint) {
    return read(ENDED).filter(checkpoint::equals).isPresent();
  }

  /** The training goes on. */
  void resume() throws IOException {
    Files.deleteIfExists(directory.resolve(ENDED));
  }

  private void write(String file, Path checkpoint) {
    AtomicFile.write(directory.resolve(file), checkpoint.getFileName() + "\n");
  }

  private Optional<Path> read(String name) {
    Path file = directory.resolve(name);
    try {
      return Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)
          ? Optional.of(directory.resolve(Files.readString(file).strip()))
              .filter(CheckpointFiles::isCheckpoint)
          : Optional.empty();
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read " + file + ": " + IoReason.of(e, file), e);
    }
  }
}
