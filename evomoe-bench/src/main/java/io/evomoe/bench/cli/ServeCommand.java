package io.evomoe.bench.cli;

import io.evomoe.bench.serve.ModelServer;
import io.evomoe.bench.serve.ServeConfig;
import io.evomoe.bench.serve.ServedModel;
import io.evomoe.internal.files.IoReason;
import io.evomoe.run.Predictor;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code evomoe serve}: answers requests over HTTP until it is stopped. */
@Command(
    name = "serve",
    description = {
      "Answers requests over HTTP with one model, as OpenAI's API does.",
      "Paths are /v1/completions, /v1/chat/completions, /v1/embeddings, /v1/classify, /v1/translate, /v1/models, /health and /metrics.",
      "Requests under /v1 must have the API key if --api-key-file or the environment variable EVOMOE_API_KEY gives one."
    },
    footer = "evomoe serve --checkpoint runs/mine --port 8080")
final class ServeCommand implements Runnable {
  private static final String KEY_VARIABLE = "EVOMOE_API_KEY";
  private static final int MOST_PORTS = 65_535;

  @Option(
      names = "--checkpoint",
      required = true,
      description = "folder of a run or of finetune, or one checkpoint in a run")
  Path checkpoint = Path.of(".");

  @Option(names = "--host", description = "address to listen at; 0.0.0.0 for all of this machine")
  String host = "127.0.0.1";

  @Option(names = "--port", description = "port to listen at; 0 for a free one")
  int port = 8080;

  @Option(names = "--api-key-file", description = "file with the API key")
  @Nullable Path apiKeyFile;

  @Mixin
  FieldOptions limits =
      new FieldOptions(ServeConfig.class, "--max-body --max-tokens --queue --timeout");

  @Override
  public void run() {
    if (port < 0 || port > MOST_PORTS) {
      throw new IllegalArgumentException(
          "--port must be in 0..%d, was %d".formatted(MOST_PORTS, port));
    }
    ServeConfig config = limits.over(ServeConfig.DEFAULT);
    String key = key();
    InetSocketAddress address = new InetSocketAddress(host, port);
    if (address.isUnresolved()) {
      throw new IllegalArgumentException("--host must be an address of this machine, was " + host);
    }
    try (Predictor predictor = Predictor.open(checkpoint);
        ModelServer server =
            new ModelServer(
                new ServedModel(predictor, checkpoint, GenerateCommand.USUAL),
                config,
                address,
                key)) {
      serve(server, key == null && !address.getAddress().isLoopbackAddress());
    }
  }

  private void serve(ModelServer server, boolean isOpen) {
    Thread stop = new Thread(() -> stop(server), "evomoe-serve-stop");
    try {
      server.start();
      Runtime.getRuntime().addShutdownHook(stop);
      System.out.println("Serving " + server.uri() + "; Ctrl-C ends");
      if (isOpen) {
        System.err.println(
            "evomoe: everybody who reaches %s can use the model: give --api-key-file"
                .formatted(host));
      }
      server.join();
    } catch (IOException e) {
      throw new IllegalArgumentException(
          "cannot listen at %s, port %d: %s; choose another --host or --port"
              .formatted(host, port, IoReason.of(e)),
          e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** What SIGTERM and Ctrl-C do; the process ends afterwards. */
  private static void stop(ModelServer server) {
    System.err.println("evomoe: stopping; requests in progress have 3 seconds");
    server.close();
  }

  private @Nullable String key() {
    String key = System.getenv(KEY_VARIABLE);
    String from = KEY_VARIABLE;
    if (apiKeyFile != null) {
      from = "--api-key-file " + apiKeyFile;
      try {
        key = Files.readString(apiKeyFile);
      } catch (IOException e) {
        throw new IllegalArgumentException(
            "cannot read %s: %s".formatted(from, IoReason.of(e, apiKeyFile)), e);
      }
    }
    if (key != null && !key.strip().matches("[\\x21-\\x7e]+")) {
      throw new IllegalArgumentException(
          from + " must be one line of ASCII characters without blanks");
    }
    return key == null ? null : key.strip();
  }
}
