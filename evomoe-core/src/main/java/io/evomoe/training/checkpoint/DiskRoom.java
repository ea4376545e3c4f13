package io.evomoe.training.checkpoint;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileStore;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Objects;
import java.util.OptionalLong;
import java.util.stream.Stream;

/** Measures bytes on the disk. */
final class DiskRoom {
  private static final double MEBIBYTE = 1 << 20;

  private DiskRoom() {}

  /** Returns the free bytes at a folder that exists or will exist. Empty if unknown. */
  static OptionalLong of(Path folder) {
    Path there = folder.toAbsolutePath();
    while (!Files.exists(there)) {
      there = Objects.requireNonNull(there.getParent(), "a root exists");
    }
    try {
      FileStore disk = Files.getFileStore(there);
      return disk.getTotalSpace() > 0
          ? OptionalLong.of(disk.getUsableSpace())
          : OptionalLong.empty();
    } catch (IOException e) {
      return OptionalLong.empty();
    }
  }

  /** Returns the bytes of the files of a checkpoint. */
  static long used(Path checkpoint) {
    try (Stream<Path> files = Files.list(checkpoint)) {
      return files.mapToLong(file -> file.toFile().length()).sum();
    } catch (IOException | UncheckedIOException e) {
      return 0; // deleted meanwhile
    }
  }

  static String text(long bytes) {
    return String.format(Locale.ROOT, "%,.1f MiB", bytes / MEBIBYTE);
  }
}
