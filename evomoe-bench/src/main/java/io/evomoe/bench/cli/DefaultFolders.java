package io.evomoe.bench.cli;

import io.evomoe.internal.files.FolderLock;
import io.evomoe.internal.files.FolderLock.FolderInUseException;
import io.evomoe.internal.files.OutputFolder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Folders for results when none is asked for: {@code runs/NAME}, {@code runs/NAME-2} and so on. */
final class DefaultFolders {
  private DefaultFolders() {}

  /**
   * Opens the folder that is asked for, or else the first one that holds nothing and that nobody
   * else has just taken.
   */
  static OutputFolder open(@Nullable Path asked, String name) {
    if (asked != null) {
      return OutputFolder.open(asked);
    }
    Path runs = Path.of("runs");
    for (int i = 1; ; i++) {
      Path folder = runs.resolve(i == 1 ? name : name + "-" + i);
      try {
        if (!holdsSomething(folder)) {
          return OutputFolder.open(folder);
        }
      } catch (FolderInUseException e) {
        // The next one.
      }
    }
  }

  private static boolean holdsSomething(Path folder) {
    String @Nullable [] names = folder.toFile().list();
    return names == null
        ? Files.exists(folder)
        : Stream.of(names).anyMatch(name -> !name.equals(FolderLock.NAME));
  }
}
