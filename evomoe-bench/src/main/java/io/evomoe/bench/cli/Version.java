package io.evomoe.bench.cli;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.IVersionProvider;

/** The version of the program, with its commit and the Java that runs it. */
public final class Version implements IVersionProvider {
  @Override
  public String[] getVersion() {
    return new String[] {"evomoe " + ofProgram() + ", Java " + Runtime.version()};
  }

  /** Of the jar; {@code development} where there is none. */
  public static String ofProgram() {
    String version = Main.class.getPackage().getImplementationVersion();
    return version == null ? "development" : version;
  }

  /** The commit of the sources that this runs from. */
  public static String commit() {
    return commit(ShippedData.home());
  }

  /**
   * Twelve digits, with {@code -dirty} where tracked files outside of {@code docs} differ: a study
   * writes its results there. {@code unknown} without git.
   */
  static String commit(Path home) {
    try {
      String commit = git(home, "rev-parse", "--short=12", "HEAD");
      String differing = git(home, "diff", "--name-only", "HEAD", "--", ".", ":(exclude)docs");
      return commit + (differing.isEmpty() ? "" : "-dirty");
    } catch (IOException e) {
      return "unknown";
    }
  }

  private static String git(Path home, String... arguments) throws IOException {
    List<String> command = new ArrayList<>(List.of("git"));
    command.addAll(List.of(arguments));
    Process process =
        new ProcessBuilder(command)
            .directory(home.toFile())
            .redirectError(ProcessBuilder.Redirect.DISCARD)
            .start();
    String text = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    if (process.onExit().join().exitValue() != 0) {
      throw new IOException("git failed");
    }
    return text.strip();
  }
}
