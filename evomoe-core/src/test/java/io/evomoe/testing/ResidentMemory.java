package io.evomoe.testing;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** What this process has in memory. */
public final class ResidentMemory {
  private static final Path STATUS = Path.of("/proc/self/status");

  private ResidentMemory() {}

  /** Skips the test where the system does not say. */
  public static void assumeKnown() {
    assumeTrue(Files.isReadable(STATUS), "no /proc/self/status: resident memory is not known");
  }

  /** In units of 10^6 bytes. */
  public static double megabytes() throws IOException {
    try (var lines = Files.lines(STATUS)) {
      return lines
          .filter(line -> line.startsWith("VmRSS:"))
          .mapToDouble(line -> Double.parseDouble(line.replaceAll("\\D", "")) * 1024 / 1e6)
          .findFirst()
          .orElseThrow();
    }
  }
}
