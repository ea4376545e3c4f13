package io.evomoe.models.text;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.evomoe.internal.files.ScratchFolder;
import io.evomoe.models.text.source.DataForm;
import io.evomoe.models.text.source.DataSource.Row;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Conversations from a file to batches. */
class ChatTokensTest {
  private static final List<String> TURNS =
      List.of(
          "system",
          "Be brief.",
          "user",
          "Hi",
          "assistant",
          "Ho",
          "user",
          "Why?",
          "assistant",
          "So.");

  @TempDir private Path folder;
  private Tokenizer tokenizer = new AsciiTokenizer();

  @BeforeEach
  void load() throws IOException {
    tokenizer = Tokenizer.load(PublishedTokenizer.QWEN2.write(folder));
  }

  private ChatTokens encoded(ChatTemplate template, List<String> values) {
    return ChatTokens.of(
        new ChatCorpus("chats", List.of(new Row(1, values), new Row(2, values))),
        tokenizer,
        template,
        ScratchFolder.parent(),
        row -> {},
        (line, reason) -> {
          throw reason;
        });
  }

  /** The text with answers in brackets and a bar before each conversation. */
  private String shown(ChatTokens chats) {
    StringBuilder text = new StringBuilder();
    int before = 0;
    for (int i = 0; i < chats.ids().size(); i++) {
      int mark = chats.marks().id(i);
      text.append((before & 1) == 1 && (mark != 1) ? "]" : "");
      text.append((mark & 2) == 2 ? "|" : "").append((mark & 1) == 1 && before != 1 ? "[" : "");
      text.append(tokenizer.decode(new int[] {chats.ids().id(i)}));
      before = mark;
    }
    return text + (before == 1 ? "]" : "");
  }

  @Test
  void should_mark_every_answer_with_its_end() {
    ChatTemplate template =
        ChatTemplate.of(
            "{% for m in messages %}<|im_start|>{{ m.role }}\n{{ m.content }}<|im_end|>\n{% endfor %}"
                + "{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}",
            Map.of());
    String one =
        "|<|im_start|>system\nBe brief.<|im_end|>\n<|im_start|>user\nHi<|im_end|>\n<|im_start|>assistant\n"
            + "[Ho<|im_end|>]\n<|im_start|>user\nWhy?<|im_end|>\n<|im_start|>assistant\n[So.<|im_end|>]";

    ChatTokens chats = encoded(template, TURNS);

    assertThat(shown(chats)).isEqualTo(one + one);
    String text = template.render(ChatMessage.ofRow(TURNS), false);
    int[] whole = tokenizer.encode(text.stripTrailing());
    assertThat(IntStream.range(0, whole.length).map(chats.ids()::id)).containsExactly(box(whole));
    assertThat(
            tokenizer.decode(
                chats.promptAt(whole.length + 5).ids().stream().mapToInt(i -> i).toArray()))
        .endsWith("Hi<|im_end|>\n<|im_start|>assistant\n");
  }

  private static Integer[] box(int[] ids) {
    return Arrays.stream(ids).boxed().toArray(Integer[]::new);
  }

  @Test
  void should_make_an_example_of_each_answer_that_is_shown_otherwise_later() {
    ChatTemplate thinking =
        ChatTemplate.of(
            "{% for m in messages %}{{ m.role }}:{% if loop.last and m.role == 'assistant' %}<think></think>"
                + "{% endif %}{{ m.content }}<|im_end|>{% endfor %}"
                + "{% if add_generation_prompt %}assistant:{% endif %}",
            Map.of());

    ChatTokens chats = encoded(thinking, TURNS.subList(2, 10));

    String examples =
        "|user:Hi<|im_end|>assistant:[<think></think>Ho<|im_end|>]"
            + "|user:Hi<|im_end|>assistant:Ho<|im_end|>user:Why?<|im_end|>assistant:[<think></think>So.<|im_end|>]";
    assertThat(shown(chats)).isEqualTo(examples + examples);
  }

  @Test
  void should_find_answers_of_a_template_that_always_begins_the_next() {
    ChatTemplate begins =
        ChatTemplate.of(
            "{% for m in messages %}{{ m.role }}:{{ m.content | trim }}<|im_end|>{% endfor %}assistant:",
            Map.of());

    assertThat(shown(encoded(begins, TURNS.subList(2, 10))))
        .startsWith(
            "|user:Hi<|im_end|>assistant:[Ho<|im_end|>]user:Why?<|im_end|>assistant:[So.<|im_end|>]|");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '@',
      value = {
        "{{ messages[-1].content }}<|im_end|>@must write a prompt and then the answer up to <|im_end|>, writes another text",
        "{% for m in messages %}{{ m.content }}{% endfor %}@must end an answer with a special token of the tokenizer, writes none",
        "{% for m in messages %}{% if m.content == 'Hi' %}{{ raise_exception('no Hi') }}{% endif %}{{ m.content }}<|im_end|>{% endfor %}@the template rejects the messages: no Hi"
      })
  void should_reject_a_template_without_answers(String template, String says) {
    assertThatThrownBy(() -> encoded(ChatTemplate.of(template, Map.of()), TURNS))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(says);
  }

  @Test
  void batches_should_have_the_answers_of_whole_conversations_as_targets() {
    ChatTokens chats = chats(5, 3, 2, 9, 4, 2, 2, 7);
    ChatBatches batches = new ChatBatches(chats, 6, 2, 3, 2);

    assertThat(batches.truncated()).isEqualTo(1);
    List<List<Integer>> windows = new ArrayList<>();
    int targets = 0;
    double weights = 0;
    for (LanguageBatch batch : batches.evaluationBatches(100)) {
      assertThat(batch.weight()).isEqualTo(1);
      targets += batch.countedTargets();
      for (int s = 0; s < batch.tokens().size(); s++) {
        int id = batch.tokens().id(s);
        boolean answer = id % 10 + 1 >= 2 && !batch.tokens().isPadding(s);
        boolean more = answer && batch.targets()[s] >= 0;
        assertThat(batch.targets()[s]).isEqualTo(more ? id + 1 : LanguageBatch.IGNORED);
        if (s % 6 > 0 && !batch.tokens().isPadding(s)) {
          int before = batch.tokens().id(s - 1);
          assertThat(batch.tokens().sameText(s, s - 1)).isEqualTo(before / 10 == id / 10);
        }
      }
      windows.add(Arrays.stream(batch.tokens().ids()).boxed().toList());
    }
    for (int i = 0; i < 2; i++) {
      LanguageBatch batch = batches.batch(i);
      weights += batch.weight();
      assertThat(batch.weight()).isEqualTo(2.0 * batch.countedTargets() / targets);
    }
    assertThat(weights).isEqualTo(2);
    assertThat(windows).hasSize(2);
  }

  /**
   * Conversations of so many tokens 10 c, 10 c + 1 and so on, with all but the first two learned.
   */
  private static ChatTokens chats(int... lengths) {
    List<Integer> ids = new ArrayList<>();
    List<Integer> marks = new ArrayList<>();
    for (int c = 0; c < lengths.length; c++) {
      for (int i = 0; i < lengths[c]; i++) {
        ids.add(10 * c + i);
        marks.add(i == 0 ? ChatTokens.BEGIN : i == 1 ? 0 : ChatTokens.ANSWER);
      }
    }
    return new ChatTokens(
        new TokenStream("ids", ids.stream().mapToInt(i -> i).toArray()),
        new TokenStream("marks", marks.stream().mapToInt(i -> i).toArray()));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '@',
      quoteCharacter = '~',
      value = {
        "{\"messages\":[{\"content\":\"a\"}]}@message 1 must have the texts role and content, is {\"content\":\"a\"}",
        "{\"messages\":[{\"role\":\" \",\"content\":\"a\"}]}@message 1 must have the texts role and content, is {\"role\":\" \",\"content\":\"a\"}",
        "{\"messages\":[{\"role\":\"user\",\"content\":[\"a\"]}]}@message 1 must have the texts role and content, is {\"role\":\"user\",\"content\":[\"a\"]}",
        "{\"messages\":[]}@field messages must be a list of messages, is []",
        "{\"messages\":\"a\"}@field messages must be a list of messages, is \"a\"",
        "{\"messages\":[{\"role\":\"user\",\"content\":\"a\"}]}@must have a message of role assistant, has none",
        "{\"messages\":[{\"role\":\"assistant\",\"content\":\" \"}]}@the answer in message 1 is empty",
        "{\"messages\":[{\"role\":\"assistant\",\"content\":\"a\",\"tool_calls\":[]}]}@message 1 must have only role and content, has tool_calls",
        "{\"prompt\":\"a\",\"completion\":\"\"}@the answer in message 2 is empty",
        "{\"prompt\":\"a\"}@has no field completion, has prompt",
        "{\"x\":1}@must have field messages, or prompt and completion, has x",
        "{\"messages\":[{\"role\":\"assistant\",\"content\":\"\\ud83d\"}]}@message holds half a surrogate pair",
      })
  void should_name_the_line_of_a_bad_conversation(String line, String says) throws IOException {
    Path file = folder.resolve("chats.jsonl");
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < 30; i++) {
      text.append("{\"prompt\":\"Number %d?\",\"completion\":\"Yes\\r\\n.\"}\n".formatted(i));
    }
    Files.writeString(file, text + line + "\n");

    assertThat(ChatCorpus.isIn(List.of(file), DataForm.DEFAULT)).isTrue();
    assertThatThrownBy(() -> open(file, DataForm.DEFAULT))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("chat file %s, line 31: %s".formatted(file, says));
    Split<ChatCorpus> good = open(file, DataForm.DEFAULT.with(f -> f.skipBadLines(true)));
    assertThat(good.train().rows().size() + good.valid().rows().size()).isEqualTo(30);
    assertThat(good.train().rows().get(0).values())
        .containsSubsequence("user", "assistant", "Yes\n.");
  }

  private static Split<ChatCorpus> open(Path file, DataForm form) {
    return ChatCorpus.open(List.of(file), HeldOut.DEFAULT, form, note -> {});
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '@',
      quoteCharacter = '~',
      value = {
        "a.jsonl@{\"text\":\"a\",\"messages\":[]}@false",
        "a.jsonl@{\"id\":1,\"messages\":[{\"role\":\"assistant\",\"content\":\"a\"}]}@true",
        "a.jsonl@{\"prompt\":\"a\",\"completion\":\"b\",\"source\":\"c\"}@true",
        "a.jsonl@{\"prompt\":\"a\"}@false",
        "a.csv@completion,prompt@false",
        "a.csv@prompt,completion NL a,b@true",
        "a.tsv@a\tb@false",
        "a.txt@{\"messages\":[]}@false",
      })
  void should_know_conversations_by_the_first_records(String name, String text, boolean chats)
      throws IOException {
    Path file = Files.writeString(folder.resolve(name), text.replace(" NL ", "\n"));

    assertThat(ChatCorpus.isIn(List.of(file), DataForm.DEFAULT)).isEqualTo(chats);
  }
}
