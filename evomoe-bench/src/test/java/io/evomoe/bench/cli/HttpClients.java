package io.evomoe.bench.cli;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.evomoe.bench.serve.ModelServer;
import io.evomoe.bench.serve.ServeConfig;
import io.evomoe.bench.serve.ServedModel;
import io.evomoe.run.Predictor;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.util.List;

/**
 * Sends requests to a server.
 *
 * @param base address of the server, with {@code /v1}
 * @param key that it asks for; empty for none
 */
record HttpClients(URI base, String key) {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final HttpClient CLIENT = HttpClient.newHttpClient();

  /** A server with the default limits, at a free port. */
  static ModelServer serve(Predictor predictor, Path folder) throws IOException {
    ModelServer server =
        new ModelServer(
            new ServedModel(predictor, folder, GenerateCommand.USUAL),
            ServeConfig.DEFAULT,
            InetSocketAddress.createUnresolved("127.0.0.1", 0),
            null);
    server.start();
    return server;
  }

  HttpResponse<String> get(String path) throws Exception {
    return CLIENT.send(request(path).build(), BodyHandlers.ofString());
  }

  HttpResponse<String> post(String path, String body) throws Exception {
    return post(path, body.getBytes(UTF_8));
  }

  HttpResponse<String> post(String path, byte[] body) throws Exception {
    return CLIENT.send(
        request(path).POST(BodyPublishers.ofByteArray(body)).build(), BodyHandlers.ofString());
  }

  HttpRequest.Builder request(String path) {
    return HttpRequest.newBuilder(base.resolve(path))
        .header("Content-Type", "application/json")
        .header("Authorization", "Bearer " + key);
  }

  /** The JSON of a good answer. */
  JsonNode json(String path, String body) throws Exception {
    HttpResponse<String> response = post(path, body);
    if (response.statusCode() != 200) {
      throw new AssertionError(response.statusCode() + " " + response.body());
    }
    return JSON.readTree(response.body());
  }

  /** The events of a stream, without its last word. */
  List<JsonNode> events(String path, String body) throws Exception {
    HttpResponse<String> response = post(path, body);
    if (!response.body().endsWith("data: [DONE]\n\n")) {
      throw new AssertionError(response.statusCode() + " " + response.body());
    }
    return events(response.body());
  }

  static List<JsonNode> events(String stream) {
    return stream
        .lines()
        .filter(line -> line.startsWith("data: {"))
        .map(line -> parsed(line.substring("data: ".length())))
        .toList();
  }

  static JsonNode parsed(String json) {
    try {
      return JSON.readTree(json);
    } catch (IOException e) {
      throw new AssertionError(json, e);
    }
  }

  /** A connection that has sent a request and reads nothing yet. */
  Socket open(String path, String body) throws IOException {
    Socket socket = new Socket();
    socket.setReceiveBufferSize(1024);
    socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), base.getPort()));
    socket
        .getOutputStream()
        .write(
            ("POST %s HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nAuthorization: Bearer %s\r\n"
                    + "Content-Length: %d\r\n\r\n%s")
                .formatted(path, key, body.getBytes(UTF_8).length, body)
                .getBytes(UTF_8));
    return socket;
  }
}
