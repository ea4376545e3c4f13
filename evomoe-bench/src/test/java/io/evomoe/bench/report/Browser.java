package io.evomoe.bench.report;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;

/**
 * A page in the Chromium of this machine, spoken to in its DevTools protocol. Whatever the page
 * complains of is kept.
 */
final class Browser implements AutoCloseable {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final int SECONDS = 60;

  /** How long a page may take to come to a condition, on a busy machine. */
  static final long PATIENCE_SECONDS = 120;

  /** Contrast of a colour with the cards, as WCAG 2 defines it. */
  static final String CONTRAST =
      """
      (() => {
        const light = text => {
          const [r, g, b] = text.match(/[\\d.]+/g).map(Number).map(c => c / 255)
            .map(c => c <= 0.03928 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4);
          return 0.2126 * r + 0.7152 * g + 0.0722 * b;
        };
        const card = light(getComputedStyle(document.querySelector('.card')).backgroundColor);
        return selector => [...document.querySelectorAll(selector)].map(node => {
          const own = light(getComputedStyle(node).color);
          return (Math.max(own, card) + 0.05) / (Math.min(own, card) + 0.05);
        });
      })()""";

  private final Process process;
  private final WebSocket socket;
  private final String session;
  private final AtomicInteger calls = new AtomicInteger();
  private final Map<Integer, CompletableFuture<JsonNode>> answers = new ConcurrentHashMap<>();
  private final List<String> complaints = new CopyOnWriteArrayList<>();

  private Browser(Path executable, Path profile) throws IOException {
    process = process(executable, profile);
    socket =
        HttpClient.newHttpClient()
            .newWebSocketBuilder()
            .buildAsync(address(process), new Messages())
            .orTimeout(SECONDS, TimeUnit.SECONDS)
            .join();
    String target =
        call("", "Target.createTarget", Map.of("url", "about:blank")).get("targetId").asText();
    session =
        call("", "Target.attachToTarget", Map.of("targetId", target, "flatten", true))
            .get("sessionId")
            .asText();
    List.of("Page.enable", "Runtime.enable", "Log.enable").forEach(m -> call(m, Map.of()));
  }

  /** Where a Chromium is installed. */
  static Optional<Path> installed() {
    return Stream.of("/usr/bin", "/usr/local/bin")
        .flatMap(
            folder ->
                Stream.of("chromium", "chromium-browser", "google-chrome")
                    .map(name -> Path.of(folder, name)))
        .filter(Files::isExecutable)
        .findFirst();
  }

  /** Starts one with a new profile. */
  static Browser start(Path executable, Path profile) {
    try {
      return new Browser(executable, profile);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Opens a file in a window of this size, in light or dark colours. */
  void open(Path file, int width, String scheme) {
    call(
        "Emulation.setDeviceMetricsOverride",
        Map.of("width", width, "height", 900, "deviceScaleFactor", 1, "mobile", false));
    Map<String, String> feature = Map.of("name", "prefers-color-scheme", "value", scheme);
    call("Emulation.setEmulatedMedia", Map.of("features", List.of(feature)));
    call("Page.navigate", Map.of("url", file.toUri().toString()));
    evaluate(
        "new Promise(done => document.readyState === 'complete' ? done() :"
            + " addEventListener('load', done))");
  }

  /**
   * Waits for a condition of a page that is whole. The page may be loaded again while it is asked.
   */
  void until(String condition) throws InterruptedException {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
    while (!holds(condition)) {
      assertThat(System.nanoTime()).as(condition).isLessThan(end);
      TimeUnit.MILLISECONDS.sleep(100);
    }
  }

  private boolean holds(String condition) {
    try {
      return evaluate("document.readyState === 'complete' && !!(" + condition + ")").asBoolean();
    } catch (RuntimeException loading) {
      return false;
    }
  }

  /** The value of an expression in the page. */
  JsonNode evaluate(String script) {
    JsonNode answer =
        call(
            "Runtime.evaluate",
            Map.of("expression", script, "returnByValue", true, "awaitPromise", true));
    if (answer.has("exceptionDetails")) {
      throw new IllegalStateException(answer.get("exceptionDetails").toString());
    }
    return answer.get("result").path("value");
  }

  /** Presses a key and lets it go. */
  void press(String key) {
    String text = key.equals("Enter") ? "\r" : key.equals(" ") ? " " : "";
    Map<String, Object> event = Map.of("key", key, "code", key, "text", text);
    int code = Map.of("Tab", 9, "Enter", 13, " ", 32, "Escape", 27).getOrDefault(key, 0);
    for (String type : List.of("keyDown", "keyUp")) {
      Map<String, Object> typed = new HashMap<>(event);
      typed.put("type", type);
      typed.put("windowsVirtualKeyCode", code);
      call("Input.dispatchKeyEvent", typed);
    }
  }

  /** Errors, warnings and exceptions up to now. */
  List<String> complaints() {
    return List.copyOf(complaints);
  }

  private JsonNode call(String method, Map<String, ?> parameters) {
    return call(session, method, parameters);
  }

  private JsonNode call(String of, String method, Map<String, ?> parameters) {
    int id = calls.incrementAndGet();
    CompletableFuture<JsonNode> answer = new CompletableFuture<>();
    answers.put(id, answer);
    Map<String, Object> message =
        new HashMap<>(Map.of("id", id, "method", method, "params", parameters));
    if (!of.isEmpty()) {
      message.put("sessionId", of);
    }
    try {
      socket.sendText(JSON.writeValueAsString(message), true).join();
      return answer.orTimeout(SECONDS, TimeUnit.SECONDS).join();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static Process process(Path executable, Path profile) throws IOException {
    return new ProcessBuilder(
            executable.toString(),
            "--headless",
            "--no-sandbox",
            "--disable-gpu",
            "--disable-quic",
            "--no-first-run",
            "--disable-background-networking",
            "--disable-component-update",
            "--disable-sync",
            "--remote-debugging-port=0",
            "--user-data-dir=" + profile,
            "about:blank")
        .redirectOutput(ProcessBuilder.Redirect.DISCARD)
        .start();
  }

  /** What it says on standard error when it is ready. */
  private static URI address(Process process) throws IOException {
    BufferedReader lines = process.errorReader();
    for (String line = lines.readLine(); line != null; line = lines.readLine()) {
      int at = line.indexOf("ws://");
      if (at >= 0) {
        return URI.create(line.substring(at).strip());
      }
    }
    throw new IOException("the browser did not start");
  }

  @Override
  public void close() {
    try {
      call("", "Browser.close", Map.of());
      process.waitFor(SECONDS, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      socket.abort();
      process.descendants().forEach(ProcessHandle::destroyForcibly);
      process.destroyForcibly();
    }
  }

  /** Answers and events, which may come in pieces. */
  private final class Messages implements WebSocket.Listener {
    private final StringBuilder text = new StringBuilder();

    @Override
    public CompletionStage<?> onText(WebSocket from, CharSequence piece, boolean last) {
      text.append(piece);
      if (last) {
        accept(text.toString());
        text.setLength(0);
      }
      from.request(1);
      return CompletableFuture.completedFuture(null);
    }

    private void accept(String message) {
      try {
        JsonNode node = JSON.readTree(message);
        String event = node.path("method").asText();
        if (node.has("id")) {
          CompletableFuture<JsonNode> answer =
              Objects.requireNonNull(answers.remove(node.get("id").asInt()));
          if (node.has("error")) {
            answer.completeExceptionally(new IllegalStateException(message));
          } else {
            answer.complete(node.get("result"));
          }
        } else if (event.equals("Runtime.exceptionThrown")
            || event.equals("Runtime.consoleAPICalled")
            || event.equals("Log.entryAdded")) {
          complaints.add(message);
        }
      } catch (IOException e) {
        complaints.add("not JSON: " + message);
      }
    }
  }
}
