package io.evomoe.training.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.evomoe.evolution.EvolutionConfig;
import io.evomoe.kernel.KernelSelection;
import io.evomoe.training.TinyBatch;
import io.evomoe.training.TinyModel;
import io.evomoe.training.Trainer;
import io.evomoe.training.TrainerConfig;
import io.evomoe.training.TrainingData;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.shade.jackson.databind.node.ObjectNode;

/** A {@code state.json} whose checksum is right and whose fields are not. */
class CheckpointStateTest {
  @TempDir private Path directory;
  private Path saved;
  private Path file;

  @BeforeEach
  void save() {
    try (Trainer<TinyBatch> trainer =
        new Trainer<>(
            new TinyModel(KernelSelection.forType(DataType.DOUBLE), 1),
            new TrainingData<>(TinyBatch::number, List.of()),
            TrainerConfig.defaults(10),
            EvolutionConfig.defaults())) {
      trainer.step();
      saved = new CheckpointFolder(directory, 2, Map.of("data", "a.txt")).write(trainer.state());
      file = saved.resolve("state.json");
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '~',
      value = {
        "step | -1 | step must be a whole number of at least 0, was -1",
        "tokens | -5 | tokens must be a whole number of at least 0, was -5",
        "tokens | 1.5 | tokens must be a whole number of at least 0, was 1.5",
        "tokens | 99999999999999999999 | tokens must be a whole number of at least 0, was 99999999999999999999",
        "trainFlops | -1.0 | trainFlops must be a number, finite and at least 0, was -1.0",
        "trainFlops | 1e999 | trainFlops must be a number, finite and at least 0, was \"Infinity\"",
        "phase | null | phase must be one of [DIVERSIFY, SOFT, HARD], was null",
        "phase | 1 | phase must be one of [DIVERSIFY, SOFT, HARD], was 1",
        "phase | \"soft\" | phase must be one of [DIVERSIFY, SOFT, HARD], was \"soft\"",
        "temperature | 0 | temperature must be a number, finite and above 0, was 0",
        "annealingLeft | 2 | annealingLeft must be a number, in 0..1, was 2",
        "hardExperts | 0 | hardExperts must be a whole number of at least 1, was 0",
        "hardExperts | \"two\" | hardExperts must be a whole number of at least 1, was \"two\"",
        "seed | null | seed must be a whole number, was null",
        "spawned | 1 | spawned must be true or false, was 1",
        "skipped | -1 | skipped must be a whole number of at least 0, was -1",
        "earlierSteps | -1 | earlierSteps must be a whole number of at least 0, was -1",
        "libraryVersion | null | libraryVersion must be text, was null",
        "optimizer | 3 | optimizer must be text, was 3",
        "frozen | {} | frozen must be a list, was {}",
        "frozen | [1] | frozen must be text, was 1",
        "updates | {\"w\":-1} | updates.w must be a whole number of at least 0, was -1",
        "config | null | config must be a JSON object, was null",
        "config | {\"data\":null} | config.data must be text, was null",
        "files | {\"a\":null} | files.a must be a JSON object, was null",
        "files | {\"a\":{}} | files.a.bytes must be a whole number of at least 0, is missing",
        "colour | 1 | unknown field colour",
      })
  void a_field_that_cannot_be_should_be_refused_with_what_it_may_be(
      String field, String value, String message) throws IOException {
    ObjectNode state = (ObjectNode) Json.MAPPER.readTree(Files.readAllBytes(file));
    rewrite(state.put(field, "HERE").toString().replace("\"HERE\"", value));

    assertThatThrownBy(() -> Checkpoint.open(saved))
        .isInstanceOf(CheckpointException.class)
        .hasMessageStartingWith(file + " is damaged: ")
        .hasMessageContaining(message)
        .hasMessageNotContainingAny("java.", "io.evomoe", "class ");
  }

  @Test
  void a_field_that_is_missing_should_be_named() throws IOException {
    ObjectNode state = (ObjectNode) Json.MAPPER.readTree(Files.readAllBytes(file));
    state.remove("tokens");
    rewrite(state.toString());

    assertThatThrownBy(() -> Checkpoint.open(saved))
        .hasMessage(file + " is damaged: tokens must be a whole number of at least 0, is missing");
  }

  @Test
  void a_long_number_should_be_refused_before_it_is_read() throws IOException {
    ObjectNode state = (ObjectNode) Json.MAPPER.readTree(Files.readAllBytes(file));
    rewrite(state.put("tokens", "HERE").toString().replace("\"HERE\"", "9".repeat(1_000_000)));

    assertThatThrownBy(() -> Checkpoint.open(saved))
        .hasMessage(file + " is damaged: it has a number of 1000000 characters, longest is 24");
  }

  @Test
  void text_that_is_not_json_should_be_named_by_line_and_column() throws IOException {
    rewrite("{\n  \"step\" : x\n}");

    assertThatThrownBy(() -> Checkpoint.open(saved))
        .hasMessageStartingWith(file + " is damaged: it is not JSON at line 2, column ");
  }

  @Test
  void numbers_at_their_limits_should_be_read_again() throws IOException {
    ObjectNode state = (ObjectNode) Json.MAPPER.readTree(Files.readAllBytes(file));
    state.put("seed", Long.MIN_VALUE).put("tokens", Long.MAX_VALUE);
    rewrite(state.put("trainFlops", 2.2250738585072014E-308).toString());

    assertThat(Checkpoint.open(saved).seed()).isEqualTo(Long.MIN_VALUE);
    assertThat(Checkpoint.open(saved).progress().tokens()).isEqualTo(Long.MAX_VALUE);
  }

  private void rewrite(String text) throws IOException {
    Files.writeString(file, text);
    String hash = CheckpointFiles.sha256(text.getBytes(StandardCharsets.UTF_8));
    Files.writeString(saved.resolve("state.json.sha256"), hash + "  state.json\n");
  }
}
