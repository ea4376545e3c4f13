package io.evomoe.bench.cli;

import io.evomoe.files.FileTree;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** Temporary folders that are gone when the process ends, by a signal too. */
final class TemporaryFolder {
  private static final Set<Path> FOLDERS = ConcurrentHashMap.newKeySet();

  static {
    Runtime.getRuntime()
        .addShutdownHook(
            new Thread(() -> FOLDERS.forEach(TemporaryFolder::delete), "evomoe-temporary"));
  }

  private TemporaryFolder() {}

  /** A new folder. */
  static Path create(String name) throws IOException {
    Path folder = Files.createTempDirectory(name);
    FOLDERS.add(folder);
    return folder;
  }

  /** Deletes a folder with all it holds, as far as it can be deleted. */
  static void delete(Path folder) {
    FOLDERS.remove(folder);
    FileTree.deleteQuietly(folder);
  }
}
