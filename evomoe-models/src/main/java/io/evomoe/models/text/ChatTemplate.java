package io.evomoe.models.text;

import com.fasterxml.jackson.databind.JsonNode;
import io.evomoe.internal.files.AtomicFile;
import io.evomoe.models.internal.jinja.JinjaTemplate;
import io.evomoe.models.internal.text.Utf8Text;
import io.evomoe.models.internal.tokenizer.TokenizerContents;
import io.evomoe.models.internal.tokenizer.TokenizerJson;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * The chat template of a tokenizer: a Jinja template that makes one text of a conversation, as
 * Hugging Face's {@code apply_chat_template} does. {@link Tokenizer#encode} of that text makes
 * special tokens of their spellings, also of those inside a message.
 *
 * <p>Thread-safe.
 */
public final class ChatTemplate {
  /** Name of the file with a template. */
  public static final String FILE = "chat_template.jinja";

  private static final String CONFIG = "tokenizer_config.json";
  private static final List<String> TOKENS =
      List.of(
          "bos_token",
          "eos_token",
          "unk_token",
          "sep_token",
          "pad_token",
          "cls_token",
          "mask_token");

  /** The template of a model without one: the role, a line end, the message, the end of text. */
  private static final String PLAIN =
      """
      {%%- for message in messages %%}
          {{- message.role + '\\n' + message.content + '%s' }}
      {%%- endfor %%}
      {%%- if add_generation_prompt %%}
          {{- 'assistant\\n' }}
      {%%- endif %%}
      """;

  private final String source;
  private final String name;
  private final Map<String, String> tokens;

  /** Parsed when it is first needed: models that nobody chats with may have any template. */
  private volatile @Nullable JinjaTemplate template;

  private ChatTemplate(String source, String name, Map<String, String> tokens) {
    this.source = source;
    this.name = name;
    this.tokens = Map.copyOf(tokens);
  }

  private JinjaTemplate template() {
    JinjaTemplate parsed = template;
    if (parsed == null) {
      try {
        parsed = JinjaTemplate.parse(source);
      } catch (IllegalArgumentException e) {
        throw failed("cannot be read", e);
      }
      template = parsed;
    }
    return parsed;
  }

  /**
   * Returns a template.
   *
   * @param source text of the template
   * @param tokens spellings of special tokens that it may use, such as {@code bos_token}
   */
  public static ChatTemplate of(String source, Map<String, String> tokens) {
    return new ChatTemplate(source, "chat template", tokens);
  }

  /**
   * Returns the template of a model that has none: each message is its role, a line end, its text
   * and the tokenizer's end of text, and an answer begins with {@code assistant} and a line end.
   */
  public static ChatTemplate plain(Tokenizer tokenizer) {
    String end = tokenizer.decode(new int[] {tokenizer.endOfText()});
    return of(PLAIN.formatted(end.replace("\\", "\\\\").replace("'", "\\'")), Map.of());
  }

  /**
   * Returns the template of a tokenizer's files: {@code chat_template.jinja}, or else {@code
   * chat_template} of {@code tokenizer_config.json}, of which that by the name {@code default} is
   * taken if there are several.
   *
   * @return empty if there is none
   * @throws IllegalArgumentException naming the file, if it is no text
   */
  public static Optional<ChatTemplate> in(Path folder) {
    Path file = folder.resolve(FILE);
    if (Files.exists(file)) {
      return Optional.of(new ChatTemplate(Utf8Text.read(file), file.toString(), tokens(folder)));
    }
    Path config = folder.resolve(CONFIG);
    if (!Files.exists(config)) {
      return Optional.empty();
    }
    JsonNode source = TokenizerJson.json(config).path("chat_template");
    for (JsonNode named : source) {
      if (named.path("name").asText().equals("default")) {
        source = named.path("template");
      }
    }
    if (source.isMissingNode() || source.isNull()) {
      return Optional.empty();
    }
    if (!source.isTextual()) {
      throw new IllegalArgumentException(
          config + ": chat_template must be a text, or a list with one by the name default");
    }
    return Optional.of(
        new ChatTemplate(source.textValue(), "chat_template of " + config, tokens(folder)));
  }

  private static Map<String, String> tokens(Path folder) {
    Map<String, String> tokens = new HashMap<>();
    for (String token : TOKENS) {
      TokenizerContents.named(folder, token).ifPresent(text -> tokens.put(token, text));
    }
    return tokens;
  }

  /** Returns the text of the template. */
  public String source() {
    return source;
  }

  /** Writes the template into the folder of its tokenizer. */
  public void write(Path folder) {
    AtomicFile.write(folder.resolve(FILE), source);
  }

  /**
   * Returns the text of a conversation.
   *
   * @param addGenerationPrompt whether it ends with the begin of an answer
   * @throws IllegalArgumentException in one sentence, if the template cannot be read, rejects the
   *     messages, fails, takes too long or writes too much
   */
  public String render(List<ChatMessage> messages, boolean addGenerationPrompt) {
    Map<String, Object> variables = new HashMap<>(tokens);
    variables.put(
        "messages",
        messages.stream().map(m -> Map.of("role", m.role(), "content", m.content())).toList());
    variables.put("add_generation_prompt", addGenerationPrompt);
    JinjaTemplate parsed = template();
    try {
      return parsed.render(variables);
    } catch (IllegalArgumentException e) {
      throw failed("cannot render the messages", e);
    }
  }

  /**
   * Returns the id of the special token that ends an answer, such as {@code <|im_end|>}.
   *
   * @return empty if the template writes none after an answer
   */
  public OptionalInt endOfAnswer(Tokenizer tokenizer) {
    String answer = "answer";
    String text =
        render(List.of(ChatMessage.user("question"), ChatMessage.assistant(answer)), false);
    String after = text.substring(text.lastIndexOf(answer) + answer.length());
    return IntStream.of(tokenizer.encode(after))
        .filter(tokenizer.specialIds()::contains)
        .findFirst();
  }

  private IllegalArgumentException failed(String what, IllegalArgumentException reason) {
    return new IllegalArgumentException(
        "%s %s: %s".formatted(name, what, reason.getMessage()), reason);
  }
}
