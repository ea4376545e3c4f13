package io.evomoe.bench.doctor;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;

/** What Linux says of the processors. */
final class CpuInfo {
  private static final Path FILE = Path.of("/proc/cpuinfo");

  private CpuInfo() {}

  /** Cores of the machine; empty where the system does not tell. */
  static Optional<Integer> cores() {
    try {
      return cores(Files.readAllLines(FILE));
    } catch (IOException e) {
      return Optional.empty();
    }
  }

  /** The different pairs of a package and a core in it. */
  static Optional<Integer> cores(Collection<String> lines) {
    Set<String> cores = new HashSet<>();
    String chip = "";
    for (String line : lines) {
      String value = line.substring(line.indexOf(':') + 1).strip();
      if (line.startsWith("physical id")) {
        chip = value;
      } else if (line.startsWith("core id")) {
        cores.add(chip + "/" + value);
      }
    }
    return cores.isEmpty() ? Optional.empty() : Optional.of(cores.size());
  }
}
