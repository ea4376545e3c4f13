package io.evomoe.training.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.evomoe.evolution.EvolutionConfig;
import io.evomoe.evolution.EvolutionSchedule;
import io.evomoe.kernel.KernelSelection;
import io.evomoe.kernel.Kernels;
import io.evomoe.moe.GateProvider.ExpertLifecycle;
import io.evomoe.nn.Parameter;
import io.evomoe.step.StepContext.Phase;
import io.evomoe.training.CheckpointException;
import io.evomoe.training.StepRecord;
import io.evomoe.training.TinyBatch;
import io.evomoe.training.TinyModel;
import io.evomoe.training.Trainer;
import io.evomoe.training.TrainerConfig;
import io.evomoe.training.TrainingData;
import io.evomoe.training.optimizer.Optimizer.Moments;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.api.buffer.DataType;

class ResumeTest {
  private static final TrainerConfig CONFIG =
      TrainerConfig.defaults(10).with(t -> t.microBatches(2));

  private static final TrainingData<TinyBatch> DATA =
      new TrainingData<>(TinyBatch::number, List.of(new TinyBatch(16, -1)));

  @TempDir private Path directory;

  /**
   * Spawn at 3 and hard at 6, spawn and hard at once, never hard, from the start, never spawned.
   */
  static Stream<Arguments> switches() {
    return Stream.of(
            List.of(3L, 3L), List.of(5L, 0L), List.of(4L, -1L), List.of(0L, 5L), List.of(99L, -1L))
        .flatMap(
            switches ->
                Stream.of(DataType.DOUBLE, DataType.FLOAT)
                    .map(type -> Arguments.of(type, switches.get(0), switches.get(1))));
  }

  /** Cut after every step, so in each phase and on both sides of every switch. */
  @ParameterizedTest
  @MethodSource("switches")
  @Tag("long")
  void should_take_the_very_steps_of_the_run_that_was_not_interrupted(
      DataType type, long spawnStep, long hardFrom) {
    Kernels kernels = KernelSelection.forType(type);
    OptionalLong hard = hardFrom < 0 ? OptionalLong.empty() : OptionalLong.of(hardFrom);
    TinyModel whole = new TinyModel(kernels, 5);
    Trainer<TinyBatch> uninterrupted = trainer(whole, CONFIG, spawnStep, hard);
    StepRecord expected = steps(uninterrupted, 10);

    Trainer<TinyBatch> first = trainer(new TinyModel(kernels, 5), CONFIG, spawnStep, hard);
    for (int cut = 1; cut < 10; cut++) {
      first.step();
      Path saved = folder(2).write(first.state());
      TinyModel model = new TinyModel(kernels, 5);
      Trainer<TinyBatch> second =
          Trainer.resumed(Checkpoint.open(saved), model, DATA, CONFIG, schedule(spawnStep, hard));
      StepRecord report = steps(second, 10 - cut);

      assertThat(report.phase()).as("cut after step %d", cut).isEqualTo(expected.phase());
      assertThat(report.trainLoss()).isEqualTo(expected.trainLoss());
      assertThat(report.gradientNorm()).isEqualTo(expected.gradientNorm());
      assertThat(second.state().context()).isEqualTo(uninterrupted.state().context());
      assertThat(report.validLoss()).isEqualTo(expected.validLoss());
      assertThat(second.progress()).isEqualTo(uninterrupted.progress());
      assertSameBits(uninterrupted, whole, second, model);
      assertThat(model.state().get(0).value()).isEqualTo(whole.state().get(0).value());
    }
  }

  @Test
  void should_keep_all_that_describes_the_run() {
    Kernels kernels = KernelSelection.forType(DataType.DOUBLE);
    Trainer<TinyBatch> trainer = trainer(new TinyModel(kernels, 5), 3);
    steps(trainer, 5);

    Checkpoint saved = Checkpoint.open(folder(2).write(trainer.state()));

    assertThat(saved.location()).hasFileName("step-00000005");
    assertThat(saved.progress()).isEqualTo(trainer.progress());
    assertThat(saved.progress().spawned()).isTrue();
    assertThat(saved.context().phase()).isEqualTo(Phase.SOFT);
    assertThat(saved.context().temperature()).isEqualTo(2 * Math.pow(0.3 / 2, 2 / 6.0));
    assertThat(saved.context().seed()).isEqualTo(5);
    assertThat(saved.config()).containsExactly(Map.entry("preset", "tiny"));
  }

  @Test
  void should_keep_the_newest_checkpoints_only() throws IOException {
    assertThat(CheckpointFolder.latest(directory.resolve("none"))).isEmpty();

    saveEveryThird(2);

    try (Stream<Path> files = Files.list(directory)) {
      assertThat(files)
          .extracting(p -> p.getFileName().toString())
          .containsExactlyInAnyOrder("step-00000009", "step-00000010");
    }
    assertThat(CheckpointFolder.latest(directory)).hasValue(directory.resolve("step-00000010"));
  }

  @Test
  void should_overlook_what_is_not_a_checkpoint() throws IOException {
    Path saved = savedAfter(3);
    Files.createDirectory(directory.resolve("step-00000099"));
    Files.createDirectory(directory.resolve(".saving-step-00000098"));
    Files.createFile(directory.resolve("step-00000097"));

    assertThat(CheckpointFolder.latest(directory)).hasValue(saved);
    assertThatThrownBy(() -> Checkpoint.open(directory.resolve("step-00000099")))
        .isInstanceOf(CheckpointException.class)
        .hasMessageContaining("step-00000099");
  }

  @Test
  void should_replace_a_checkpoint_of_the_same_step_and_what_a_crash_left() throws IOException {
    Path saved = savedAfter(3);
    Path left = Files.createDirectory(directory.resolve(".saving-step-00000003"));
    Files.writeString(left.resolve("model.safetensors"), "half");

    assertThat(savedAfter(3)).isEqualTo(saved);

    assertThat(Checkpoint.open(saved).progress().step()).isEqualTo(3);
    assertThat(left).doesNotExist();
  }

  @ParameterizedTest
  @ValueSource(strings = {"model.safetensors", "optimizer.safetensors"})
  void should_find_a_single_flipped_bit(String name) throws IOException {
    Path saved = savedAfter(3);
    Path file = saved.resolve(name);
    byte[] bytes = Files.readAllBytes(file);
    bytes[bytes.length - 3] ^= 4;
    Files.write(file, bytes);

    assertThatThrownBy(() -> Checkpoint.open(saved))
        .isInstanceOf(CheckpointException.class)
        .hasMessageContainingAll(file.toString(), "damaged");
  }

  @Test
  void should_refuse_a_damaged_state_and_another_format_version() throws IOException {
    Path saved = savedAfter(3);
    Path file = saved.resolve("state.json");
    String text = Files.readString(file);

    Files.writeString(file, text.replace("\"step\" : 3", "\"step\" : 2"));
    assertThatThrownBy(() -> Checkpoint.open(saved))
        .hasMessageContainingAll("state.json is damaged", "SHA-256");
    rewriteState(saved, text.substring(0, text.length() / 2));
    assertThatThrownBy(() -> Checkpoint.open(saved))
        .hasMessageContainingAll("state.json", "damaged");
    rewriteState(saved, text.replace("\"seed\"", "\"sead\""));
    assertThatThrownBy(() -> Checkpoint.open(saved))
        .hasMessageContainingAll("state.json", "damaged", "context.seed");
    rewriteState(saved, text.replace("\"formatVersion\" : 3", "\"formatVersion\" : 4"));
    assertThatThrownBy(() -> Checkpoint.open(saved))
        .hasMessageContaining("formatVersion must be 3, was 4");
    rewriteState(saved, text);
    Files.writeString(saved.resolve("SHA256SUMS"), "more\n", StandardOpenOption.APPEND);
    assertThatThrownBy(() -> Checkpoint.open(saved)).hasMessageContaining("SHA256SUMS is damaged");
    Files.delete(saved.resolve("SHA256SUMS"));
    assertThatThrownBy(() -> Checkpoint.open(saved))
        .hasMessageContainingAll("there is no such file", "SHA256SUMS");
  }

  @Test
  void should_offer_the_whole_checkpoint_before_one_that_cannot_be_read() throws IOException {
    saveEveryThird(4);
    Path newest = directory.resolve("step-00000010");
    Path before = directory.resolve("step-00000009");
    Files.delete(newest.resolve("SHA256SUMS"));
    Files.createDirectory(newest.resolve("SHA256SUMS"));

    assertThatThrownBy(() -> CheckpointFolder.openLatest(directory))
        .isInstanceOf(CheckpointException.class)
        .hasMessageContainingAll(
            "cannot read checkpoint " + newest, "the checkpoint before it is whole: " + before);
    assertThat(CheckpointFolder.openNewestWhole(directory).orElseThrow().location())
        .isEqualTo(before);
  }

  @Test
  void should_offer_the_newest_whole_checkpoint_before_a_damaged_one() throws IOException {
    saveEveryThird(4);
    Path first = directory.resolve("step-00000003");
    damage(directory.resolve("step-00000010"));
    damage(directory.resolve("step-00000009"));
    damage(directory.resolve("step-00000006"));

    assertThatThrownBy(() -> CheckpointFolder.openLatest(directory))
        .isInstanceOf(CheckpointException.class)
        .hasMessageContainingAll("step-00000010", "the checkpoint before it is whole: " + first);

    assertThat(CheckpointFolder.setAsideNewerThan(first)).hasSize(3);
    assertThat(CheckpointFolder.openLatest(directory).orElseThrow().location()).isEqualTo(first);
    assertThat(directory.resolve("set-aside-step-00000010")).exists();
    damage(first);
    assertThatThrownBy(() -> CheckpointFolder.openLatest(directory))
        .hasMessageContaining("there is no whole checkpoint before it");
  }

  @ParameterizedTest
  @ValueSource(strings = {"model.safetensors", "optimizer.safetensors", "state.json"})
  void should_not_pass_over_a_newest_checkpoint_that_lost_a_file(String file) throws IOException {
    saveEveryThird(2);
    Files.delete(directory.resolve("step-00000010").resolve(file));

    assertThatThrownBy(() -> CheckpointFolder.openLatest(directory))
        .isInstanceOf(CheckpointException.class)
        .hasMessageContainingAll(
            "step-00000010", file + " is missing", "the checkpoint before it is whole: ");
  }

  @Test
  void should_find_a_checkpoint_that_was_being_replaced_when_the_process_died() throws IOException {
    Path saved = savedAfter(3);
    Path replaced = directory.resolve(".replaced-step-00000003");
    Files.move(saved, replaced);

    assertThat(CheckpointFolder.openLatest(directory).orElseThrow().progress().step()).isEqualTo(3);
    assertThat(savedAfter(3)).isEqualTo(saved);
    assertThat(replaced).doesNotExist();
  }

  /** After steps 3, 6, 9 and 10. */
  private void saveEveryThird(int keep) {
    Kernels kernels = KernelSelection.forType(DataType.DOUBLE);
    trainer(new TinyModel(kernels, 5), CONFIG.with(t -> t.checkpointEvery(3)), 4)
        .runSaving(folder(keep));
  }

  private static void damage(Path checkpoint) throws IOException {
    Path model = checkpoint.resolve("model.safetensors");
    byte[] bytes = Files.readAllBytes(model);
    bytes[bytes.length - 1] ^= 1;
    Files.write(model, bytes);
  }

  private static void rewriteState(Path checkpoint, String text) throws IOException {
    Files.writeString(checkpoint.resolve("state.json"), text);
    CheckpointFiles.writeChecksums(checkpoint);
  }

  @Test
  void should_name_what_does_not_fit_and_change_nothing() {
    Checkpoint oneExpert = Checkpoint.open(savedAfter(3));
    Kernels kernels = KernelSelection.forType(DataType.DOUBLE);
    TinyModel spawned = new TinyModel(kernels, 9);
    Trainer<TinyBatch> trainer = trainer(spawned, 0);
    steps(trainer, 1);
    double[] before = spawned.parameters().get(0).value().ravel().toDoubleVector();

    assertThatThrownBy(() -> oneExpert.loadModel(spawned))
        .isInstanceOf(CheckpointException.class)
        .hasMessageContainingAll("model.safetensors", "expert.in");
    assertThat(spawned.parameters().get(0).value().ravel().toDoubleVector()).isEqualTo(before);

    TinyModel floats = new TinyModel(KernelSelection.forType(DataType.FLOAT), 9);
    assertThatThrownBy(() -> oneExpert.loadModel(floats))
        .hasMessageContainingAll("expert.in", "DOUBLE", "wanted FLOAT");
  }

  @Test
  void should_refuse_to_resume_with_another_seed_or_without_the_spawn() {
    Kernels kernels = KernelSelection.forType(DataType.DOUBLE);
    Checkpoint saved = Checkpoint.open(savedAfter(6));

    assertThatIllegalArgumentException()
        .isThrownBy(() -> resumed(saved, new TinyModel(kernels, 6)))
        .withMessageStartingWith("seed must be 5 as in")
        .withMessageEndingWith("was 6");
    TinyModel dense = new TinyModel(kernels, 5).growing(ExpertLifecycle.NEVER);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> resumed(saved, dense))
        .withMessageStartingWith("growth must be SPAWNED");
  }

  private static Trainer<TinyBatch> resumed(Checkpoint saved, TinyModel model) {
    return Trainer.resumed(saved, model, DATA, CONFIG, EvolutionConfig.defaults());
  }

  private Path savedAfter(int steps) {
    Kernels kernels = KernelSelection.forType(DataType.DOUBLE);
    Trainer<TinyBatch> trainer = trainer(new TinyModel(kernels, 5), 4);
    steps(trainer, steps);
    return folder(2).write(trainer.state());
  }

  private CheckpointFolder folder(int keep) {
    return new CheckpointFolder(directory, keep, Map.of("preset", "tiny"));
  }

  private static StepRecord steps(Trainer<TinyBatch> trainer, int count) {
    StepRecord report = trainer.step();
    for (int i = 1; i < count; i++) {
      report = trainer.step();
    }
    return report;
  }

  private static Trainer<TinyBatch> trainer(TinyModel model, long spawnStep) {
    return trainer(model, CONFIG, spawnStep);
  }

  private static Trainer<TinyBatch> trainer(TinyModel model, TrainerConfig config, long spawnStep) {
    return trainer(model, config, spawnStep, OptionalLong.empty());
  }

  private static Trainer<TinyBatch> trainer(
      TinyModel model, TrainerConfig config, long spawnStep, OptionalLong hardFrom) {
    return new Trainer<>(model, DATA, config, schedule(spawnStep, hardFrom));
  }

  private static EvolutionSchedule schedule(long spawnStep, OptionalLong hardFrom) {
    EvolutionConfig evolution =
        EvolutionConfig.defaults()
            .with(e -> e.diversifySteps(spawnStep).spawn("copy").temperatureSteps(6))
            .with(e -> hardFrom.ifPresent(e::hardFrom));
    return new EvolutionSchedule(evolution, 10, ExpertLifecycle.SPAWNED);
  }

  private static void assertSameBits(
      Trainer<?> left, TinyModel leftModel, Trainer<?> right, TinyModel rightModel) {
    assertThat(rightModel.parameters()).hasSameSizeAs(leftModel.parameters());
    for (int i = 0; i < leftModel.parameters().size(); i++) {
      Parameter a = leftModel.parameters().get(i);
      Parameter b = rightModel.parameters().get(i);
      Moments ofA = left.state().optimizer().moments(a).orElseThrow();
      Moments ofB = right.state().optimizer().moments(b).orElseThrow();
      assertThat(b.value().ravel().toDoubleVector()).isEqualTo(a.value().ravel().toDoubleVector());
      assertThat(ofB.first().ravel().toDoubleVector())
          .isEqualTo(ofA.first().ravel().toDoubleVector());
      assertThat(ofB.second().orElseThrow().ravel().toDoubleVector())
          .isEqualTo(ofA.second().orElseThrow().ravel().toDoubleVector());
      assertThat(ofB.updates()).isEqualTo(ofA.updates());
    }
  }
}
