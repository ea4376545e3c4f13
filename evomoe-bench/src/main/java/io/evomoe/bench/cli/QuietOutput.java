package io.evomoe.bench.cli;

import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * Standard output in UTF-8, whatever the locale, and without the line that SameDiff prints for each
 * operation it differentiates.
 */
final class QuietOutput extends PrintStream {
  private static final String NOISE = "Added differentiated op ";

  QuietOutput(OutputStream out) {
    super(out, true, StandardCharsets.UTF_8);
  }

  @Override
  public void println(@Nullable String line) {
    if (line == null || !line.startsWith(NOISE)) {
      super.println(line);
    }
  }
}
