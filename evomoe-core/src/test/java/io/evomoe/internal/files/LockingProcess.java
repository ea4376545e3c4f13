package io.evomoe.internal.files;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** A process of its own that takes locks. */
final class LockingProcess implements AutoCloseable {
  private final Process process;
  private final BufferedReader said;

  private LockingProcess(String... arguments) throws IOException {
    List<String> command =
        new ArrayList<>(
            List.of(
                ProcessHandle.current().info().command().orElse("java"),
                "-XX:TieredStopAtLevel=1",
                "-cp",
                System.getProperty("java.class.path"),
                LockingProcess.class.getName()));
    command.addAll(List.of(arguments));
    process = new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start();
    said =
        new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
  }

  /** One that takes a lock and holds it until it is closed. */
  static LockingProcess holding(Path folder) throws IOException {
    return new LockingProcess("hold", folder.toString());
  }

  /** One that takes a lock and lets go of it, so many times, and looks whether it is alone. */
  static LockingProcess inTurns(Path folder, int times) throws IOException {
    return new LockingProcess("turns", folder.toString(), Integer.toString(times));
  }

  /** The next line that it prints. */
  String line() throws IOException {
    return String.valueOf(said.readLine());
  }

  long pid() {
    return process.pid();
  }

  void kill() throws InterruptedException {
    process.destroyForcibly().waitFor();
  }

  @Override
  public void close() throws IOException, InterruptedException {
    process.getOutputStream().close();
    process.waitFor();
  }

  /** Of the other process. */
  public static void main(String[] arguments) throws IOException {
    PrintStream answers = System.out;
    // The log is not an answer.
    System.setOut(System.err);
    Path folder = Path.of(arguments[1]);
    if (arguments[0].equals("turns")) {
      answers.println(takeTurns(folder, Integer.parseInt(arguments[2])));
      return;
    }
    try (FolderLock lock = FolderLock.acquire(folder, "the other")) {
      answers.println("held");
      while (System.in.read() >= 0) {}
    } catch (FolderLock.FolderInUseException e) {
      answers.println(e.getMessage());
    }
  }

  /** In how many turns it was alone; the folder goes each time, and with it the lock file. */
  static int takeTurns(Path folder, int times) throws IOException {
    int alone = 0;
    for (int done = 0; done < times; ) {
      try (FolderLock lock = FolderLock.acquire(folder, "turns")) {
        Path inside = folder.resolveSibling("inside");
        Files.createFile(inside);
        Files.delete(inside);
        alone++;
        done++;
      } catch (FolderLock.FolderInUseException e) {
        Thread.onSpinWait();
      }
    }
    return alone;
  }
}
