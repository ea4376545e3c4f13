package io.evomoe.internal.files;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Stream;

/** Identifies the content of files and folders. */
public final class FolderDigest {
  private static final int BUFFER = 1 << 16;

  private FolderDigest() {}

  /**
   * Returns the SHA-256, in hex, of the names and contents of a folder's files, in the order of
   * their names. Hidden files, whose names begin with a dot, are left out, because data reading
   * ignores them too.
   */
  public static String of(Path folder) {
    return of(List.of(folder));
  }

  /** Returns the digest of several folders or files, in their order. */
  public static String of(List<Path> sources) {
    try {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      for (Path source : sources) {
        if (Files.notExists(source)) {
          throw new IllegalArgumentException("there is no file or folder " + source);
        }
        InputFile.requireNoPipe("file " + source, source);
        for (Path file : files(source)) {
          String head = file.getFileName() + " " + Files.size(file) + "\n";
          digest.update(head.getBytes(StandardCharsets.UTF_8));
          update(digest, file);
        }
      }
      return HexFormat.of().formatHex(digest.digest());
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read " + sources + ": " + IoReason.of(e), e);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java has SHA-256", e);
    }
  }

  private static List<Path> files(Path source) throws IOException {
    if (!Files.isDirectory(source)) {
      return List.of(source);
    }
    try (Stream<Path> files = Files.list(source)) {
      return files
          .filter(Files::isRegularFile)
          .filter(file -> !file.getFileName().toString().startsWith("."))
          .sorted()
          .toList();
    }
  }

  private static void update(MessageDigest digest, Path file) throws IOException {
    byte[] buffer = new byte[BUFFER];
    try (InputStream in = Files.newInputStream(file)) {
      for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
        digest.update(buffer, 0, read);
      }
    }
  }
}
