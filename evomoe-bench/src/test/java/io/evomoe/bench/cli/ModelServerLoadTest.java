package io.evomoe.bench.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.evomoe.bench.serve.ModelServer;
import io.evomoe.bench.serve.ServeConfig;
import java.net.Socket;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The server of a language model, with clients that go away, are slow, or are too many. */
@Timeout(60)
class ModelServerLoadTest extends ServedGpt {
  @ParameterizedTest
  @CsvSource({"true", "false"})
  void a_client_that_goes_away_should_cancel_its_text(boolean streams) throws Exception {
    double gone = counted("evomoe_requests_total{path=\"/v1/completions\",status=\"499\"}");
    double generated = counted("evomoe_generated_tokens_total");
    try (Socket socket = client.open(COMPLETIONS, LONG.formatted(streams))) {
      if (streams) {
        assertThat(socket.getInputStream().read()).isEqualTo('H');
      } else {
        until(() -> counted("evomoe_requests_in_progress{state=\"running\"}") > 0);
      }
    }

    until(
        () ->
            counted("evomoe_requests_total{path=\"/v1/completions\",status=\"499\"}") == gone + 1);
    assertThat(counted("evomoe_generated_tokens_total") - generated).isLessThan(3999);
  }

  @Test
  void a_slow_reader_should_delay_nobody() throws Exception {
    List<Socket> slow = new ArrayList<>();
    for (int i = 0; i < 5; i++) {
      slow.add(client.open(COMPLETIONS, LONG.formatted(true)));
    }
    JsonNode quick = client.json(COMPLETIONS, "{\"prompt\": \"A\", \"max_tokens\": 20}");

    assertThat(quick.at("/usage/completion_tokens").intValue()).isPositive();
    for (Socket socket : slow) {
      socket.close();
    }
    until(() -> counted("evomoe_requests_in_progress{state=\"running\"}") == 0);
  }

  @Test
  void should_reject_more_requests_than_its_queue_holds() throws Exception {
    try (ModelServer small = started(new ServeConfig(1000, 4000, 1, 60));
        Socket first = new HttpClients(small.uri(), KEY).open(COMPLETIONS, LONG.formatted(true))) {
      assertThat(first.getInputStream().read()).isEqualTo('H');

      HttpResponse<String> second =
          new HttpClients(small.uri(), KEY).post(COMPLETIONS, "{\"prompt\": \"A\"}");

      rejected(second, 503, "1 requests in progress", null);
      assertThat(second.headers().firstValue("Retry-After")).contains("1");
    }
  }

  @Test
  void should_end_a_text_when_its_time_is_over() throws Exception {
    int together = 20; // one alone may be complete in time
    try (ModelServer hasty = started(new ServeConfig(1000, 4000, together, 1))) {
      HttpClients its = new HttpClients(hasty.uri(), KEY);
      List<CompletableFuture<JsonNode>> texts =
          Stream.generate(() -> inBackground(() -> its.json(COMPLETIONS, LONG.formatted(false))))
              .limit(together)
              .toList();

      for (CompletableFuture<JsonNode> text : texts) {
        assertThat(text.get().at("/choices/0/finish_reason").textValue()).isEqualTo("length");
        assertThat(text.get().at("/usage/completion_tokens").intValue()).isBetween(1, 3999);
      }
    }
  }

  @Test
  void should_tell_its_clients_that_it_stops() throws Exception {
    ModelServer stopped = started(new ServeConfig(1000, 4000, 5, 60));
    HttpClients its = new HttpClients(stopped.uri(), KEY);
    CompletableFuture<String> streamed =
        inBackground(() -> its.post(COMPLETIONS, LONG.formatted(true)).body());
    CompletableFuture<HttpResponse<String>> whole =
        inBackground(() -> its.post(COMPLETIONS, LONG.formatted(false)));
    until(
        () ->
            its.get("/metrics")
                .body()
                .contains("evomoe_requests_in_progress{state=\"running\"} 2"));

    long start = System.nanoTime();
    stopped.close(Duration.ofMillis(100)); // less than the texts need

    assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(10));
    assertThat(streamed.get(5, TimeUnit.SECONDS))
        .contains("the server is shutting down")
        .doesNotContain("[DONE]");
    rejected(whole.get(5, TimeUnit.SECONDS), 503, "the server is shutting down", null);
  }

  private static <T> CompletableFuture<T> inBackground(Callable<T> call) {
    CompletableFuture<T> result = new CompletableFuture<>();
    Thread thread =
        new Thread(
            () -> {
              try {
                result.complete(call.call());
              } catch (Exception e) {
                result.completeExceptionally(e);
              }
            });
    thread.setDaemon(true);
    thread.start();
    return result;
  }
}
