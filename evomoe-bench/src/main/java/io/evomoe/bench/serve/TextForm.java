package io.evomoe.bench.serve;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Instant;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** The JSON of one generated text, as OpenAI's API has it: of a completion, or of a chat. */
final class TextForm {
  private final String model;
  private final boolean isChat;
  private final boolean counts;
  private final String id;
  private final long created = Instant.now().getEpochSecond();

  /**
   * The form of an answer.
   *
   * @param counts whether all events have the field of the counts of tokens
   */
  TextForm(String model, boolean isChat, boolean counts) {
    this.model = model;
    this.isChat = isChat;
    this.counts = counts;
    this.id = (isChat ? "chatcmpl-" : "cmpl-") + UUID.randomUUID().toString().replace("-", "");
  }

  ObjectNode whole(String text, String reason) {
    ObjectNode choice = object().put("index", 0);
    if (isChat) {
      choice.putObject("message").put("role", "assistant").put("content", text).putNull("refusal");
    } else {
      choice.put("text", text);
    }
    return document(isChat ? "chat.completion" : "text_completion", choice, reason);
  }

  /** The first event of a chat; a completion has none. */
  ObjectNode begin() {
    ObjectNode delta = object().put("role", "assistant").put("content", "");
    return event(object().put("index", 0).set("delta", delta), null);
  }

  boolean begins() {
    return isChat;
  }

  ObjectNode more(String text) {
    return event(choice(object().put("content", text), text), null);
  }

  ObjectNode last(String reason) {
    return event(choice(object(), ""), reason);
  }

  /** The event with the counts of tokens. */
  ObjectNode counts(ObjectNode usage) {
    return event(null, null).set("usage", usage);
  }

  private ObjectNode choice(ObjectNode delta, String text) {
    ObjectNode choice = object().put("index", 0);
    return isChat ? choice.set("delta", delta) : choice.put("text", text);
  }

  private ObjectNode event(@Nullable ObjectNode choice, @Nullable String reason) {
    ObjectNode event =
        document(isChat ? "chat.completion.chunk" : "text_completion", choice, reason);
    return counts ? event.putNull("usage") : event;
  }

  private ObjectNode document(String type, @Nullable ObjectNode choice, @Nullable String reason) {
    ObjectNode document =
        object().put("id", id).put("object", type).put("created", created).put("model", model);
    var choices = document.putArray("choices");
    if (choice != null) {
      choices.add(choice.putNull("logprobs").put("finish_reason", reason));
    }
    return document;
  }

  private static ObjectNode object() {
    return JsonNodeFactory.instance.objectNode();
  }
}
