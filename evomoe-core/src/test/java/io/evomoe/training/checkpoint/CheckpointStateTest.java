package io.evomoe.training.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.evomoe.training.CheckpointException;
import io.evomoe.training.TinyBatch;
import io.evomoe.training.Trainer;
import io.evomoe.training.internal.tensors.StrictJson;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.nd4j.shade.jackson.databind.node.ObjectNode;

/** A {@code state.json} whose checksum is right and whose fields are not. */
class CheckpointStateTest {
  @TempDir private Path directory;
  private Path saved;
  private Path file;

  @BeforeEach
  void save() {
    try (Trainer<TinyBatch> trainer = CheckpointFolderTest.trainer()) {
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
        "progress.step | -1 | step must be at least 0, was -1",
        "progress.tokens | -5 | tokens must be at least 0, was -5",
        "progress.tokens | 1.5 | field progress.tokens is",
        "progress.tokens | 99999999999999999999 | field progress.tokens is",
        "progress.trainFlops | -1.0 | trainFlops must be at least 0 and finite, was -1.0",
        "progress.trainFlops | 1e999 | trainFlops must be at least 0 and finite, was Infinity",
        "progress.spawned | 1 | field progress.spawned is",
        "progress.skipped | -1 | skipped must be at least 0, was -1",
        "context.step | -1 | step must be at least 0, was -1",
        "context.phase | null | field context.phase is",
        "context.phase | 1 | field context.phase is",
        "context.phase | \"soft\" | field context.phase is",
        "context.temperature | 0 | temperature must be above 0 and finite, was 0.0",
        "context.annealingLeft | 2 | annealingLeft must be in 0..1, was 2.0",
        "context.hardExperts | 0 | hardExperts must be at least 1, was 0",
        "context.hardExperts | \"two\" | field context.hardExperts is",
        "context.seed | null | field context.seed is",
        "libraryVersion | null | field libraryVersion is",
        "optimizer | [] | field optimizer is",
        "frozen | {} | field frozen is",
        "frozen | [[]] | field frozen.0 is",
        "updates | {\"w\":-1} | updates.w must be at least 0, was -1",
        "config | null | field config is",
        "config | {\"data\":null} | field config.data is",
        "colour | 1 | field colour is",
      })
  void a_field_that_cannot_be_should_be_refused_with_what_it_may_be(
      String field, String value, String message) throws IOException {
    ObjectNode state = (ObjectNode) StrictJson.MAPPER.readTree(Files.readAllBytes(file));
    int dot = field.indexOf('.');
    ObjectNode part = dot < 0 ? state : (ObjectNode) state.path(field.substring(0, dot));
    part.put(field.substring(dot + 1), "HERE");
    rewrite(state.toString().replace("\"HERE\"", value));

    assertThatThrownBy(() -> Checkpoint.open(saved))
        .isInstanceOf(CheckpointException.class)
        .hasMessageStartingWith(file + " is damaged: ")
        .hasMessageContaining(message)
        .hasMessageNotContainingAny("java.", "io.evomoe", "class ");
  }

  @Test
  void a_field_that_is_missing_should_be_named() throws IOException {
    ObjectNode state = (ObjectNode) StrictJson.MAPPER.readTree(Files.readAllBytes(file));
    ((ObjectNode) state.path("progress")).remove("tokens");
    rewrite(state.toString());

    assertThatThrownBy(() -> Checkpoint.open(saved))
        .hasMessageStartingWith(
            file + " is damaged: field progress.tokens is missing, unknown or of another type");
  }

  @Test
  void a_long_number_should_be_refused_before_it_is_read() throws IOException {
    ObjectNode state = (ObjectNode) StrictJson.MAPPER.readTree(Files.readAllBytes(file));
    ((ObjectNode) state.path("progress")).put("tokens", "HERE");
    rewrite(state.toString().replace("\"HERE\"", "9".repeat(1_000_000)));

    assertThatThrownBy(() -> Checkpoint.open(saved))
        .hasMessageStartingWith(file + " is damaged: field progress.tokens is");
  }

  @Test
  void deep_nesting_should_be_refused_before_it_is_read() throws IOException {
    ObjectNode state = (ObjectNode) StrictJson.MAPPER.readTree(Files.readAllBytes(file));
    rewrite(state.put("config", "HERE").toString().replace("\"HERE\"", "[".repeat(1_000_000)));

    assertThatThrownBy(() -> Checkpoint.open(saved)).hasMessageStartingWith(file + " is damaged: ");
  }

  @Test
  void text_that_is_not_json_should_be_named_by_line_and_column() throws IOException {
    rewrite("{\n  \"formatVersion\" : x\n}");

    assertThatThrownBy(() -> Checkpoint.open(saved))
        .hasMessageStartingWith(file + " is damaged: ")
        .hasMessageContaining(" at line 2, column ");
  }

  @Test
  void numbers_at_their_limits_should_be_read_again() throws IOException {
    ObjectNode state = (ObjectNode) StrictJson.MAPPER.readTree(Files.readAllBytes(file));
    ((ObjectNode) state.path("context")).put("seed", Long.MIN_VALUE);
    ((ObjectNode) state.path("progress"))
        .put("tokens", Long.MAX_VALUE)
        .put("trainFlops", 2.2250738585072014E-308);
    rewrite(state.toString());

    assertThat(Checkpoint.open(saved).context().seed()).isEqualTo(Long.MIN_VALUE);
    assertThat(Checkpoint.open(saved).progress().tokens()).isEqualTo(Long.MAX_VALUE);
  }

  private void rewrite(String text) throws IOException {
    Files.writeString(file, text);
    CheckpointFiles.writeChecksums(saved);
  }
}
