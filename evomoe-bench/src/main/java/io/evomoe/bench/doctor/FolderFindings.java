package io.evomoe.bench.doctor;

import io.evomoe.internal.files.IoReason;
import io.evomoe.internal.natives.NativeFolders;
import io.evomoe.run.task.MemoryLimit;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Folders: of data, of native code, and the one for results, with the room on its disk. */
final class FolderFindings {
  private static final String NATIVE = "native code";
  private static final String RESULTS = "results";
  private static final String DISK = "disk";
  private static final double MEBIBYTE = 1 << 20;

  /** Less than the checkpoints of a small run and their temporary copies. */
  private static final double NO_ROOM = 64 * MEBIBYTE;

  private static final double LITTLE_ROOM = 5 * 1024 * MEBIBYTE;

  private FolderFindings() {}

  /**
   * What is there.
   *
   * @param data folders of each task's data
   * @param results folder below which runs are to be written; need not exist
   */
  static List<Finding> here(Map<String, List<Path>> data, Path results) {
    List<Finding> findings = new ArrayList<>(List.of(data(data), nativeCode()));
    findings.addAll(results(results));
    return findings;
  }

  static Finding data(Map<String, List<Path>> data) {
    List<String> absent =
        data.entrySet().stream()
            .filter(task -> !task.getValue().stream().allMatch(Files::isReadable))
            .map(Map.Entry::getKey)
            .sorted()
            .toList();
    Stream<String> folders = data.values().stream().flatMap(List::stream).map(Path::toString);
    return absent.isEmpty()
        ? Finding.ok("data", folders.sorted().distinct().collect(Collectors.joining(", ")))
        : Finding.missing(
            "data",
            "none for task " + String.join(", ", absent),
            "use --data, or start ./evomoe in the project's folder");
  }

  private static Finding nativeCode() {
    return nativeCode(NativeFolders.root(), Path.of(System.getProperty("user.home", "")));
  }

  /**
   * Where native code is unpacked to.
   *
   * @param home of the user, whose folder stays from one process to the next
   */
  static Finding nativeCode(Path folder, Path home) {
    return folder.startsWith(home)
        ? Finding.ok(NATIVE, folder.toString())
        : Finding.slow(
            NATIVE,
            "unpacked by every process, to " + folder,
            "use a home folder that only you can write to, or -Duser.home=DIR");
  }

  /** Whether results can be written to a folder, and how much. */
  static List<Finding> results(Path folder) {
    Path existing = existing(folder);
    try {
      Files.delete(Files.createTempFile(existing, ".evomoe", null));
      return List.of(
          Finding.ok(RESULTS, folder + " can be written to"),
          disk((double) Files.getFileStore(existing).getUsableSpace()));
    } catch (IOException e) {
      return List.of(
          Finding.stops(
              RESULTS,
              "cannot write to %s: %s".formatted(existing, IoReason.of(e, existing)),
              "use a folder that you can write to, or --out DIR"));
    }
  }

  /** The folder itself, or the next above it that is there. */
  private static Path existing(Path folder) {
    Path existing = folder.toAbsolutePath().normalize();
    while (!Files.exists(existing) && existing.getParent() != null) {
      existing = existing.getParent();
    }
    return existing;
  }

  static Finding disk(double free) {
    String found = MemoryLimit.text(free) + " free";
    if (free < NO_ROOM) {
      return Finding.stops(DISK, found, "free some space, or use --out on another disk");
    }
    return Finding.missing(
            DISK, found, "free some space, or lower guards.keepCheckpoints: large models need more")
        .unless(free >= LITTLE_ROOM);
  }
}
