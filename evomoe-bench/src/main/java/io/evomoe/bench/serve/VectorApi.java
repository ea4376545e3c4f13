package io.evomoe.bench.serve;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.evomoe.models.transformer.Search;
import io.evomoe.run.finetune.Classifier;
import io.evomoe.run.finetune.Classifier.Classified;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Function;
import org.eclipse.jetty.http.HttpStatus;
import org.nd4j.shade.guava.collect.Lists;

/** Answers {@code /v1/embeddings}, {@code /v1/classify} and {@code /v1/translate}. */
final class VectorApi {
  /** Sentences of a request that are translated together. */
  private static final int SENTENCES = 8;

  private static final int MOST_BEAMS = 32;

  /** As in OpenAI's API. */
  private static final int MOST_TEXTS = 2048;

  private final ServedModel model;
  private final ServeMetrics metrics;

  /** One thread: each that computes keeps memory. Requests take turns after every few texts. */
  private final ExecutorService compute =
      Executors.newSingleThreadExecutor(
          task -> {
            Thread thread = new Thread(task, "evomoe-serve-compute");
            thread.setDaemon(true);
            return thread;
          });

  VectorApi(ServedModel model, ServeMetrics metrics) {
    this.model = model;
    this.metrics = metrics;
  }

  void embeddings(Exchange exchange, RequestBody body) {
    body.require(Set.of("encoding_format", "input"), Set.of("dimensions"));
    String format = body.has("encoding_format") ? body.text("encoding_format") : "float";
    if (!Set.of("float", "base64").contains(format)) {
      throw ApiException.invalid(
          "encoding_format", "encoding_format must be float or base64, was " + format);
    }
    List<String> texts = input(body);
    int[] read = new int[1];
    for (int i = 0; i < texts.size(); i++) {
      String text = texts.get(i);
      int tokens = model.valid(() -> model.predictor().countTokens(text));
      if (tokens > model.predictor().limit()) {
        throw new ApiException(
            HttpStatus.BAD_REQUEST_400,
            "context_length_exceeded",
            "input",
            "input[%d] must have at most %d tokens, had %d"
                .formatted(i, model.predictor().limit(), tokens));
      }
      read[0] += tokens;
    }
    List<float[]> vectors =
        inTurns(exchange, texts, 1, some -> model.predictor().embed(some, true));
    metrics.tokens(read[0], 0);
    ArrayNode data = JsonNodeFactory.instance.arrayNode();
    for (float[] vector : vectors) {
      ObjectNode entry = data.addObject().put("object", "embedding").put("index", data.size() - 1);
      if (format.equals("base64")) {
        entry.put("embedding", base64(vector));
      } else {
        ArrayNode values = entry.putArray("embedding");
        for (float value : vector) {
          values.add(value);
        }
      }
    }
    ObjectNode answer = list(data);
    answer.putObject("usage").put("prompt_tokens", read[0]).put("total_tokens", read[0]);
    exchange.json(HttpStatus.OK_200, answer);
  }

  private static String base64(float[] vector) {
    ByteBuffer bytes =
        ByteBuffer.allocate(vector.length * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
    bytes.asFloatBuffer().put(vector);
    return Base64.getEncoder().encodeToString(bytes.array());
  }

  void classes(Exchange exchange, RequestBody body) {
    body.require(Set.of("input"), Set.of());
    ArrayNode data = JsonNodeFactory.instance.arrayNode();
    List<Classified> classes =
        inTurns(exchange, input(body), Classifier.BATCH, model.predictor()::classify);
    for (Classified named : classes) {
      data.addObject()
          .put("index", data.size() - 1)
          .put("label", named.label())
          .put("probability", named.probability())
          .put("truncated", named.cut());
    }
    exchange.json(HttpStatus.OK_200, list(data));
  }

  void translations(Exchange exchange, RequestBody body) {
    body.require(Set.of("beam", "input", "length_penalty"), Set.of());
    Search search = model.valid(() -> search(body));
    List<String> sentences = input(body);
    Set<Integer> cut = new TreeSet<>();
    int[] done = new int[1];
    List<String> translations =
        inTurns(
            exchange,
            sentences,
            SENTENCES,
            some -> {
              List<String> texts =
                  model.predictor().translate(some, search, i -> cut.add(done[0] + i));
              done[0] += some.size();
              return texts;
            });
    ArrayNode data = JsonNodeFactory.instance.arrayNode();
    for (int i = 0; i < translations.size(); i++) {
      data.addObject()
          .put("index", i)
          .put("text", translations.get(i))
          .put("truncated", cut.contains(i));
    }
    exchange.json(HttpStatus.OK_200, list(data));
  }

  private static Search search(RequestBody body) {
    Search usual = Search.DEFAULT;
    int beam = body.integer("beam", usual.beam());
    if (beam > MOST_BEAMS) {
      throw ApiException.invalid(
          "beam", "beam must be in 1..%d, was %d".formatted(MOST_BEAMS, beam));
    }
    return new Search(
        beam, body.number("length_penalty", usual.lengthPenalty()), usual.maxLength(), SENTENCES);
  }

  private static List<String> input(RequestBody body) {
    body.requireField("input");
    List<String> texts = body.texts("input");
    if (texts.isEmpty() || texts.size() > MOST_TEXTS) {
      throw ApiException.invalid(
          "input", "input must have 1..%d texts, had %d".formatted(MOST_TEXTS, texts.size()));
    }
    for (int i = 0; i < texts.size(); i++) {
      if (texts.get(i).isBlank()) {
        throw ApiException.invalid("input", "input[%d] must not be blank".formatted(i));
      }
    }
    return texts;
  }

  private ObjectNode list(ArrayNode data) {
    ObjectNode list = JsonNodeFactory.instance.objectNode().put("object", "list");
    list.set("data", data);
    return list.put("model", model.name());
  }

  /** Computes the results of texts, a few at a time, if they are still wanted then. */
  private <T> List<T> inTurns(
      Exchange exchange, List<String> texts, int together, Function<List<String>, List<T>> call) {
    List<T> results = new ArrayList<>();
    for (List<String> some : Lists.partition(texts, together)) {
      exchange.requireTime();
      try {
        results.addAll(compute.submit(() -> model.valid(() -> call.apply(some))).get());
      } catch (ExecutionException e) {
        throw e.getCause() instanceof ApiException rejected
            ? rejected
            : new IllegalStateException(e.getCause());
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new IllegalStateException(e);
      }
      exchange.run();
    }
    return results;
  }

  void close() {
    compute.shutdown();
  }
}
