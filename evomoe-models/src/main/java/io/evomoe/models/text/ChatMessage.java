package io.evomoe.models.text;

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

  /** Whether this is an answer of the model. */
  public boolean isAnswer() {
    return role.equals(ASSISTANT);
  }
}
