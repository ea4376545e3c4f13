package io.evomoe.internal.files;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.nio.file.StandardCopyOption.ATOMIC_MOVE;
import static java.nio.file.StandardOpenOption.CREATE;
import static java.nio.file.StandardOpenOption.TRUNCATE_EXISTING;
import static java.nio.file.StandardOpenOption.WRITE;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;

/** Writes whole files that are, at every moment, either the old or the new version. */
public final class AtomicFile {
  private AtomicFile() {}

  /**
   * Replaces {@code file}: a temporary file in the same folder is written, synced and moved over
   * it. The next writer of the file replaces the temporary file of a killed process.
   *
   * @throws IllegalArgumentException if the folder cannot be created or written
   * @throws UncheckedIOException if writing fails; the old file is then unchanged
   */
  public static void write(Path file, String text) {
    write(file, channel -> Channels.newOutputStream(channel).write(text.getBytes(UTF_8)));
  }

  /** The content of a file. */
  @FunctionalInterface
  public interface Content {

    /** Writes the complete content. */
    void writeTo(FileChannel file) throws IOException;
  }

  /**
   * Replaces a file with any content.
   *
   * @param content written once, from the beginning of the file
   */
  public static void write(Path file, Content content) {
    Path folder = OutputFolder.prepareParent(file);
    // Not Files.createTempFile: its owner-only permissions would stay with the finished file.
    Path temporary = folder.resolve("." + file.getFileName() + ".tmp");
    try {
      try (FileChannel channel =
          FileChannel.open(FileTree.requireNoLink(temporary), CREATE, TRUNCATE_EXISTING, WRITE)) {
        content.writeTo(channel);
        channel.force(true);
        Files.move(temporary, file, ATOMIC_MOVE);
      } finally {
        Files.deleteIfExists(temporary);
      }
    } catch (IOException e) {
      throw new UncheckedIOException("could not write " + file + ": " + IoReason.of(e, file), e);
    }
  }
}
