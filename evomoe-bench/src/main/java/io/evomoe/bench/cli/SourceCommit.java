package io.evomoe.bench.cli;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The commit that the sources are at, for the record. */
final class SourceCommit {
  private static final String UNKNOWN = "unknown";

  private SourceCommit() {}

  /** Of the project that this runs from. */
  static String current() {
    return of(ShippedData.home());
  }

  /**
   * Twelve digits, with {@code -dirty} where tracked files outside of {@code docs} differ: a study
   * writes its results there. {@code unknown} without git.
   */
  static String of(Path home) {
    Optional<String> commit = git(home, "rev-parse", "--short=12", "HEAD");
    Optional<String> differing =
        git(home, "diff", "--name-only", "HEAD", "--", ".", ":(exclude)docs");
    if (commit.isEmpty() || differing.isEmpty()) {
      return UNKNOWN;
    }
    return commit.get() + (differing.get().isEmpty() ? "" : "-dirty");
  }

  private static Optional<String> git(Path home, String... arguments) {
    List<String> command = new ArrayList<>(List.of("git"));
    command.addAll(List.of(arguments));
    try {
      Process process =
          new ProcessBuilder(command)
              .directory(home.toFile())
              .redirectError(ProcessBuilder.Redirect.DISCARD)
              .start();
      String text =
          new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
      return process.waitFor() == 0 ? Optional.of(text) : Optional.empty();
    } catch (IOException e) {
      return Optional.empty();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return Optional.empty();
    }
  }
}
