package io.evomoe.bench.study;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.evomoe.run.config.ConfigFile;
import io.evomoe.run.config.RunConfig;
import io.evomoe.run.task.Tasks;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A field that fits no record is refused with field, what it must be, and what it was. */
class MistypedConfigTest {
  private static final RunConfig CONFIG = Tasks.preset("gpt", "quick").config("gpt", "switch", 1);

  @TempDir Path folder;

  @ParameterizedTest
  @ValueSource(
      strings = {
        "training.steps=abc -> training.steps must be a whole number, was abc",
        "training.steps=1.5 -> training.steps must be a whole number, was 1.5",
        "training.steps=true -> training.steps must be a whole number, was true",
        "training.steps= -> training.steps must be a whole number, was empty",
        "training.steps=null -> training.steps must be given, is missing or empty",
        "training.steps=[1] -> training.steps must be a whole number, was [1]",
        "training.steps='3 -> training.steps must be a whole number, was '3",
        "model.hiddenSize=99999999999 -> model.hiddenSize must be a whole number of at most 2147483647, was 99999999999",
        "training.steps=99999999999999999999 -> training.steps must be a whole number of at most 9223372036854775807, was 99999999999999999999",
        "training.learningRate=.nan -> training.learningRate must be a number, was .nan",
        "training.learningRate={a: 1} -> training.learningRate must be a number, was {\"a\":1}",
        "evolution.schedule=linear -> evolution.schedule must be one of [EXPONENTIAL, LINEAR], was linear; did you mean LINEAR?",
        "training.optimizerOptions.a=[1] -> training.optimizerOptions.a must be text, was [1]",
        "compute.precision=f8 -> compute.precision must be one of [f32, bf16], was f8",
        "compute.precision=1 -> compute.precision must be one of [f32, bf16], was 1",
        "evolution.copyMoments=3 -> evolution.copyMoments must be true or false, was 3",
        "evolution.spawn={a: 1} -> evolution.spawn must be text, was {\"a\":1}",
        "evolution.hardFrom=abc -> evolution.hardFrom must be a whole number, was abc",
        "model=3 -> model must be a mapping of fields to values, was 3",
        "gateOptions.switch=[1] -> gateOptions.switch must be a mapping of fields to values, was [1]",
        "gateOptions.switch.alpha=[1] -> gateOptions.switch.alpha must be text, was [1]",
        "training={steps: 3} -> training.batch must be given, is missing or empty",
        "training.batch=0 -> training.batch must be at least 1, was 0",
        "model.numAttentionHeads=3 -> model.numAttentionHeads must divide hiddenSize, 64, was 3",
        "training.step=3 -> unknown field training.step; did you mean training.steps?",
        "trainin.steps=3 -> unknown field trainin.steps; did you mean training.steps?",
        "steps=3 -> unknown field steps; did you mean training.steps?",
        "training.steps.x=3 -> unknown field training.steps.x; did you mean training.steps?",
        "guards.nonesuch=3 -> unknown field guards.nonesuch; known are [keepCheckpoints, skipNonFinite, collapseEntropy, collapseSteps]",
        "=3 -> unknown field ; known are [task, gate, seed, model, training, evolution, gateOptions, compute, architecture, guards, split, data, lora]",
      })
  void should_be_said_in_our_words(String line) {
    String[] parts = line.split(" -> ", -1);
    String[] field = parts[0].split("=", 2);

    assertThatIllegalArgumentException()
        .isThrownBy(() -> ConfigFile.set(CONFIG, field[0], field[1]))
        .withMessage(parts[1]);
  }

  @Test
  void should_be_said_of_a_file_with_its_name() throws IOException {
    Path file = folder.resolve("mine.yaml");
    Files.writeString(file, "evolution:\n  schedule: linea\n");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> ConfigFile.overlay(CONFIG, file))
        .withMessageStartingWith(file + ": evolution.schedule must be one of [EXPONENTIAL, ");

    Files.writeString(file, "model:\n  numAttentionHeads: 5\n");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> ConfigFile.overlay(CONFIG, file))
        .withMessage(file + ": model.numAttentionHeads must divide hiddenSize, 64, was 5");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "seeds: [1, x] -> seeds[1] must be a whole number, was x",
        "seeds: 1 -> seeds must be a list, was 1",
        "revision: one -> revision must be a whole number, was one",
        "learningRates: {rates: [fast], steps: 3, seed: 9} -> learningRates.rates[0] must be a number, was fast",
        "learningRates: {rates: [1e-3], steps: 3, stesp: 3, seed: 9} -> unknown field learningRates.stesp; did you mean learningRates.steps?",
        "sedes: [1] -> unknown field sedes; did you mean seeds?",
        "ablations: {variants: [half]} -> ablations.variants must be a mapping of fields to values, was [\"half\"]",
      })
  void should_be_said_of_a_study_too(String line) throws IOException {
    String[] parts = line.split(" -> ", -1);
    String field = parts[0].replaceFirst(":.*", "");
    String valid =
        """
        task: gpt
        preset: quick
        revision: 1
        seeds: [1]
        baseline: dense
        gates: [dense]
        learningRates: {rates: [1e-3], steps: 3, seed: 9}
        """
            .replaceAll("(?m)^" + field + ":.*\n", "");
    Path file = Files.writeString(folder.resolve("study.yaml"), valid + parts[0] + "\n");

    assertThatIllegalArgumentException()
        .isThrownBy(() -> StudyConfig.read(file))
        .withMessage(file + ": " + parts[1]);
  }

  @Test
  void fields_that_fit_only_together_should_be_set_in_any_order() {
    Map<String, String> fields = new LinkedHashMap<>();
    fields.put("model.numAttentionHeads", "3");
    fields.put("model.hiddenSize", "48");

    assertThat(ConfigFile.set(CONFIG, fields).model().numAttentionHeads()).isEqualTo(3);
  }

  @Test
  void a_file_that_is_far_too_large_should_be_refused_before_it_is_read() throws IOException {
    Path file = folder.resolve("large.yaml");
    Files.writeString(file, "#" + "x".repeat(1_600_000) + "\ntraining:\n  steps: 3\n");

    assertThatIllegalArgumentException()
        .isThrownBy(() -> ConfigFile.overlay(CONFIG, file))
        .withMessage("configuration " + file + " must have at most 262144 bytes, has more");
  }
}
