package io.evomoe.run.record;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ResultFileTest {

  private static final RunResult RESULT =
      new RunResult(
          "gpt",
          "evomoe",
          3,
          100,
          204800,
          1.25e15,
          0.1 + 0.2,
          1.35,
          "perplexity",
          5120.5,
          1.75,
          0.015,
          0.97,
          40.25,
          240,
          0.25,
          80);

  @TempDir Path folder;

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '~',
      value = {
        "null | its fields cannot be read",
        "[null] | its fields cannot be read",
        "[] [] | its fields cannot be read",
        "[{\"seed\": null}] | field seed cannot be read",
        "[{\"seed\": 1, \"seed\": 2}] | Duplicate field 'seed'",
        "[{\"seed\": 9LONG}] | Number value length (5000) exceeds the maximum allowed (1000)",
      })
  void should_name_the_file_and_no_class_if_a_value_cannot_be(String text, String fault)
      throws IOException {
    Files.writeString(file(), text.replace("LONG", "9".repeat(4999)));

    assertThatIllegalArgumentException()
        .isThrownBy(() -> RunResult.read(file()))
        .withMessage("result file %s is not a list of results: %s", file(), fault);
  }

  @Test
  void should_write_the_fields_of_the_contract_in_their_order() throws IOException {
    RunResult.write(file(), List.of(RESULT));

    JsonNode element = new ObjectMapper().readTree(Files.readString(file())).get(0);

    assertThat(element.fieldNames())
        .toIterable()
        .containsExactly(
            "task",
            "gate",
            "seed",
            "steps",
            "tokens",
            "train_flops",
            "valid_loss",
            "valid_metric",
            "metric_name",
            "tokens_per_s",
            "active_experts",
            "drop_rate",
            "load_entropy",
            "wall_s",
            "planned_steps",
            "best_valid_loss",
            "best_step");
    assertThat(element.get("wall_s").doubleValue()).isEqualTo(40.25);
  }

  @Test
  void should_read_back_what_was_written() {
    RunResult.write(file(), List.of(RESULT, RESULT));

    assertThat(RunResult.read(file())).containsExactly(RESULT, RESULT);
  }

  @Test
  void should_write_what_is_not_finite_as_null_and_read_null_as_nan() throws IOException {
    RunResult diverged =
        new RunResult(
            "gpt",
            "switch",
            1,
            7,
            70,
            1,
            Double.NaN,
            Double.POSITIVE_INFINITY,
            "perplexity",
            Double.NEGATIVE_INFINITY,
            1,
            0,
            1,
            2,
            7,
            Double.NaN,
            0);

    RunResult.write(file(), List.of(diverged));

    assertThat(Files.readString(file()))
        .contains("\"valid_loss\" : null", "\"valid_metric\" : null", "\"tokens_per_s\" : null")
        .doesNotContain("NaN", "Infinity");
    RunResult read = RunResult.read(file()).get(0);
    assertThat(read.validLoss()).isNaN();
    assertThat(read.validMetric()).isNaN();
    assertThat(read.tokensPerSecond()).isNaN();
    assertThat(read.wallSeconds()).isEqualTo(2);
  }

  @Test
  void should_read_what_was_recorded_before_there_was_a_best_step() throws IOException {
    RunResult.write(file(), List.of(RESULT));
    String text = Files.readString(file());
    Files.writeString(
        file(), text.replaceAll(",\\s*\"best_valid_loss\"[^}]*", "").replace("}", "\n}"));

    RunResult read = RunResult.read(file()).get(0);

    assertThat(read.bestStep()).isZero();
    assertThat(read.bestValidLoss()).isNaN();
    assertThat(read.isBestEarlier()).isFalse();
    assertThat(read.validLoss()).isEqualTo(RESULT.validLoss());
  }

  @Test
  void should_name_a_file_that_is_no_result_file() throws IOException {
    Files.writeString(file(), "[{\"task\": \"gpt\"}]");

    assertThatIllegalArgumentException()
        .isThrownBy(() -> RunResult.read(file()))
        .withMessageContaining(file().toString())
        .withMessageContaining("gate");
  }

  private Path file() {
    return folder.resolve(RunResult.FILE);
  }
}
