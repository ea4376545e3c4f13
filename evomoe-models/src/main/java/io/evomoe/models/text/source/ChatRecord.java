package io.evomoe.models.text.source;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.evomoe.internal.files.Excerpt;
import io.evomoe.models.text.ChatMessage;
import io.evomoe.models.text.source.RecordFormat.BadRecordException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Checks the messages of a conversation. */
final class ChatRecord {
  static final String MESSAGES = "messages";

  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Set<String> FIELDS = Set.of("role", "content");

  private ChatRecord() {}

  /**
   * Returns role and content of each message, one message after another.
   *
   * @param values JSON of the messages; or a prompt and its completion
   */
  static List<String> of(@Nullable String[] values) throws BadRecordException {
    List<String> all = new ArrayList<>();
    if (values.length == 1) {
      JsonNode messages = json(String.valueOf(values[0]));
      if (!messages.isArray() || messages.isEmpty()) {
        throw new BadRecordException(
            "field messages must be a list of messages, is " + Excerpt.of(messages));
      }
      for (JsonNode message : messages) {
        int number = all.size() / 2 + 1;
        all.addAll(List.of(text(message, "role", number), text(message, "content", number)));
      }
    } else {
      String prompt = values[0];
      String completion = values[1];
      if (prompt == null || completion == null) {
        throw new BadRecordException("has no field " + (prompt == null ? "prompt" : "completion"));
      }
      all.addAll(List.of("user", prompt, ChatMessage.ASSISTANT, completion));
    }
    try {
      ChatMessage.requireAnswers(ChatMessage.ofRow(all));
    } catch (IllegalArgumentException e) {
      throw new BadRecordException(String.valueOf(e.getMessage()));
    }
    return all;
  }

  private static JsonNode json(String text) throws BadRecordException {
    try {
      return JSON.readTree(text);
    } catch (JsonProcessingException e) {
      throw new BadRecordException("field messages is not JSON");
    }
  }

  private static String text(JsonNode message, String field, int number) throws BadRecordException {
    if (!message.path(field).isTextual() || message.path("role").asText().isBlank()) {
      throw new BadRecordException(
          "message %d must have the texts role and content, is %s"
              .formatted(number, Excerpt.of(message)));
    }
    for (Map.Entry<String, JsonNode> entry : message.properties()) {
      if (!FIELDS.contains(entry.getKey()) && !entry.getValue().isNull()) {
        throw new BadRecordException(
            "message %d must have only role and content, has %s"
                .formatted(number, Excerpt.of(entry.getKey())));
      }
    }
    return message.path(field).textValue();
  }
}
