package io.evomoe.bench.cli;

import java.io.IOException;
import java.nio.charset.StandardCharsets;

/** The commit that the sources are at, for the record. */
final class SourceCommit {
  private static final String UNKNOWN = "unknown";

  private SourceCommit() {}

  /** As git abbreviates it, with {@code -dirty} where files differ; {@code unknown} without git. */
  static String current() {
    ProcessBuilder git =
        new ProcessBuilder("git", "describe", "--always", "--dirty", "--exclude=*", "--abbrev=12")
            .directory(ShippedData.home().toFile())
            .redirectErrorStream(true);
    try {
      Process process = git.start();
      String text =
          new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
      return process.waitFor() == 0 && text.matches("[0-9a-f]+(-dirty)?") ? text : UNKNOWN;
    } catch (IOException e) {
      return UNKNOWN;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return UNKNOWN;
    }
  }
}
