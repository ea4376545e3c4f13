package org.example;

import com.sun.net.httpserver.HttpServer;
import io.evomoe.models.causal.GenerationConfig;
import io.evomoe.models.text.ChatMessage;
import io.evomoe.run.Predictor;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Executors;

/** Answers the text of a request with its class. */
public final class Service {
  public static void main(String[] args) throws IOException {
    GenerationConfig greedy =
        GenerationConfig.defaults().with(g -> g.temperature(0).maxNewTokens(12));
    Predictor predictor = Predictor.open(Path.of(args[0])); // once, for all threads
    HttpServer server = HttpServer.create(new InetSocketAddress("127.0.0.1", 8081), 0);
    server.setExecutor(Executors.newFixedThreadPool(8)); // requests of one time share a batch
    server.createContext(
        "/class",
        request -> {
          byte[] text = request.getRequestBody().readAllBytes();
          ChatMessage question = ChatMessage.user(new String(text, StandardCharsets.UTF_8));
          byte[] answer =
              predictor.generate(List.of(question), greedy).text().getBytes(StandardCharsets.UTF_8);
          request.sendResponseHeaders(200, answer.length);
          try (OutputStream body = request.getResponseBody()) {
            body.write(answer);
          }
        });
    server.start();
  }
}
