package io.evomoe.models.text;

import io.evomoe.models.text.source.DataSource.Row;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.IntStream;

/**
 * Encoded conversations, one after another. A conversation whose template shows an earlier answer
 * in another way when more messages follow, as Qwen3's does, is several examples, one an answer.
 *
 * @param ids token ids
 * @param marks for each token the sum of {@link #ANSWER} and {@link #BEGIN}, if they apply
 */
public record ChatTokens(TokenStream ids, TokenStream marks) {
  /** Marks a token of an answer, its end included. */
  static final int ANSWER = 1;

  /** Marks the first token of a conversation. */
  static final int BEGIN = 2;

  private static final int MARKS = 4;

  /**
   * Encodes conversations.
   *
   * @param template of the tokenizer
   * @param folder of unnamed files for the tokens
   * @param bad receives the line and the reason of a conversation that the template rejects
   * @throws IllegalArgumentException if the template cannot tell answers apart, or no conversation
   *     is left
   */
  public static ChatTokens of(
      ChatCorpus chats,
      Tokenizer tokenizer,
      ChatTemplate template,
      Path folder,
      Consumer<Row> encoded,
      Rejected bad) {
    ChatTokens all =
        new ChatTokens(
            new TokenStream(chats.name(), tokenizer.vocabularySize(), folder),
            new TokenStream(chats.name(), MARKS, folder));
    Examples examples = new Examples(tokenizer, template);
    for (Row row : chats.rows()) {
      try {
        examples.of(ChatMessage.ofRow(row.values())).forEach(all::add);
      } catch (IllegalArgumentException e) {
        bad.accept(row.line(), e);
      }
      encoded.accept(row);
    }
    if (all.ids.size() == 0) {
      throw new IllegalArgumentException(chats.name() + " has no conversation that can be used");
    }
    return all;
  }

  /** Receives conversations that cannot be encoded. */
  @FunctionalInterface
  public interface Rejected {
    /** Called with the line of a conversation, and the reason. */
    void accept(long line, IllegalArgumentException reason);
  }

  private void add(Example example) {
    int mark = BEGIN;
    for (int i = 0; i < example.parts.size(); i++) {
      int[] part = example.parts.get(i);
      int[] its = new int[part.length];
      Arrays.fill(its, i % 2 == 1 ? ANSWER : 0);
      if (its.length > 0) {
        its[0] += mark;
        mark = 0;
      }
      ids.add(part);
      marks.add(its);
    }
  }

  /** Returns the number of tokens of answers. */
  public long answers() {
    return marks.stream().filter(mark -> (mark & ANSWER) != 0).count();
  }

  /**
   * The begin of a conversation.
   *
   * @param ids token ids up to its first answer
   * @param end id of the token that ends the answer
   */
  public record Prompt(List<Integer> ids, int end) {
    /** Keeps the ids unmodifiable. */
    public Prompt {
      ids = List.copyOf(ids);
    }
  }

  /** Returns the begin of the conversation that a token is in. */
  public Prompt promptAt(int token) {
    int begin = token;
    while (begin > 0 && (marks.id(begin) & BEGIN) == 0) {
      begin--;
    }
    int answer = begin;
    while ((marks.id(answer) & ANSWER) == 0) {
      answer++;
    }
    int end = answer;
    while (end + 1 < marks.size() && marks.id(end + 1) == ANSWER) {
      end++;
    }
    return new Prompt(IntStream.range(begin, answer).mapToObj(ids::id).toList(), ids.id(end));
  }

  /** Token ids of text that is not learned and of answers, by turns. */
  private record Example(List<int[]> parts) {}

  /** Finds the answers of conversations. */
  private static final class Examples {
    private final Tokenizer tokenizer;
    private final ChatTemplate template;
    private final String end;

    private Examples(Tokenizer tokenizer, ChatTemplate template) {
      this.tokenizer = tokenizer;
      this.template = template;
      this.end =
          tokenizer.decode(
              new int[] {
                template
                    .endOfAnswer(tokenizer)
                    .orElseThrow(
                        () ->
                            new IllegalArgumentException(
                                "chat template must end an answer with a special token of the"
                                    + " tokenizer, writes none"))
              });
    }

    List<Example> of(List<ChatMessage> messages) {
      int last =
          IntStream.range(0, messages.size())
              .filter(i -> messages.get(i).isAnswer())
              .max()
              .orElseThrow();
      String whole = template.render(messages.subList(0, last + 1), false);
      List<Example> alone = new ArrayList<>();
      List<int[]> parts = new ArrayList<>();
      int done = 0;
      for (int i = 0; i <= last; i++) {
        if (messages.get(i).isAnswer()) {
          String prompt = template.render(messages.subList(0, i), true);
          String answer = answer(messages.subList(0, i + 1), prompt);
          alone.add(new Example(List.of(tokenizer.encode(prompt), tokenizer.encode(answer))));
          boolean continues = done >= 0 && prompt.length() >= done;
          if (continues && whole.startsWith(prompt) && whole.startsWith(answer, prompt.length())) {
            parts.add(tokenizer.encode(prompt.substring(done)));
            parts.add(tokenizer.encode(answer));
            done = prompt.length() + answer.length();
          } else {
            done = -1;
          }
        }
      }
      return done < 0 ? alone : List.of(new Example(parts));
    }

    /** Returns the text of the last message, which is an answer, with its end. */
    private String answer(List<ChatMessage> messages, String prompt) {
      String text = template.render(messages, false);
      int found = text.startsWith(prompt) ? text.indexOf(end, prompt.length()) : -1;
      if (found < 0) {
        throw new IllegalArgumentException(
            "the chat template must write a prompt and then the answer up to %s, writes another text"
                .formatted(end));
      }
      return text.substring(prompt.length(), found + end.length());
    }
  }
}
