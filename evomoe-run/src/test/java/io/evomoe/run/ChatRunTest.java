package io.evomoe.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.evomoe.models.causal.GenerationConfig;
import io.evomoe.models.gpt.Gpt;
import io.evomoe.models.text.ChatMessage;
import io.evomoe.models.text.ChatTemplate;
import io.evomoe.models.text.TextProgress;
import io.evomoe.run.data.Dataset;
import io.evomoe.run.record.RunFiles;
import io.evomoe.training.checkpoint.Checkpoint;
import io.evomoe.training.checkpoint.CheckpointFolder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A run that is trained on conversations. */
class ChatRunTest {
  @TempDir Path folder;

  private Path chats() throws IOException {
    StringBuilder lines = new StringBuilder();
    for (int i = 0; i < 200; i++) {
      lines.append(
          "{\"messages\":[{\"role\":\"user\",\"content\":\"Say %d\"},{\"role\":\"assistant\",\"content\":\"Go %d\"},{\"role\":\"user\",\"content\":\"Why\"},{\"role\":\"assistant\",\"content\":\"So\"}]}%n"
              .formatted(i, i % 10));
    }
    return Files.writeString(folder.resolve("chats.jsonl"), lines);
  }

  private RunBuilder<Gpt> builder(int steps) throws IOException {
    return SmallTexts.gpt(folder)
        .data(List.of(chats()))
        .model(m -> m.sequence(64))
        .training(t -> t.steps(steps).microBatches(2));
  }

  /**
   * The first steps and the others give the weights of all at once, whether the resumed run has the
   * encoded conversations or encodes them again.
   */
  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void should_resume_to_the_bit(boolean encoded) throws IOException {
    Path whole = folder.resolve("whole");
    Path parts = folder.resolve("parts");
    try (Run<Gpt> run = builder(12).in(whole)) {
      run.train();
    }
    try (Run<Gpt> run = builder(12).in(parts)) {
      run.train(
          (step, training) -> {
            if (step.step() == 5) {
              training.requestStop();
            }
          });
    }
    if (!encoded) {
      Files.delete(parts.resolve("tokens.bin"));
    }
    try (Run<?> run = Run.open(parts)) {
      run.train();
    }

    assertThat(digest(parts)).isEqualTo(digest(whole));
  }

  @Test
  void conversations_of_a_program_should_give_the_run_of_a_file_of_them() throws IOException {
    Path ofFile = folder.resolve("of-file");
    Path ofProgram = folder.resolve("of-program");
    Dataset given =
        Dataset.chats(
            "chats",
            IntStream.range(0, 200)
                .mapToObj(
                    i ->
                        List.of(
                            ChatMessage.user("Say " + i),
                            ChatMessage.assistant("Go " + i % 10),
                            ChatMessage.user("Why"),
                            ChatMessage.assistant("So")))
                .toList());
    double loss;
    try (Run<Gpt> run = builder(6).in(ofFile)) {
      run.train();
      loss = run.evaluate().loss();
    }
    try (Run<Gpt> run = builder(6).data(given).in(ofProgram)) {
      run.train((step, training) -> training.requestStop());
    }
    try (Run<?> run = Run.opening(ofProgram).data(given).open()) {
      run.train();
      assertThat(run.evaluate().loss()).isEqualTo(loss);
    }

    assertThat(digest(ofProgram)).isEqualTo(digest(ofFile));
    Dataset unanswered = Dataset.chats("asked", List.of(List.of(ChatMessage.user("Say 1"))));
    Path none = folder.resolve("none");
    assertThatThrownBy(() -> builder(6).data(unanswered).in(none))
        .hasMessage("asked, line 1: must have a message of role assistant, has none");
    assertThatThrownBy(() -> SmallTexts.roberta(folder).data(given).in(none))
        .hasMessageStartingWith("task roberta needs texts (data.textField), chats holds");
  }

  private static String digest(Path run) {
    Checkpoint last = CheckpointFolder.openLatest(run.resolve(RunFiles.CHECKPOINTS)).orElseThrow();
    return last.progress().step() + " " + last.modelSha256();
  }

  @Test
  void should_learn_from_a_run_of_text_and_answer() throws IOException {
    Path base = folder.resolve("base");
    Path tuned = folder.resolve("tuned");
    try (Run<Gpt> run =
        SmallTexts.gpt(folder).model(m -> m.sequence(64)).training(t -> t.steps(2)).in(base)) {
      run.train();
    }
    try (Run<?> run =
        Run.from(base)
            .data(List.of(chats()))
            .training(t -> t.steps(150).learningRate(0.01))
            .in(tuned)) {
      run.train();
      assertThat(run.taskData(TextProgress.NONE).description())
          .contains("tokens of answers", "and 10 conversations");
    }
    assertThat(ChatTemplate.in(base.resolve(RunFiles.TOKENIZER))).isEmpty();
    assertThat(ChatTemplate.in(tuned.resolve(RunFiles.TOKENIZER))).isPresent();
    try (Predictor predictor = Predictor.open(tuned)) {
      List<ChatMessage> messages =
          List.of(
              ChatMessage.user("Say 7"), ChatMessage.assistant("Go 7"), ChatMessage.user("Why"));

      assertThat(predictor.generate(messages, GenerationConfig.greedy()).text()).isEqualTo("So");
    }
    assertThatThrownBy(
            () -> Run.opening(base).data(List.of(folder.resolve("chats.jsonl"))).open().train())
        .hasMessageContaining("has no chat template, so it cannot be resumed on conversations");
  }
}
