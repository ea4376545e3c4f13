package io.evomoe.internal.files;

import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Temporary files of {@link AtomicFile} that killed processes left behind. */
final class Leftovers extends SimpleFileVisitor<Path> {
  /** The depth of the files of runs: {@code runs/NAME/FILE}. */
  private static final int DEPTH = 3;

  private final Path folder;

  private Leftovers(Path folder) {
    this.folder = folder;
  }

  /** Deletes those in a folder and its sub-folders, except sub-folders with their own lock. */
  static void delete(Path folder) throws IOException {
    Files.walkFileTree(folder, Set.of(), DEPTH, new Leftovers(folder));
  }

  @Override
  public FileVisitResult preVisitDirectory(Path inner, BasicFileAttributes attributes) {
    Path lock = inner.resolve(FolderLock.NAME);
    return !inner.equals(folder) && Files.exists(lock, LinkOption.NOFOLLOW_LINKS)
        ? FileVisitResult.SKIP_SUBTREE
        : FileVisitResult.CONTINUE;
  }

  @Override
  public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
    if (attributes.isRegularFile()
        && AtomicFile.TEMPORARY.matcher(file.getFileName().toString()).matches()) {
      FileTree.deleteQuietly(file);
    }
    return FileVisitResult.CONTINUE;
  }

  @Override
  public FileVisitResult visitFileFailed(Path file, IOException unreadable) {
    return FileVisitResult.CONTINUE;
  }

  @Override
  public FileVisitResult postVisitDirectory(Path inner, @Nullable IOException unreadable) {
    return FileVisitResult.CONTINUE;
  }
}
