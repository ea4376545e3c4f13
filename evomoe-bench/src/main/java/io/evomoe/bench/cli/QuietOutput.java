package io.evomoe.bench.cli;

import java.io.PrintStream;
import org.jspecify.annotations.Nullable;

/** Standard output without the line that SameDiff prints for each operation it differentiates. */
final class QuietOutput extends PrintStream {
  private static final String NOISE = "Added differentiated op ";

  QuietOutput(PrintStream out) {
    super(out, true);
  }

  @Override
  public void println(@Nullable String line) {
    if (line == null || !line.startsWith(NOISE)) {
      super.println(line);
    }
  }
}
