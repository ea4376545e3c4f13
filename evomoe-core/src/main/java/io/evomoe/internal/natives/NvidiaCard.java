package io.evomoe.internal.natives;

import java.io.IOException;
import java.nio.charset.Charset;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;

/**
 * A GPU as listed by its driver.
 *
 * @param name name, e.g. {@code NVIDIA A100-SXM4-40GB}
 * @param major major version of its compute capability
 * @param minor minor version of its compute capability
 */
public record NvidiaCard(String name, int major, int minor) {
  private static final List<String> QUERY =
      List.of("nvidia-smi", "--query-gpu=name,compute_cap", "--format=csv,noheader");
  private static final Pattern LINE =
      Pattern.compile("^\\s*(.+),\\s*(\\d+)\\.(\\d+)\\s*$", Pattern.MULTILINE);
  private static final long PATIENCE_SECONDS = 20;

  /** Returns the cards that the driver's own tool lists, or none if the tool is missing. */
  public static List<NvidiaCard> installed() {
    try {
      Process query = new ProcessBuilder(QUERY).redirectErrorStream(true).start();
      query.getOutputStream().close();
      if (!query.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
        query.destroyForcibly();
        return List.of();
      }
      byte[] output = query.getInputStream().readAllBytes();
      return listed(new String(output, Charset.defaultCharset()));
    } catch (IOException e) {
      return List.of();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return List.of();
    }
  }

  /**
   * Returns the listed cards. The format is one card per line, {@code name, major.minor}. Other
   * lines are messages and are ignored.
   */
  static List<NvidiaCard> listed(String output) {
    return LINE.matcher(output)
        .results()
        .map(
            line ->
                new NvidiaCard(
                    line.group(1),
                    Integer.parseInt(line.group(2)),
                    Integer.parseInt(line.group(3))))
        .toList();
  }

  /**
   * Returns whether ND4J's CUDA 11.6 library has code for it. The library has code for 3.7, 5.0,
   * 5.2, 6.0, 6.1, 7.0, 7.5, 8.0 and 8.6. Later minor versions run it as well. It has no PTX for
   * later major versions.
   */
  public boolean runsNd4j() {
    return major > 3 ? major < 9 : major == 3 && minor >= 7;
  }

  /** Returns name and compute capability, e.g. {@code NVIDIA A100-SXM4-40GB (8.0)}. */
  @Override
  public String toString() {
    return "%s (%d.%d)".formatted(name, major, minor);
  }
}
