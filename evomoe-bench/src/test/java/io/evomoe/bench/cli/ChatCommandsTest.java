package io.evomoe.bench.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.evomoe.models.text.ChatTemplate;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Conversations from the file to the answer, as a user calls the commands. */
class ChatCommandsTest {
  @TempDir Path folder;
  private Path data = Path.of("chats.jsonl");

  @BeforeEach
  void write_conversations() throws IOException {
    StringBuilder lines = new StringBuilder();
    for (int i = 0; i < 100; i++) {
      lines.append("{\"prompt\":\"Say %d\",\"completion\":\"So\"}\n".formatted(i));
    }
    data = Files.writeString(folder.resolve("chats.jsonl"), lines);
  }

  @Test
  void should_train_answer_and_leave_with_the_template() throws IOException {
    Path run = folder.resolve("run");
    CommandRun trained = train(run, "--steps", "60", "--set", "model.sequence=32").succeeded();
    assertThat(trained.out() + trained.err())
        .contains("chats.jsonl is JSON Lines: 100 conversations", "of answers", "assistant … So");

    CommandRun answer = CommandRun.of("generate", "--checkpoint", run, "--prompt", "Say 7");
    assertThat(answer.succeeded().out()).isEqualTo("So\n");
    assertThat(answer.err()).contains("--no-chat continues the text");
    byte[] piped = "Say 7\n".getBytes(StandardCharsets.UTF_8);
    assertThat(CommandRun.reading(piped, "generate", "--checkpoint", run.toString()).out())
        .isEqualTo("So\n");
    assertThat(
            CommandRun.of("generate", "--checkpoint", run, "--prompt", "Say 7", "--no-chat").out())
        .startsWith("Say 7");
    assertThat(CommandRun.of("eval", "--checkpoint", run).succeeded().out())
        .contains("tokens of answers");
    assertThat(CommandRun.of("eval", "--checkpoint", run, "--data", data).succeeded().out())
        .contains("tokens of answers", "chats.jsonl");

    Path hub = folder.resolve("hub");
    CommandRun.of("export", "--checkpoint", run, "--out", hub).succeeded();
    assertThat(ChatTemplate.in(hub)).isPresent();
    Path gguf = folder.resolve("run.gguf");
    CommandRun.of("export", "--checkpoint", run, "--format", "gguf", "--out", gguf).succeeded();
    assertThat(new String(Files.readAllBytes(gguf), StandardCharsets.ISO_8859_1))
        .contains("tokenizer.chat_template", "message.role");
  }

  private CommandRun train(Path out, String... more) {
    Stream<String> usual =
        Stream.of("train", "--preset", "quick", "--gate", "dense", "--data", "" + data);
    Stream<String> small =
        Stream.of(
            "--set", "model.hiddenSize=32", "--set", "model.vocabulary=300", "--out", "" + out);
    return CommandRun.of(
        Stream.of(usual, small, Stream.of(more)).flatMap(part -> part).toArray(String[]::new));
  }

  @Test
  void should_count_truncated_and_skipped_conversations() throws IOException {
    Files.writeString(data, Files.readString(data) + "{\"messages\":[]}\n");
    train(folder.resolve("a"), "--steps", "1")
        .refused("chats.jsonl, line 101: field messages must be a list of messages, is []");

    CommandRun skipped =
        train(
            folder.resolve("b"), "--steps", "1", "--skip-bad-lines", "--set", "model.sequence=16");
    assertThat(skipped.succeeded().out() + skipped.err()).contains("1 bad line left out: 101");
    CommandRun longer =
        train(folder.resolve("c"), "--steps", "1", "--skip-bad-lines", "--set", "model.sequence=2");
    longer.refused("must have a conversation with an answer in its first 3 tokens");
  }

  @Test
  void other_tasks_should_reject_conversations() {
    train(folder.resolve("a"), "--steps", "1", "--task", "roberta")
        .refused("task roberta needs texts (data.textField)");
  }
}
