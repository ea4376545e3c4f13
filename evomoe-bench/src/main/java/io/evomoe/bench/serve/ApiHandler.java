package io.evomoe.bench.serve;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.evomoe.bench.serve.Exchange.State;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeoutException;
import org.eclipse.jetty.http.HttpException;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.http.HttpMethod;
import org.eclipse.jetty.http.HttpStatus;
import org.eclipse.jetty.io.Content;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;
import org.eclipse.jetty.util.Promise;
import org.jspecify.annotations.Nullable;

/** Takes requests to what answers them: path, method, key, size and number are checked here. */
final class ApiHandler extends Handler.Abstract {
  private static final String MODELS = "/v1/models";
  private static final String BEARER = "Bearer ";
  private static final int POLL_MILLIS = 20;

  /** Time to tell the clients of cancelled requests. */
  private static final int LAST_MILLIS = 3000;

  /** What answers the requests of a path; those with a body are POST. */
  private record Route(boolean hasBody, Answer answer) {}

  /** Answers a request. The body of GET is empty. */
  interface Answer {
    void to(Exchange exchange, RequestBody body) throws IOException;
  }

  private final Map<String, Route> routes = new TreeMap<>();
  private final String model;
  private final ServeConfig config;
  private final @Nullable String apiKey;
  private final Set<Exchange> exchanges = ConcurrentHashMap.newKeySet();
  private final ServeMetrics metrics =
      new ServeMetrics(() -> count(State.READING, State.WAITING), () -> count(State.RUNNING));
  private final long created = Instant.now().getEpochSecond();
  private final VectorApi vectors;
  private volatile boolean draining;

  ApiHandler(ServedModel served, ServeConfig config, @Nullable String apiKey) {
    this.model = served.name();
    this.config = config;
    this.apiKey = apiKey;
    TextApi texts = new TextApi(served, config, metrics);
    vectors = new VectorApi(served, metrics);
    post("/v1/chat/completions", texts::chat);
    post("/v1/completions", texts::completion);
    post("/v1/embeddings", vectors::embeddings);
    post("/v1/classify", vectors::classes);
    post("/v1/translate", vectors::translations);
    get(MODELS, (exchange, body) -> exchange.json(HttpStatus.OK_200, models()));
    get(MODELS + "/" + model, (exchange, body) -> exchange.json(HttpStatus.OK_200, model()));
    get("/health", (exchange, body) -> exchange.json(HttpStatus.OK_200, object("status", "ok")));
    get(
        "/metrics",
        (exchange, body) ->
            exchange.bytes(HttpStatus.OK_200, ServeMetrics.CONTENT_TYPE, metrics.text()));
  }

  private void get(String path, Answer answer) {
    routes.put(path, new Route(false, answer));
  }

  private void post(String path, Answer answer) {
    routes.put(path, new Route(true, answer));
  }

  private int count(State... states) {
    List<State> counted = List.of(states);
    return (int) exchanges.stream().filter(e -> counted.contains(e.state())).count();
  }

  @Override
  public boolean handle(Request request, Response response, Callback callback) {
    String path = Request.getPathInContext(request);
    Exchange[] own = new Exchange[1];
    Exchange exchange =
        new Exchange(
            request,
            response,
            callback,
            routes.containsKey(path) ? path : "other",
            config.timeout(),
            metrics,
            () -> exchanges.remove(own[0]));
    own[0] = exchange;
    try {
      Route route = checked(request, response, path);
      if (!route.hasBody) {
        answer(exchange, route, new byte[] {'{', '}'});
        return true;
      }
      exchanges.add(exchange);
      if (count(State.READING, State.WAITING, State.RUNNING) > config.queue()) {
        throw new ApiException(
            HttpStatus.SERVICE_UNAVAILABLE_503,
            "overloaded",
            null,
            "the server has %d requests in progress: try again later".formatted(config.queue()));
      }
      Content.Source.asByteArrayAsync(
          request,
          config.maxBody(),
          Promise.Invocable.from(
              InvocationType.NON_BLOCKING,
              bytes -> getServer().getThreadPool().execute(() -> answer(exchange, route, bytes)),
              failure -> exchange.fail(unread(failure))));
    } catch (RuntimeException e) {
      exchange.fail(e);
    }
    return true;
  }

  /** Rejects what can be rejected without the body. */
  private Route checked(Request request, Response response, String path) {
    if (path.startsWith("/v1/") && !hasKey(request)) {
      response.getHeaders().put(HttpHeader.WWW_AUTHENTICATE, BEARER.strip());
      throw new ApiException(
          HttpStatus.UNAUTHORIZED_401,
          "invalid_api_key",
          null,
          "the header Authorization must be Bearer and the API key of this server");
    }
    Route route = routes.get(path);
    if (route == null) {
      throw path.startsWith(MODELS + "/")
          ? unknownModel(path.substring(MODELS.length() + 1))
          : new ApiException(
              HttpStatus.NOT_FOUND_404,
              null,
              null,
              "unknown path %s; paths are %s".formatted(path, String.join(", ", routes.keySet())));
    }
    String method = route.hasBody ? "POST" : "GET";
    boolean isHead = HttpMethod.HEAD.is(request.getMethod()) && !route.hasBody;
    if (!request.getMethod().equals(method) && !isHead) {
      response.getHeaders().put(HttpHeader.ALLOW, method);
      throw new ApiException(
          HttpStatus.METHOD_NOT_ALLOWED_405,
          null,
          null,
          "the method of %s must be %s, was %s".formatted(path, method, request.getMethod()));
    }
    if (draining) {
      throw new ApiException(
          HttpStatus.SERVICE_UNAVAILABLE_503, null, null, "the server is shutting down");
    }
    String type = request.getHeaders().get(HttpHeader.CONTENT_TYPE);
    // Also keeps out the forms of web pages, which may send any other type without asking.
    if (route.hasBody && (type == null || !type.matches("(?i)application/json *(;.*)?"))) {
      throw new ApiException(
          HttpStatus.UNSUPPORTED_MEDIA_TYPE_415,
          null,
          null,
          "the header Content-Type must be application/json, was " + type);
    }
    if (request.getLength() > config.maxBody()) {
      throw tooLarge();
    }
    return route;
  }

  private boolean hasKey(Request request) {
    if (apiKey == null) {
      return true;
    }
    String given = request.getHeaders().get(HttpHeader.AUTHORIZATION);
    return given != null
        && given.regionMatches(true, 0, BEARER, 0, BEARER.length())
        && MessageDigest.isEqual(
            given.substring(BEARER.length()).strip().getBytes(StandardCharsets.UTF_8),
            apiKey.getBytes(StandardCharsets.UTF_8));
  }

  private ApiException tooLarge() {
    return new ApiException(
        HttpStatus.PAYLOAD_TOO_LARGE_413,
        null,
        null,
        "the request must have at most %d bytes".formatted(config.maxBody()));
  }

  private ApiException unknownModel(String name) {
    return new ApiException(
        HttpStatus.NOT_FOUND_404,
        "model_not_found",
        "model",
        "the model must be %s, was %s".formatted(model, name));
  }

  /** Why a body was not read to its end. */
  private Throwable unread(Throwable failure) {
    if (failure instanceof IllegalStateException) {
      return tooLarge();
    }
    if (failure instanceof HttpException) {
      return ApiException.invalid(null, "the body of the request could not be read");
    }
    return failure instanceof TimeoutException ? ApiException.late() : new IOException(failure);
  }

  private void answer(Exchange exchange, Route route, byte[] bytes) {
    try {
      if (!exchange.await()) {
        return;
      }
      RequestBody body = RequestBody.parse(bytes);
      if (body.has("model") && !body.text("model").equals(model)) {
        throw unknownModel(body.text("model"));
      }
      route.answer.to(exchange, body);
    } catch (IOException | RuntimeException | Error e) {
      exchange.fail(e);
    }
  }

  private ObjectNode models() {
    ObjectNode models = object("object", "list");
    models.putArray("data").add(model());
    return models;
  }

  private ObjectNode model() {
    return object("id", model)
        .put("object", "model")
        .put("created", created)
        .put("owned_by", "evomoe");
  }

  private static ObjectNode object(String name, String value) {
    return JsonNodeFactory.instance.objectNode().put(name, value);
  }

  /** A request that is no HTTP, which never comes to a handler. */
  static boolean rejectedByServer(Request request, Response response, Callback callback) {
    int status = response.getStatus();
    ApiException error = new ApiException(status, null, null, HttpStatus.getMessage(status));
    response.getHeaders().put(HttpHeader.CONTENT_TYPE, "application/json");
    Content.Sink.write(response, true, error.json().toString(), callback);
    return true;
  }

  /** Looks for clients that went away. */
  void watch() {
    exchanges.forEach(Exchange::watch);
  }

  /** Takes no more requests, and cancels those that have not ended after this time. */
  void drain(long graceMillis) {
    draining = true;
    awaitNone(graceMillis);
    exchanges.forEach(Exchange::cancel);
    awaitNone(LAST_MILLIS);
  }

  private void awaitNone(long millis) {
    try {
      for (long waited = 0; waited < millis && !exchanges.isEmpty(); waited += POLL_MILLIS) {
        Thread.sleep(POLL_MILLIS);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  void close() {
    vectors.close();
  }
}
