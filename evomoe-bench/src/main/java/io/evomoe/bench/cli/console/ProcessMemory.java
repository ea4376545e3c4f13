package io.evomoe.bench.cli.console;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Memory of this process as the operating system counts it. */
public final class ProcessMemory {
  private static final Path STATUS = Path.of("/proc/self/status");

  private ProcessMemory() {}

  /** Largest resident size so far in MiB; NaN where the system does not tell. */
  public static double peakMebibytes() {
    return kibibytes(STATUS, "VmHWM:") / 1024;
  }

  /** Resident size in bytes; NaN where the system does not tell. */
  public static double residentBytes() {
    return kibibytes(STATUS, "VmRSS:") * 1024;
  }

  /** A field of a file of Linux; NaN where there is none. */
  public static double kibibytes(Path file, String field) {
    try {
      return Files.readAllLines(file).stream()
          .filter(line -> line.startsWith(field))
          .mapToDouble(line -> Double.parseDouble(line.replaceAll("\\D+", "")))
          .findFirst()
          .orElse(Double.NaN);
    } catch (IOException e) {
      return Double.NaN;
    }
  }
}
