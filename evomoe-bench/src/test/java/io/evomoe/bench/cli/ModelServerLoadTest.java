package io.evomoe.bench.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.evomoe.bench.serve.ModelServer;
import io.evomoe.bench.serve.ServeConfig;
import io.evomoe.run.Predictor;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.http.HttpResponse;
import java.nio.file.Path;
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

  @Test
  void should_send_an_answer_to_its_end_before_it_stops() throws Exception {
    // More than the buffers of a connection hold.
    String texts = "\"a\",".repeat(2047) + "\"a\"";
    Path wide = folder.resolve("wide");
    TinyRuns.everyTask(folder)
        .get(0)
        .train(wide, "switch", "1", "--set", "model.hiddenSize=512")
        .succeeded();
    try (Predictor its = Predictor.open(wide)) {
      ModelServer stopped = HttpClients.serve(its, wide);
      HttpClients reader = new HttpClients(stopped.uri(), "");
      try (Socket slow = reader.open("/v1/embeddings", "{\"input\": [%s]}".formatted(texts))) {
        until(
            () -> reader.get("/metrics").body().contains("path=\"/v1/embeddings\",status=\"200\""));
        CompletableFuture<Boolean> stop =
            inBackground(
                () -> {
                  stopped.close(Duration.ofSeconds(30));
                  return true;
                });
        Thread.sleep(300);

        HttpAnswer answer = HttpAnswer.read(slow);
        assertThat(answer.body().length()).isEqualTo(answer.length());
        assertThat(stop.get(20, TimeUnit.SECONDS)).isTrue();
      }
    }
  }

  /** What a connection brings until it is closed. */
  private record HttpAnswer(int length, String body) {
    static HttpAnswer read(Socket socket) throws IOException {
      String[] parts =
          new String(socket.getInputStream().readAllBytes(), UTF_8).split("\r\n\r\n", 2);
      String length = parts[0].replaceAll("(?s).*Content-Length: (\\d+).*", "$1");
      return new HttpAnswer(Integer.parseInt(length), parts[1]);
    }
  }

  @Test
  void bytes_after_a_request_should_not_end_its_answer() throws Exception {
    String request = LONG.formatted(false).replace("4000", "2000");
    try (Socket early = client.open(COMPLETIONS, request)) {
      until(() -> counted("evomoe_requests_in_progress{state=\"running\"}") > 0);
      early.getOutputStream().write("\r\n".getBytes(UTF_8));

      HttpAnswer answer = HttpAnswer.read(early);
      assertThat(HttpClients.parsed(answer.body()).at("/usage/completion_tokens").intValue())
          .isEqualTo(2000);
    }
  }

  @Test
  void a_request_that_comes_too_slowly_should_be_told() throws Exception {
    try (ModelServer hasty = started(new ServeConfig(1000, 4000, 1, 1));
        Socket slow = new Socket(InetAddress.getLoopbackAddress(), hasty.uri().getPort())) {
      slow.getOutputStream()
          .write(
              """
              POST /v1/completions HTTP/1.1\r
              Host: a\r
              Authorization: Bearer sesame\r
              Content-Type: application/json\r
              Content-Length: 900\r
              \r
              {"prompt":"""
                  .getBytes(UTF_8));

      assertThat(new String(slow.getInputStream().readAllBytes(), UTF_8))
          .contains("408", "the body of the request did not arrive");
    }
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
