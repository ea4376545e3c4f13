package io.evomoe.bench.cli.console;

import io.evomoe.internal.files.IoReason;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * Where a command prints, and whether it took all: a {@code PrintStream} goes on without a word
 * when its disk is full, and a command whose result is lost must not end as one that is done.
 */
public final class StandardOutput extends OutputStream {
  /** Standard output takes no more, so that what is still to be computed would be for nobody. */
  public static final class LostException extends RuntimeException {
    private static final long serialVersionUID = 1;
  }

  /**
   * What it is called when a reader, such as {@code head}, has had enough; elsewhere in other
   * languages.
   */
  private static final String NO_READER = "Broken pipe";

  /** Set by the launcher: how wide the terminal is that standard output is, or 0. */
  private static final String COLUMNS = "evomoe.output.columns";

  private static final Path ITSELF = Path.of("/proc/self/fd/1");

  private final OutputStream out;
  private final boolean pipe;
  private @Nullable IOException lost;

  /** How wide the terminal is; without end if standard output is none. */
  public static int columns() {
    int columns = Integer.getInteger(COLUMNS, 0);
    return columns <= 0 ? Integer.MAX_VALUE : columns;
  }

  /**
   * A line in lines that fit the terminal, broken at blanks.
   *
   * @param indent of all but the first, which is left as it is up to there
   */
  public static String wrapped(String line, int indent) {
    int width = columns() - indent;
    if (width <= 0 || line.length() <= columns()) {
      return line;
    }
    return line.substring(0, indent)
        + line.substring(indent)
            .replaceAll(
                "(?=.{%d})(.{1,%d}) +(?=\\S)".formatted(width + 1, width),
                "$1%n%s".formatted(" ".repeat(indent)));
  }

  /**
   * Stops a command whose output is not taken.
   *
   * @throws LostException if a line was lost
   */
  public static void requireTaken() {
    if (System.out.checkError()) {
      throw new LostException();
    }
  }

  public StandardOutput(OutputStream out) {
    this(out, isPipe());
  }

  /**
   * A stream.
   *
   * @param pipe whether it leads to another program: nothing but that can be why it takes no more
   */
  public StandardOutput(OutputStream out, boolean pipe) {
    this.out = out;
    this.pipe = pipe;
  }

  private static boolean isPipe() {
    try {
      return Files.readSymbolicLink(ITSELF).toString().startsWith("pipe:");
    } catch (IOException notLinux) {
      return false;
    }
  }

  @Override
  public void write(int b) throws IOException {
    write(new byte[] {(byte) b}, 0, 1);
  }

  @Override
  public void write(byte[] bytes, int offset, int length) throws IOException {
    try {
      out.write(bytes, offset, length);
    } catch (IOException e) {
      lost = lost == null ? e : lost;
      throw e;
    }
  }

  /**
   * The exit code of a command that printed here, and one line on standard error where something
   * that it printed is lost.
   *
   * @param code of the command
   * @return another one than 0 where something is lost, unless its reader went away
   */
  public int codeAfter(int code) {
    if (lost == null || pipe || NO_READER.equals(lost.getMessage())) {
      return code;
    }
    System.err.println("evomoe: standard output cannot be written: " + IoReason.of(lost));
    return code == 0 ? Failures.FAILED : code;
  }
}
