package io.evomoe.models.text;

import java.util.List;
import java.util.stream.IntStream;

/**
 * A message of a conversation.
 *
 * @param role its author, such as {@code system}, {@code user} or {@code assistant}; the chat
 *     template decides which roles exist
 * @param content its text, may be empty
 */
public record ChatMessage(String role, String content) {
  /** The role of a model's answers. */
  public static final String ASSISTANT = "assistant";

  /** Rejects a blank role. */
  public ChatMessage {
    if (role.isBlank()) {
      throw new IllegalArgumentException("role must not be blank, was '" + role + "'");
    }
  }

  /** Returns the message of a user. */
  public static ChatMessage user(String content) {
    return new ChatMessage("user", content);
  }

  /** Returns an answer of the model. */
  public static ChatMessage assistant(String content) {
    return new ChatMessage(ASSISTANT, content);
  }

  /**
   * Returns the messages of a row.
   *
   * @param values role and content of each message, one after another
   */
  public static List<ChatMessage> ofRow(List<String> values) {
    return IntStream.range(0, values.size() / 2)
        .mapToObj(i -> new ChatMessage(values.get(2 * i), values.get(2 * i + 1)))
        .toList();
  }

  /**
   * Checks that a model can learn from a conversation.
   *
   * @throws IllegalArgumentException if it has no answer, or an empty one
   */
  public static void requireAnswers(List<ChatMessage> messages) {
    for (int i = 0; i < messages.size(); i++) {
      if (messages.get(i).isAnswer() && messages.get(i).content().isBlank()) {
        throw new IllegalArgumentException("the answer in message %d is empty".formatted(i + 1));
      }
    }
    if (messages.stream().noneMatch(ChatMessage::isAnswer)) {
      throw new IllegalArgumentException("must have a message of role assistant, has none");
    }
  }

  /** Whether this is an answer of the model. */
  public boolean isAnswer() {
    return role.equals(ASSISTANT);
  }
}
