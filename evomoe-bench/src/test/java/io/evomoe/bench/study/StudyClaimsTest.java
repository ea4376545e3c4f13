package io.evomoe.bench.study;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import io.evomoe.bench.study.Study.StudyRun;
import io.evomoe.bench.study.StudyResults.StudyOrigin;
import io.evomoe.internal.files.Fingerprint;
import io.evomoe.internal.files.OutputFolder;
import io.evomoe.kernel.KernelSelection;
import io.evomoe.models.text.TextProgress;
import io.evomoe.run.config.RunConfig;
import io.evomoe.run.data.Dataset;
import io.evomoe.run.internal.task.TaskTraining;
import io.evomoe.run.record.RunResult;
import io.evomoe.run.task.TaskData;
import io.evomoe.run.task.TaskData.TokenizerSource;
import io.evomoe.run.task.Tasks;
import io.evomoe.training.Model;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.api.buffer.DataType;

/**
 * What docs/study.md says, trained again on the text that is shipped. Of gpt: those of the study's
 * runs that look for a learning rate, 250 steps of the {@code small} preset, and runs of preset
 * {@code quick}; of roberta a whole run. Left out on the portable kernels, which take an hour for
 * all of them.
 */
@Tag("convergence")
class StudyClaimsTest {
  private static final double RATE = 0.003;

  /** Share of the recorded loss; other numbers of threads and other machines round differently. */
  private static final double SAME = 0.01;

  @TempDir static Path folder;
  private static final Map<String, Double> LOSSES = new HashMap<>();
  private static final Map<String, TaskData<?, ?>> DATA = new HashMap<>();
  private static Study gpt;

  @BeforeEach
  void leave_out_the_portable_kernels() {
    assumeFalse(
        KernelSelection.forType(DataType.FLOAT).name().equals("nd4j"),
        "on the portable kernels, which take an hour for these runs");
  }

  @BeforeAll
  static void read_the_study() {
    gpt = study("gpt", "gpt");
  }

  private static Study study(String task, String name) {
    Path file = Path.of("../docs/study/%s.yaml".formatted(name));
    StudyConfig config = StudyConfig.read(file);
    StudyOrigin here =
        new StudyOrigin(config.revision(), Fingerprint.ofContent(data(task)), "", "", "");
    Path results = Path.of("../docs/study/results").resolve(name);
    return new Study(config, new StudyResults(results, here, true), file.toString());
  }

  private static List<Path> data(String task) {
    return Tasks.named(task).shippedData().stream().map(Path.of("../data")::resolve).toList();
  }

  @Tag("campaign")
  @ParameterizedTest
  @ValueSource(strings = {"evomoe", "switch", "hash", "dense"})
  void should_end_with_the_recorded_loss(String gate) {
    double recorded = gpt.record(rateRun(gate)).orElseThrow().result().validLoss();
    assertThat(loss(gate)).isCloseTo(recorded, same(recorded));
  }

  private static Offset<Double> same(double recorded) {
    return within(SAME * recorded);
  }

  /** Margins are about half of what was measured. */
  @Tag("campaign")
  @ParameterizedTest
  @CsvSource({"hash,switch,0.1", "switch,dense,0.05", "evomoe,dense,0.05"})
  void should_end_ahead_of_the_other_gate(String ahead, String behind, double margin) {
    assertThat(loss(ahead)).isLessThan(loss(behind) - margin);
  }

  /**
   * Measured with seeds 1 to 3: 0.058, 0.067 and 0.051 with 1.00, 1.00 and 1.01 experts. Without
   * the prior 0.029, 0.029 and 0.023; of experts spawned as copies 0.041, 0.048 and 0.032; with a
   * temperature that does not fall as with one that does, but with 1.10, 1.12 and 1.10 experts.
   */
  @Tag("long")
  @Test
  void should_end_ahead_of_switch_with_the_defaults_of_evomoe() {
    requireAheadOfSwitch(1);
  }

  @Tag("campaign")
  @ParameterizedTest
  @ValueSource(longs = {2, 3})
  void should_end_ahead_of_it_with_other_seeds(long seed) {
    requireAheadOfSwitch(seed);
  }

  private static void requireAheadOfSwitch(long seed) {
    RunResult evomoe = result(quick("evomoe", seed));
    assertThat(evomoe.validLoss()).isLessThan(train(quick("switch", seed)) - 0.042);
    assertThat(evomoe.activeExperts()).isLessThan(1.05);
  }

  /** A whole run of the study, 0.057 ahead of Switch's. */
  @Tag("campaign")
  @Test
  void roberta_should_end_with_the_recorded_loss_with_the_defaults_of_evomoe() {
    Study roberta = study("roberta", "roberta-prior");
    StudyRun run = Studies.run(roberta, "evomoe-22");
    double recorded = roberta.record(run).orElseThrow().result().validLoss();
    assertThat(train(roberta.config(run).orElseThrow())).isCloseTo(recorded, same(recorded));
  }

  private static RunConfig quick(String gate, long seed) {
    return Tasks.preset("gpt", "quick").config("gpt", gate, seed);
  }

  private static double loss(String gate) {
    return LOSSES.computeIfAbsent(gate, g -> train(gpt.config(rateRun(g)).orElseThrow()));
  }

  private static double train(RunConfig config) {
    return result(config).validLoss();
  }

  private static RunResult result(RunConfig config) {
    String tokens = "%s-%d".formatted(config.task(), config.model().vocabulary());
    TaskData<?, ?> data =
        DATA.computeIfAbsent(
            tokens,
            t ->
                Tasks.named(config.task())
                    .read(
                        Dataset.files(data(config.task())),
                        config,
                        TokenizerSource.learned(folder.resolve(t)),
                        folder,
                        TextProgress.NONE));
    return result(data, config);
  }

  private static <B, M extends Model<B>> RunResult result(TaskData<B, M> data, RunConfig config) {
    String name = "%s-%s-%d".formatted(config.task(), config.gate(), config.seed());
    Path logs = OutputFolder.prepare(folder.resolve(name));
    return TaskTraining.of(data, config, config.trainer(), null)
        .train(logs, () -> state -> folder, List.of())
        .result();
  }

  private static StudyRun rateRun(String gate) {
    return gpt.rateRuns(gate).stream().filter(r -> r.rate() == RATE).findFirst().orElseThrow();
  }
}
