package io.evomoe.bench.study;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.evomoe.bench.study.Study.StudyRun;
import io.evomoe.bench.study.StudyResults.StudyOrigin;
import java.io.IOException;
import java.nio.file.Path;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class StudyConfigTest {
  private static final Path DOCS = Path.of("../docs/study");

  @TempDir Path folder;

  @ParameterizedTest
  @ValueSource(strings = {"gpt", "roberta", "mt"})
  void the_studies_that_come_with_the_project_should_be_whole(String task) {
    Path file = DOCS.resolve(task + ".yaml");
    StudyConfig config = StudyConfig.read(file);

    assertThat(config.task()).isEqualTo(task);
    assertThat(config.baseline()).isEqualTo("switch");
    assertThat(config.gates())
        .contains(
            "evomoe", "dts", "switch", "base", "hash", "stablemoe", "topk", "dense", "softmix");
    assertThat(config.seeds()).hasSizeGreaterThanOrEqualTo(3);
    assertThat(config.seeds()).doesNotContain(config.learningRates().seed());
    Study study = new Study(config, results(Studies.ORIGIN), file.toString());
    assertThat(study.runs().stream().map(StudyRun::name)).doesNotHaveDuplicates();
  }

  @Test
  void ablations_and_settings_may_be_left_out() throws IOException {
    String yaml = Studies.YAML.substring(0, Studies.YAML.indexOf("settings:"));

    assertThat(Studies.read(folder, yaml).ablations().variants()).isEmpty();
  }

  @Test
  void a_gate_with_a_rate_of_its_own_should_try_none() throws IOException {
    String yaml = Studies.YAML.replace("seed: 9", "seed: 9, ofGates: {switch: 0.004}");
    Study study = new Study(Studies.read(folder, yaml), results(Studies.ORIGIN), "study.yaml");

    assertThat(study.rateRuns("switch")).isEmpty();
    assertThat(study.rate("switch")).hasValue(0.004);
    assertThat(study.rateRuns("evomoe")).hasSize(2);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '"',
      textBlock =
          """
          task: gpt               | task: chess          | task must be one of [gpt, roberta, mt], was chess
          preset: quick           | preset: huge         | preset must be one of [quick, small, base], was huge
          revision: 1             | revision: 0          | revision must be at least 1, was 0
          seeds: [1, 2]           | seeds: []            | seeds must have at least one entry, had none
          seeds: [1, 2]           | seeds: [2, 2]        | seeds must have each entry once, were [2, 2]
          seeds: [1, 2]           | seeds: [1.5]         | seeds
          baseline: switch        | baseline: base       | baseline must be one of [evomoe, switch], was base
          gates: [evomoe, switch] | gates: [evo, switch] | gate must be one of
          rates: [0.001, 0.002]   | rates: [0.001, 0]    | learningRates.rates must be above 0 and finite, was 0.0
          steps: 20               | steps: 0             | learningRates.steps must be at least 1, was 0
          seed: 9                 | seed: 9, ofGates: {switch: -1} | learningRates.ofGates.switch must be above 0 and finite, was -1.0
          seed: 9                 | seed: 9, ofGates: {dts: 0.001} | a gate in learningRates.ofGates must be one of [evomoe, switch], was dts
          reference: evomoe       | reference: dts       | ablations.reference must be one of [evomoe, switch], was dts
          seeds: [1]              | seeds: [3]           | ablations.seeds must be one of [1, 2], was 3
          no-noise:               | No_noise:            | a name in ablations.variants must be of 1 to 40 small letters and digits, with single hyphens or underscores between them, was No_noise
          no-noise:               | ../../escaped:       | between them, was ../../escaped
          baseline: switch        | base: switch | baseline must be given, is missing or empty
          seed: 9                 | seed: 9, sed: 9 | unknown field learningRates.sed
          revision: 1             | version: 1 | revision must be given, is missing or empty
          """)
  void should_refuse_what_is_out_of_its_bounds(String old, String replacement, String message) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Studies.read(folder, Studies.YAML.replace(old, replacement)))
        .withMessageContaining("study.yaml: ")
        .withMessageContaining(message);
  }

  @Test
  void should_refuse_to_show_what_is_no_variant() {
    String shown = Studies.YAML.replace("seeds: [1]", "shown: [defaults]\n  seeds: [1]");

    assertThatIllegalArgumentException()
        .isThrownBy(() -> Studies.read(folder, shown))
        .withMessageContaining("ablations.shown must be one of [no-noise], was defaults");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"task", "preset", "revision", "seeds", "baseline", "gates", "learningRates"})
  void should_refuse_a_file_without_a_field(String field) {
    String without =
        Studies.YAML
            .lines()
            .filter(line -> !line.startsWith(field + ":"))
            .collect(Collectors.joining("\n"));

    assertThatIllegalArgumentException()
        .isThrownBy(() -> Studies.read(folder, without))
        .withMessageContaining(field);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '"',
      textBlock =
          """
          {steps: 40, evalEvery: 10}       | {steps: 0}             | study.yaml: settings: training.steps must be at least 1, was 0
          {steps: 40, evalEvery: 10}       | {stepps: 1}            | study.yaml: settings: unknown field training.stepps
          gates: [evomoe, switch] | gates: [evomoe, switch, expertchoice] | gate expertchoice cannot serve in a causal model
          training: {steps: 40, evalEvery: 10} | gate: base         | study.yaml: settings must not have gate, which the study sets
          {evomoe: {noise: false}}         | {evomoe: {noice: 1}}   | noice
          {evomoe: {noise: false}}         | {evmoe: {noise: 1}}    | gate must be one of
          gateOptions: {evomoe: {noise: false}} | training: {steps: 50} | variant evomoe.no-noise must not change model or training
          """)
  void should_refuse_settings_that_no_run_can_have(String old, String replacement, String message)
      throws IOException {
    StudyConfig config = Studies.read(folder, Studies.YAML.replace(old, replacement));

    assertThatIllegalArgumentException()
        .isThrownBy(() -> new Study(config, results(Studies.ORIGIN), "study.yaml"))
        .withMessageContaining(message);
  }

  private StudyResults results(StudyOrigin origin) {
    return new StudyResults(folder.resolve("results"), origin, true);
  }
}
