package io.evomoe.bench.serve;

import io.prometheus.metrics.config.EscapingScheme;
import io.prometheus.metrics.core.metrics.Counter;
import io.prometheus.metrics.core.metrics.GaugeWithCallback;
import io.prometheus.metrics.core.metrics.Histogram;
import io.prometheus.metrics.expositionformats.PrometheusTextFormatWriter;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.function.IntSupplier;

/** Counts of a server, in the text format of Prometheus. */
final class ServeMetrics {
  static final String CONTENT_TYPE = PrometheusTextFormatWriter.CONTENT_TYPE;
  private static final double[] SECONDS = {.01, .05, .1, .5, 1, 5, 10, 50, 100};

  private final PrometheusRegistry registry = new PrometheusRegistry();
  private final Counter requests =
      Counter.builder()
          .name("evomoe_requests_total")
          .help("Requests by path and status; 499 is a client that went away.")
          .labelNames("path", "status")
          .register(registry);
  private final Counter promptTokens =
      Counter.builder()
          .name("evomoe_prompt_tokens_total")
          .help("Tokens of prompts and of embedded texts.")
          .register(registry);
  private final Counter newTokens =
      Counter.builder()
          .name("evomoe_generated_tokens_total")
          .help("Tokens that were generated.")
          .register(registry);
  private final Histogram seconds =
      Histogram.builder()
          .name("evomoe_request_seconds")
          .help("Seconds from a request to the end of its answer.")
          .labelNames("path")
          .classicOnly()
          .classicUpperBounds(SECONDS)
          .register(registry);
  private final Histogram firstToken =
      Histogram.builder()
          .name("evomoe_first_token_seconds")
          .help("Seconds from a request to its first text.")
          .classicOnly()
          .classicUpperBounds(SECONDS)
          .register(registry);

  /**
   * Starts to count.
   *
   * @param waiting number of requests without a first result
   * @param running number of requests with one
   */
  ServeMetrics(IntSupplier waiting, IntSupplier running) {
    GaugeWithCallback.builder()
        .name("evomoe_requests_in_progress")
        .help("Requests in progress: waiting for their first result, or running.")
        .labelNames("state")
        .callback(
            gauge -> {
              gauge.call(waiting.getAsInt(), "waiting");
              gauge.call(running.getAsInt(), "running");
            })
        .register(registry);
  }

  void answered(String path, int status, double took) {
    requests.labelValues(path, Integer.toString(status)).inc();
    seconds.labelValues(path).observe(took);
  }

  void firstToken(double took) {
    firstToken.observe(took);
  }

  void tokens(int read, int generated) {
    promptTokens.inc(read);
    newTokens.inc(generated);
  }

  byte[] text() {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try {
      PrometheusTextFormatWriter.create()
          .write(out, registry.scrape(), EscapingScheme.UNDERSCORE_ESCAPING);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return out.toByteArray();
  }
}
