package io.evomoe.bench.report;

import io.evomoe.files.FileTree;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** The folder that receives a run's files. */
public final class OutputFolder {
  private OutputFolder() {}

  /**
   * Makes sure that files can be written to {@code folder}, creating it where it does not exist.
   * Call it before a long run, not after.
   *
   * @return the folder
   * @throws IllegalArgumentException naming the folder, if it cannot be created or written
   */
  public static Path prepare(Path folder) {
    try {
      Files.createDirectories(folder);
    } catch (IOException e) {
      throw unusable(folder, e);
    }
    if (!Files.isWritable(folder)) {
      throw unusable(folder, null);
    }
    return folder;
  }

  /**
   * Fills a new or empty folder, wholly or not at all.
   *
   * @param writer is given a folder to write to, whose files are moved when it returns
   * @throws IllegalArgumentException naming the folder, if it holds something or cannot be written
   */
  public static void fill(Path folder, Consumer<Path> writer) {
    boolean there = Files.exists(folder);
    prepare(folder);
    requireEmpty(folder);
    Path unfinished = folder.resolve(".unfinished");
    boolean done = false;
    try {
      writer.accept(Files.createDirectory(unfinished));
      for (Path file : entries(unfinished)) {
        Files.move(file, folder.resolve(file.getFileName()));
      }
      done = true;
    } catch (IOException e) {
      throw new UncheckedIOException("cannot write " + folder + ": " + AtomicFile.reason(e), e);
    } finally {
      FileTree.deleteQuietly(unfinished);
      if (!done && !there) {
        FileTree.deleteQuietly(folder);
      }
    }
  }

  private static void requireEmpty(Path folder) {
    try {
      List<Path> entries = entries(folder);
      if (!entries.isEmpty()) {
        throw new IllegalArgumentException(
            "output folder %s must be new or empty, holds %s"
                .formatted(folder, entries.get(0).getFileName()));
      }
    } catch (IOException e) {
      throw unusable(folder, e);
    }
  }

  private static List<Path> entries(Path folder) throws IOException {
    try (Stream<Path> entries = Files.list(folder)) {
      return entries.sorted().toList();
    }
  }

  /** Prepares the folder that holds {@code file}. */
  public static Path prepareParent(Path file) {
    Path parent = file.toAbsolutePath().getParent();
    if (parent == null) {
      throw new IllegalArgumentException("output file must lie in a folder, was " + file);
    }
    return prepare(parent);
  }

  private static IllegalArgumentException unusable(Path folder, @Nullable IOException cause) {
    String reason = Files.exists(folder) ? "it is not a writable folder" : "it cannot be created";
    return new IllegalArgumentException(
        "output folder " + folder + " cannot be written: " + reason, cause);
  }
}
