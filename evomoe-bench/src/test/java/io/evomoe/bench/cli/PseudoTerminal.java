package io.evomoe.bench.cli;

import io.evomoe.bench.cli.console.CommandText;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Assumptions;

/** A command on a terminal that is none: {@code script} of util-linux makes it. */
final class PseudoTerminal implements AutoCloseable {
  private static final String INTERRUPT = "\003";
  private static final long PATIENCE_MINUTES = 2;

  private final Process process;
  private final Thread reader;
  private final StringBuilder shown = new StringBuilder();

  private PseudoTerminal(Process process) {
    this.process = process;
    this.reader = new Thread(this::read, "terminal");
    reader.start();
  }

  /**
   * Starts a command on a terminal of 100 columns; the test is skipped where that cannot be had.
   */
  static PseudoTerminal start(Path folder, List<String> command) throws IOException {
    Assumptions.assumeTrue(isThere(), "script of util-linux is not installed: no terminal");
    String words = command.stream().map(CommandText::quoted).collect(Collectors.joining(" "));
    return new PseudoTerminal(
        // Whoever was started in the background of a script hears no Ctrl-C, nor do its children.
        new ProcessBuilder(
                "script",
                "-qefc",
                "stty cols 100; exec env --default-signal=INT " + words,
                "/dev/null")
            .directory(folder.toFile())
            .redirectErrorStream(true)
            .start());
  }

  private static boolean isThere() {
    try {
      Process version = new ProcessBuilder("script", "--version").start();
      return new String(version.getInputStream().readAllBytes(), StandardCharsets.UTF_8)
          .contains("util-linux");
    } catch (IOException notInstalled) {
      return false;
    }
  }

  private void read() {
    byte[] buffer = new byte[8192];
    try (InputStream out = process.getInputStream()) {
      for (int count = out.read(buffer); count >= 0; count = out.read(buffer)) {
        synchronized (shown) {
          shown.append(new String(buffer, 0, count, StandardCharsets.UTF_8));
          shown.notifyAll();
        }
      }
    } catch (IOException ended) {
      // The terminal is gone.
    }
  }

  /** All that was shown so far. */
  String shown() {
    synchronized (shown) {
      return shown.toString();
    }
  }

  /** Waits until what is shown fulfils a condition. */
  void await(Predicate<String> condition) throws InterruptedException {
    long end = System.nanoTime() + TimeUnit.MINUTES.toNanos(PATIENCE_MINUTES);
    while (!condition.test(shown())) {
      if (!process.isAlive() || System.nanoTime() > end) {
        throw new AssertionError("was not shown: " + shown());
      }
      synchronized (shown) {
        shown.wait(1);
      }
    }
  }

  /** Types Ctrl-C. */
  void interrupt() throws IOException {
    type(INTERRUPT);
  }

  /** Types a text; Enter is a line end. */
  void type(String text) throws IOException {
    OutputStream keyboard = process.getOutputStream();
    keyboard.write(text.getBytes(StandardCharsets.UTF_8));
    keyboard.flush();
  }

  /** The exit code, once all was shown. */
  int exitCode() throws InterruptedException {
    if (!process.waitFor(PATIENCE_MINUTES, TimeUnit.MINUTES)) {
      throw new AssertionError("did not end: " + shown());
    }
    reader.join();
    return process.exitValue();
  }

  @Override
  public void close() {
    process.descendants().forEach(ProcessHandle::destroyForcibly);
    process.destroyForcibly();
  }
}
