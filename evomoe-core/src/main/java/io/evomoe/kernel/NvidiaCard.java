package io.evomoe.kernel;

import java.io.IOException;
import java.nio.charset.Charset;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A GPU as its driver lists it.
 *
 * @param name such as {@code NVIDIA A100-SXM4-40GB}
 * @param major of its compute capability
 * @param minor of its compute capability
 */
public record NvidiaCard(String name, int major, int minor) {
  private static final List<String> QUERY =
      List.of("nvidia-smi", "--query-gpu=name,compute_cap", "--format=csv,noheader");
  private static final Pattern LINE = Pattern.compile("(.+),\\s*(\\d+)\\.(\\d+)");
  private static final long PATIENCE_SECONDS = 20;

  /** The cards that the driver's own tool lists; none where there is no such tool. */
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

  /** One card a line, {@code name, major.minor}; other lines are messages and left out. */
  static List<NvidiaCard> listed(String output) {
    return output.lines().map(NvidiaCard::card).flatMap(Optional::stream).toList();
  }

  private static Optional<NvidiaCard> card(String line) {
    Matcher matcher = LINE.matcher(line.strip());
    return matcher.matches()
        ? Optional.of(
            new NvidiaCard(
                matcher.group(1),
                Integer.parseInt(matcher.group(2)),
                Integer.parseInt(matcher.group(3))))
        : Optional.empty();
  }

  /**
   * Whether ND4J's CUDA 11.6 library has code for it: 3.7, 5.0, 5.2, 6.0, 6.1, 7.0, 7.5, 8.0 and
   * 8.6, each of which later minor versions run as well, and no PTX for what came after.
   */
  public boolean runsNd4j() {
    return major > 3 ? major < 9 : major == 3 && minor >= 7;
  }

  /** Name and compute capability: {@code NVIDIA A100-SXM4-40GB (8.0)}. */
  @Override
  public String toString() {
    return "%s (%d.%d)".formatted(name, major, minor);
  }
}
