package io.evomoe.bench.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.evomoe.bench.serve.ModelServer;
import io.evomoe.bench.serve.ServeConfig;
import io.evomoe.bench.serve.ServedModel;
import io.evomoe.models.text.ChatTemplate;
import io.evomoe.models.text.Tokenizer;
import io.evomoe.run.Predictor;
import io.evomoe.run.record.RunFiles;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.SplittableRandom;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;

/** Tests that share a language model and its server, which their class makes once. */
abstract class ServedGpt extends TrainedGpt {
  static final String KEY = "sesame";
  static final String CHAT = "/v1/chat/completions";
  static final String COMPLETIONS = "/v1/completions";

  /** Takes seconds, unless it is cancelled: the likeliest token comes again and again. */
  static final String LONG =
      "{\"prompt\": \"A\", \"max_tokens\": 4000, \"temperature\": 0, \"repetition_penalty\": 1, \"stream\": %s}";

  static Predictor predictor;
  static ModelServer server;
  static HttpClients client;

  /** A model that generates thousands of tokens in seconds. */
  static void train(Path folder, Path run) throws IOException {
    SplittableRandom random = new SplittableRandom(1);
    String text =
        IntStream.range(0, 2500)
            .mapToObj(
                i -> Integer.toString(random.nextInt(1 << 24), 36) + (i % 5 > 0 ? " " : ".\n\n"))
            .collect(Collectors.joining());
    TinyRuns texts = new TinyRuns("gpt", Files.writeString(folder.resolve("long.txt"), text));
    texts
        .train(
            run,
            "switch",
            "2",
            "--set",
            "model.sequence=4096",
            "--set",
            "training.batch=1",
            "--valid-share=0.4")
        .succeeded();
  }

  @BeforeAll
  static void serve_a_model() throws IOException {
    train(shared, trained);
    predictor = Predictor.open(trained);
    Path tokenizer = trained.resolve(RunFiles.TOKENIZER);
    ChatTemplate.plain(Tokenizer.load(tokenizer)).write(tokenizer);
    server = started(new ServeConfig(10_000, 4000, 20, 60));
    client = new HttpClients(server.uri(), KEY);
  }

  static ModelServer started(ServeConfig limits) throws IOException {
    ServedModel model = new ServedModel(predictor, trained, GenerateCommand.USUAL);
    ModelServer started =
        new ModelServer(model, limits, InetSocketAddress.createUnresolved("127.0.0.1", 0), KEY);
    started.start();
    return started;
  }

  @AfterAll
  static void stop() {
    server.close();
    predictor.close();
  }

  static void rejected(
      HttpResponse<String> response, int status, String says, @Nullable String param) {
    assertThat(response.statusCode()).as(response.body()).isEqualTo(status);
    JsonNode error = HttpClients.parsed(response.body()).get("error");
    assertThat(error.get("message").textValue()).contains(says).doesNotContain("\n");
    assertThat(error.get("type").textValue())
        .isEqualTo(status < 500 ? "invalid_request_error" : "server_error");
    assertThat(error.get("param").textValue()).isEqualTo(param);
    assertThat(error.has("code")).isTrue();
  }

  static double counted(String metric) throws Exception {
    return client
        .get("/metrics")
        .body()
        .lines()
        .filter(line -> line.startsWith(metric + " "))
        .mapToDouble(line -> Double.parseDouble(line.substring(metric.length() + 1)))
        .sum();
  }

  static void until(Callable<Boolean> holds) throws Exception {
    while (!holds.call()) {
      Thread.sleep(20);
    }
  }
}
