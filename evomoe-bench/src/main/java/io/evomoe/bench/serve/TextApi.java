package io.evomoe.bench.serve;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.evomoe.models.causal.GenerationConfig;
import io.evomoe.models.text.ChatMessage;
import io.evomoe.run.TextStream;
import io.evomoe.run.TextStream.Generated;
import io.evomoe.run.TextStream.Generated.FinishReason;
import java.io.IOException;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;
import org.eclipse.jetty.http.HttpStatus;

/** Answers {@code /v1/completions} and {@code /v1/chat/completions}. */
final class TextApi {
  /** As in OpenAI's API. */
  private static final int COMPLETION_TOKENS = 16;

  private static final int MOST_STOPS = 16;

  /** Each token is compared with all stop strings, on the thread of all texts. */
  private static final int LONGEST_STOP = 256;

  /** Fields of all texts. */
  private static final Set<String> COMMON =
      Set.of(
          "n",
          "repetition_penalty",
          "seed",
          "stop",
          "stream",
          "stream_options",
          "temperature",
          "top_k",
          "top_p");

  private static final Set<String> UNSUPPORTED =
      Set.of(
          "audio",
          "best_of",
          "echo",
          "frequency_penalty",
          "function_call",
          "functions",
          "logit_bias",
          "logprobs",
          "modalities",
          "parallel_tool_calls",
          "prediction",
          "presence_penalty",
          "reasoning_effort",
          "response_format",
          "service_tier",
          "suffix",
          "tool_choice",
          "tools",
          "top_logprobs",
          "verbosity",
          "web_search_options");

  private static final Set<String> UNSUPPORTED_IN_MESSAGES =
      Set.of(
          "annotations", "audio", "function_call", "name", "refusal", "tool_call_id", "tool_calls");

  private final ServedModel model;
  private final ServeConfig limits;
  private final ServeMetrics metrics;

  TextApi(ServedModel model, ServeConfig limits, ServeMetrics metrics) {
    this.model = model;
    this.limits = limits;
    this.metrics = metrics;
  }

  void completion(Exchange exchange, RequestBody body) throws IOException {
    body.require(with("max_tokens", "prompt"), UNSUPPORTED);
    body.requireField("prompt");
    List<String> prompts = body.texts("prompt");
    if (prompts.size() != 1) {
      throw ApiException.invalid("prompt", "prompt must be one text, had " + prompts.size());
    }
    String prompt = prompts.get(0);
    int read = model.valid(() -> model.predictor().countTokens(prompt));
    GenerationConfig config = config(body, "max_tokens", COMPLETION_TOKENS, read, exchange.left());
    Answer answer = new Answer(body, false, read);
    answer.send(exchange, model.valid(() -> model.predictor().stream(prompt, config)));
  }

  void chat(Exchange exchange, RequestBody body) throws IOException {
    body.require(with("max_completion_tokens", "max_tokens", "messages"), UNSUPPORTED);
    body.requireField("messages");
    if (body.has("max_tokens") && body.has("max_completion_tokens")) {
      throw ApiException.invalid(
          "max_tokens", "max_tokens and max_completion_tokens are the same: give one of them");
    }
    List<ChatMessage> messages = body.objects("messages").stream().map(TextApi::message).toList();
    int read = model.valid(() -> model.predictor().countTokens(messages));
    String limit = body.has("max_tokens") ? "max_tokens" : "max_completion_tokens";
    GenerationConfig config = config(body, limit, limits.maxTokens(), read, exchange.left());
    Answer answer = new Answer(body, true, read);
    answer.send(exchange, model.valid(() -> model.predictor().stream(messages, config)));
  }

  private static ChatMessage message(RequestBody message) {
    message.require(Set.of("content", "role"), UNSUPPORTED_IN_MESSAGES);
    message.requireField("role");
    message.requireField("content");
    if (message.text("role").isBlank()) {
      throw ApiException.invalid(message.name("role"), message.name("role") + " must not be blank");
    }
    if (!message.isArray("content")) {
      return new ChatMessage(message.text("role"), message.text("content"));
    }
    List<RequestBody> parts = message.objects("content");
    if (parts.isEmpty()) {
      throw ApiException.invalid(
          message.name("content"), message.name("content") + " must not be empty");
    }
    StringBuilder text = new StringBuilder();
    for (RequestBody part : parts) {
      part.requireField("type");
      if (!part.text("type").equals("text")) {
        throw ApiException.invalid(
            part.name("type"),
            "%s must be text, was %s".formatted(part.name("type"), part.text("type")));
      }
      part.require(Set.of("text", "type"), Set.of());
      part.requireField("text");
      text.append(part.text("text"));
    }
    return new ChatMessage(message.text("role"), text.toString());
  }

  private static Set<String> with(String... more) {
    Set<String> all = new HashSet<>(COMMON);
    all.addAll(List.of(more));
    return all;
  }

  /**
   * Reads the settings of a text.
   *
   * @param maxTokens name of the field with the maximum number of new tokens
   * @param usual number of new tokens if the request does not say it and there is room
   * @param read tokens of the prompt
   * @param left time that the text may take
   */
  private GenerationConfig config(
      RequestBody body, String maxTokens, int usual, int read, Duration left) {
    int context = model.predictor().limit();
    int most = Math.min(limits.maxTokens(), context - read);
    int tokens = body.integer(maxTokens, Math.max(1, Math.min(usual, most)));
    if (tokens < 1 || tokens > limits.maxTokens()) {
      throw ApiException.invalid(
          maxTokens,
          "%s must be in 1..%d, was %d".formatted(maxTokens, limits.maxTokens(), tokens));
    }
    if (tokens > most) {
      throw new ApiException(
          HttpStatus.BAD_REQUEST_400,
          "context_length_exceeded",
          maxTokens,
          "the model has a context of %d tokens, and the prompt has %d and %s is %d: shorten one of them"
              .formatted(context, read, maxTokens, tokens));
    }
    if (body.integer("n", 1) != 1) {
      throw ApiException.invalid("n", "n must be 1, was " + body.integer("n", 1));
    }
    List<String> stops = body.texts("stop");
    if (stops.size() > MOST_STOPS) {
      throw ApiException.invalid(
          "stop", "stop must have at most %d strings, had %d".formatted(MOST_STOPS, stops.size()));
    }
    if (stops.stream().anyMatch(stop -> stop.length() > LONGEST_STOP)) {
      throw ApiException.invalid(
          "stop", "stop must have strings of at most %d characters".formatted(LONGEST_STOP));
    }
    GenerationConfig usually = model.sampling();
    return model.valid(
        () ->
            usually.with(
                g ->
                    g.maxNewTokens(tokens)
                        .temperature(body.number("temperature", usually.temperature()))
                        .topK(body.integer("top_k", usually.topK()))
                        .topP(body.number("top_p", usually.topP()))
                        .repetitionPenalty(
                            body.number("repetition_penalty", usually.repetitionPenalty()))
                        .seed(body.integer("seed", ThreadLocalRandom.current().nextLong()))
                        .stopStrings(stops)
                        .timeout(left)));
  }

  /** The answer to one request, from its settings and its growing text. */
  private final class Answer {
    private final TextForm form;
    private final int read;
    private final boolean streams;
    private final boolean countsInStream;

    Answer(RequestBody body, boolean isChat, int read) {
      this.read = read;
      streams = body.flag("stream");
      RequestBody options = body.object("stream_options");
      if (options != null) {
        options.require(Set.of("include_usage"), Set.of("include_obfuscation"));
        if (!streams) {
          throw ApiException.invalid("stream_options", "stream_options needs stream: true");
        }
      }
      countsInStream = options != null && options.flag("include_usage");
      form = new TextForm(model.name(), isChat, countsInStream);
    }

    void send(Exchange exchange, TextStream stream) throws IOException {
      exchange.onCancel(stream::cancel);
      boolean over = false;
      try {
        if (streams && form.begins()) {
          exchange.event(form.begin());
        }
        for (var more = stream.next(); more.isPresent(); more = stream.next()) {
          if (exchange.state() == Exchange.State.WAITING) {
            exchange.run();
            metrics.firstToken(exchange.seconds());
          }
          if (streams) {
            exchange.event(form.more(more.get()));
          }
        }
        over = true;
      } finally {
        if (!over) {
          stream.cancel();
        }
      }
      end(exchange, stream.await());
    }

    private void end(Exchange exchange, Generated generated) throws IOException {
      metrics.tokens(read, generated.tokenIds().size());
      if (generated.finishReason() == FinishReason.CANCELLED) {
        exchange.requireTime();
      }
      ObjectNode usage = usage(read, generated.tokenIds().size());
      String reason = reason(generated.finishReason());
      if (!streams) {
        exchange.json(HttpStatus.OK_200, form.whole(generated.text(), reason).set("usage", usage));
        return;
      }
      exchange.event(form.last(reason));
      if (countsInStream) {
        exchange.event(form.counts(usage));
      }
      exchange.endEvents();
    }
  }

  private static String reason(FinishReason reason) {
    return switch (reason) {
      case END, STOP -> "stop";
      case LENGTH, TIMEOUT, CANCELLED -> "length";
    };
  }

  private static ObjectNode usage(int read, int generated) {
    return JsonNodeFactory.instance
        .objectNode()
        .put("prompt_tokens", read)
        .put("completion_tokens", generated)
        .put("total_tokens", read + generated);
  }
}
