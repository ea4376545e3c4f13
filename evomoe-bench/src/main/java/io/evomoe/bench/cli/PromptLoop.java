package io.evomoe.bench.cli;

import io.evomoe.bench.cli.console.Utf8Lines;
import io.evomoe.models.causal.GenerationConfig;
import io.evomoe.models.text.ChatMessage;
import io.evomoe.run.Predictor;
import io.evomoe.run.TextStream;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * Continues the lines that are typed on a terminal, one after another, or answers them. Texts go to
 * standard output, all else to standard error. Ctrl-C ends the text that is being generated, or
 * else the program.
 */
final class PromptLoop {
  private static final int INTERRUPTED = 130;

  private final Predictor predictor;
  private final FieldOptions settings;
  private GenerationConfig config;
  private final AtomicReference<@Nullable TextStream> current = new AtomicReference<>();

  /** The messages so far; null if lines are continued. */
  private final @Nullable List<ChatMessage> messages;

  /**
   * Creates a loop.
   *
   * @param chat whether lines are messages of a conversation, which are answered
   */
  PromptLoop(Predictor predictor, FieldOptions settings, GenerationConfig config, boolean chat) {
    this.predictor = predictor;
    this.settings = settings;
    this.config = config;
    this.messages = chat ? new ArrayList<>() : null;
  }

  /** Returns at the end of the input, or at {@code /quit}. */
  void run() {
    predictor.generate("", config.with(g -> g.maxNewTokens(0))); // rejects other tasks at once
    hearInterrupts();
    System.err.println(
        messages == null
            ? "Type a text to continue. /help lists the settings, Ctrl-D ends."
            : "Type a message. /new begins another conversation, /help lists the settings, Ctrl-D"
                + " ends.");
    Utf8Lines lines = new Utf8Lines(System.in);
    while (true) {
      System.err.print("> ");
      System.err.flush();
      try {
        List<String> line = lines.next(1);
        if (line.isEmpty()) {
          System.err.println();
          return;
        }
        String text = line.get(0);
        if (text.strip().equals("/quit")) {
          return;
        }
        answer(text);
      } catch (IllegalArgumentException e) {
        System.err.println(slashes(String.valueOf(e.getMessage())));
      }
    }
  }

  private void answer(String line) {
    if (line.strip().equals("/help")) {
      settings
          .descriptions(config)
          .forEach((name, text) -> System.err.println(slashes("%-24s %s".formatted(name, text))));
    } else if (messages != null && line.strip().equals("/new")) {
      messages.clear();
    } else if (line.startsWith("/")) {
      String[] parts = line.strip().split("\\s+", 2);
      config =
          settings.with(config, parts[0].replaceFirst("/", "--"), parts.length > 1 ? parts[1] : "");
    } else if (!line.isBlank() && messages != null) {
      List<ChatMessage> with = new ArrayList<>(messages);
      with.add(ChatMessage.user(line));
      TextStream stream = predictor.stream(with, config);
      print(stream);
      messages.add(ChatMessage.user(line));
      messages.add(ChatMessage.assistant(stream.await().text()));
    } else if (!line.isBlank()) {
      TextStream stream = predictor.stream(line, config);
      System.out.print(line);
      print(stream);
    }
  }

  private void print(TextStream stream) {
    current.set(stream);
    try {
      for (Optional<String> more = stream.next(); more.isPresent(); more = stream.next()) {
        System.out.print(more.get());
        System.out.flush();
      }
    } finally {
      current.set(null);
      System.out.println();
    }
  }

  /** Only this class hears Ctrl-C without an end of the process, and the compiler warns of it. */
  private void hearInterrupts() {
    try {
      Class<?> signal = Class.forName("sun.misc.Signal");
      Class<?> handler = Class.forName("sun.misc.SignalHandler");
      Object own =
          Proxy.newProxyInstance(
              handler.getClassLoader(),
              new Class<?>[] {handler},
              (proxy, method, arguments) -> {
                interrupt();
                return null;
              });
      Object interrupt = signal.getConstructor(String.class).newInstance("INT");
      signal.getMethod("handle", signal, handler).invoke(null, interrupt, own);
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException("Java must have sun.misc.Signal", e);
    }
  }

  private void interrupt() {
    TextStream stream = current.getAndSet(null);
    if (stream == null) {
      System.err.println();
      System.exit(INTERRUPTED);
    }
    stream.cancel();
  }

  /** Settings are typed with a slash, not with the hyphens of an option. */
  private static String slashes(String text) {
    return text.replaceAll("(?<![\\w-])--(?=\\w)", "/");
  }
}
