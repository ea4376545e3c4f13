package io.evomoe.internal.files;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.nio.file.StandardCopyOption.ATOMIC_MOVE;
import static java.nio.file.StandardCopyOption.REPLACE_EXISTING;
import static java.nio.file.StandardOpenOption.CREATE_NEW;
import static java.nio.file.StandardOpenOption.WRITE;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.UUID;
import java.util.regex.Pattern;

/** Writes whole files that are, at every moment, either the old or the new version. */
public final class AtomicFile {
  /** Names of the temporary files. */
  static final Pattern TEMPORARY =
      Pattern.compile("\\..+\\.[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\\.tmp");

  private AtomicFile() {}

  /**
   * Replaces {@code file}: a temporary file in the same folder is written, synced and moved over
   * it.
   *
   * @throws IllegalArgumentException if the folder cannot be created or written
   * @throws UncheckedIOException if writing fails; the old file is then unchanged
   */
  public static void write(Path file, String text) {
    write(file, channel -> writeAll(channel, ByteBuffer.wrap(text.getBytes(UTF_8))));
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
    Path temporary = temporary(folder, file.getFileName());
    try {
      try {
        writeAndSync(temporary, content);
        move(temporary, file);
      } finally {
        Files.deleteIfExists(temporary);
      }
    } catch (IOException e) {
      throw new UncheckedIOException("could not write " + file + ": " + IoReason.of(e, file), e);
    }
  }

  /** Returns a name of a temporary file. */
  static Path temporary(Path folder, Object of) {
    return folder.resolve("." + of + "." + UUID.randomUUID() + ".tmp");
  }

  private static void writeAndSync(Path file, Content content) throws IOException {
    try (FileChannel channel = FileChannel.open(file, CREATE_NEW, WRITE)) {
      content.writeTo(channel);
      channel.force(true);
    }
  }

  private static void writeAll(FileChannel channel, ByteBuffer bytes) throws IOException {
    while (bytes.hasRemaining()) {
      channel.write(bytes);
    }
  }

  private static void move(Path from, Path to) throws IOException {
    try {
      Files.move(from, to, ATOMIC_MOVE);
    } catch (AtomicMoveNotSupportedException e) {
      Files.move(from, to, REPLACE_EXISTING);
    }
  }
}
