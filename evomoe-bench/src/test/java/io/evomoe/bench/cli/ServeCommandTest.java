package io.evomoe.bench.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.evomoe.bench.cli.console.ChildProcess;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The command that serves a model: what it rejects, and how its process ends. */
class ServeCommandTest extends TrainedGpt {
  private static final Pattern SERVING = Pattern.compile("Serving (http://\\S+/v1);");

  @BeforeAll
  static void train() throws IOException {
    ServedGpt.train(shared, trained);
  }

  @Test
  void should_reject_what_it_cannot_serve() throws IOException {
    CommandRun.of("serve", "--checkpoint", folder).refused(folder.toString());
    serve("--port=70000").refused("--port must be in 0..65535, was 70000");
    serve("--host=no-such-host.invalid").refused("--host must be an address of this machine");
    serve("--queue=0").refused("--queue must be in 1..10000, was 0");
    Path key = Files.writeString(folder.resolve("key"), "two words");
    serve("--api-key-file=" + key).refused(key + " must be one line of ASCII characters");
    serve("--api-key-file=" + folder.resolve("none")).refused("there is no such file");
    try (ServerSocket other = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      serve("--port=" + other.getLocalPort())
          .refused("port %d: Address already in use".formatted(other.getLocalPort()));
    }
  }

  private static CommandRun serve(String option) {
    return CommandRun.of("serve", "--checkpoint", trained, option);
  }

  @Tag("long")
  @Timeout(120)
  @Test
  void should_end_its_streams_when_it_is_terminated() throws Exception {
    Path log = folder.resolve("log");
    Process process =
        ChildProcess.start(
            List.of("serve", "--checkpoint", trained.toString(), "--port", "0"),
            log,
            Map.of(),
            Map.of("EVOMOE_API_KEY", "sesame"));
    try {
      HttpClients client = new HttpClients(awaitStart(process, log), "sesame");
      assertThat(new HttpClients(client.base(), "").get("/v1/models").statusCode()).isEqualTo(401);
      client.json("/v1/completions", "{\"prompt\": \"Mess\", \"max_tokens\": 4}");
      assertThat(
              client
                  .post(
                      "/v1/chat/completions",
                      "{\"messages\": [{\"role\": \"user\", \"content\": \"a\"}]}")
                  .body())
          .contains("trained has no chat template")
          .doesNotContain(trained.toString());
      try (Socket idle = new Socket(InetAddress.getLoopbackAddress(), client.base().getPort());
          Socket slow =
              client.open(
                  "/v1/completions", ServedGpt.LONG.formatted(true).replace("4000", "1000"));
          BufferedReader lines =
              new BufferedReader(new InputStreamReader(slow.getInputStream(), UTF_8))) {
        assertThat(lines.readLine()).contains("200");
        process.destroy();

        assertThat(process.waitFor(20, TimeUnit.SECONDS)).isTrue();
        assertThat(process.exitValue()).isEqualTo(143);
        assertThat(lines.lines().reduce("", String::concat))
            .containsAnyOf("data: [DONE]", "the server is shutting down");
        assertThat(idle.getInputStream().read()).isEqualTo(-1);
      }
      assertThat(Files.readString(log)).contains("evomoe: stopping");
    } finally {
      process.destroyForcibly();
    }
  }

  private static URI awaitStart(Process process, Path log) throws Exception {
    while (process.isAlive()) {
      Matcher serving = SERVING.matcher(Files.readString(log));
      if (serving.find()) {
        return URI.create(serving.group(1));
      }
      Thread.sleep(50);
    }
    throw new AssertionError(Files.readString(log));
  }
}
