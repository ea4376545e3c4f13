package io.evomoe.bench.serve;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.evomoe.internal.names.Suggestion;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** A JSON object of a request. A field that is null counts as left out. */
final class RequestBody {
  /** Clients send them with any request, and nothing here depends on them. */
  private static final Set<String> HARMLESS = Set.of("model", "user", "store", "metadata");

  /** Values that ask for what happens anyway, besides null, false and empty ones. */
  private static final Set<String> WITHOUT_EFFECT =
      Set.of(
          "best_of=1.0",
          "frequency_penalty=0.0",
          "modalities=[\"text\"]",
          "parallel_tool_calls=true",
          "presence_penalty=0.0",
          "response_format={\"type\":\"text\"}",
          "service_tier=auto",
          "service_tier=default",
          "suffix=",
          "tool_choice=auto",
          "tool_choice=none",
          "top_logprobs=0.0");

  private static final JsonMapper MAPPER =
      JsonMapper.builder()
          .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .build();

  private final String place;
  private final ObjectNode json;

  private RequestBody(String place, ObjectNode json) {
    this.place = place;
    this.json = json;
  }

  static RequestBody parse(byte[] bytes) {
    String text;
    try {
      text = StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
    } catch (CharacterCodingException e) {
      throw ApiException.invalid(null, "the request must be valid UTF-8");
    }
    try {
      if (MAPPER.readTree(text) instanceof ObjectNode json) {
        return new RequestBody("", json);
      }
    } catch (JsonProcessingException e) {
      throw ApiException.invalid(
          null,
          "the request must be valid JSON: "
              + e.getOriginalMessage().lines().findFirst().orElse(""));
    }
    throw ApiException.invalid(null, "the request must be a JSON object");
  }

  /**
   * Rejects all other fields.
   *
   * @param unsupported fields of OpenAI that may only have a value without effect
   */
  void require(Set<String> known, Set<String> unsupported) {
    json.fieldNames()
        .forEachRemaining(
            name -> {
              if (known.contains(name) || (place.isEmpty() && HARMLESS.contains(name))) {
                return;
              }
              if (!unsupported.contains(name)) {
                throw ApiException.invalid(
                    place + name,
                    "unknown field %s; fields are %s%s"
                        .formatted(
                            place + name,
                            String.join(", ", new TreeSet<>(known)),
                            Suggestion.text(name, known)));
              }
              if (!hasNoEffect(name, json.get(name))) {
                throw ApiException.invalid(
                    place + name, place + name + " is not supported: leave it out");
              }
            });
  }

  private static boolean hasNoEffect(String name, JsonNode value) {
    String other = value.isTextual() ? value.textValue() : value.toString();
    String text = value.isNumber() ? "" + value.doubleValue() : other;
    return value.isNull()
        || (value.isContainerNode() && value.isEmpty())
        || (value.isBoolean() && !value.booleanValue())
        || WITHOUT_EFFECT.contains(name + "=" + text);
  }

  boolean has(String name) {
    return json.hasNonNull(name);
  }

  /** Rejects a request without this field. */
  void requireField(String name) {
    if (!has(name)) {
      throw ApiException.invalid(place + name, place + name + " is missing");
    }
  }

  boolean flag(String name) {
    return has(name) && take(name, "true or false", JsonNode::isBoolean).booleanValue();
  }

  int integer(String name, int usual) {
    return has(name)
        ? take(name, "an integer", v -> v.isIntegralNumber() && v.canConvertToInt()).intValue()
        : usual;
  }

  long integer(String name, long usual) {
    return has(name)
        ? take(name, "an integer", v -> v.isIntegralNumber() && v.canConvertToLong()).longValue()
        : usual;
  }

  double number(String name, double usual) {
    return has(name) ? take(name, "a number", JsonNode::isNumber).doubleValue() : usual;
  }

  /** A string; empty if it is left out. */
  String text(String name) {
    return has(name) ? text(place + name, json.get(name)) : "";
  }

  /** The strings of a field: one string, or an array; none if it is left out. */
  List<String> texts(String name) {
    if (!has(name) || !json.get(name).isArray()) {
      return has(name) ? List.of(text(name)) : List.of();
    }
    List<String> texts = new ArrayList<>();
    JsonNode array = json.get(name);
    for (int i = 0; i < array.size(); i++) {
      texts.add(text("%s[%d]".formatted(place + name, i), array.get(i)));
    }
    return texts;
  }

  private static String text(String place, JsonNode value) {
    if (!value.isTextual()) {
      throw wrong(place, "a string", value);
    }
    if (!StandardCharsets.UTF_8.newEncoder().canEncode(value.textValue())) {
      throw ApiException.invalid(place, place + " must be valid Unicode, had half of a character");
    }
    return value.textValue();
  }

  /** The object of a field; null if it is left out. */
  @Nullable RequestBody object(String name) {
    return has(name)
        ? new RequestBody(
            place + name + ".", (ObjectNode) take(name, "an object", JsonNode::isObject))
        : null;
  }

  /** The objects of an array; none if it is left out. */
  List<RequestBody> objects(String name) {
    if (!has(name)) {
      return List.of();
    }
    JsonNode array = take(name, "an array of objects", JsonNode::isArray);
    List<RequestBody> objects = new ArrayList<>();
    for (int i = 0; i < array.size(); i++) {
      String element = "%s[%d]".formatted(place + name, i);
      if (!(array.get(i) instanceof ObjectNode object)) {
        throw wrong(element, "an object", array.get(i));
      }
      objects.add(new RequestBody(element + ".", object));
    }
    return objects;
  }

  boolean isArray(String name) {
    return json.path(name).isArray();
  }

  /** Name of a field within the whole request. */
  String name(String field) {
    return place + field;
  }

  private JsonNode take(String name, String expected, Function<JsonNode, Boolean> holds) {
    JsonNode value = json.get(name);
    if (!holds.apply(value)) {
      throw wrong(place + name, expected, value);
    }
    return value;
  }

  private static ApiException wrong(String place, String expected, JsonNode value) {
    String shown = value.toString();
    return ApiException.invalid(
        place,
        "%s must be %s, was %s"
            .formatted(
                place, expected, shown.length() > 40 ? shown.substring(0, 40) + "…" : shown));
  }
}
