package io.evomoe.training.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.evomoe.evolution.EvolutionConfig;
import io.evomoe.evolution.EvolutionSchedule;
import io.evomoe.evolution.SpawnMethod;
import io.evomoe.evolution.TemperatureSchedule;
import io.evomoe.kernel.KernelSelection;
import io.evomoe.kernel.Kernels;
import io.evomoe.moe.Growth;
import io.evomoe.nn.Parameter;
import io.evomoe.step.Phase;
import io.evomoe.training.Moments;
import io.evomoe.training.StepReport;
import io.evomoe.training.TinyBatch;
import io.evomoe.training.TinyModel;
import io.evomoe.training.Trainer;
import io.evomoe.training.TrainingConfig;
import io.evomoe.training.TrainingData;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.api.buffer.DataType;

class ResumeTest {
  private static final TrainingConfig CONFIG =
      TrainingConfig.defaults(10).withMicroBatches(2).withSeed(5);

  @TempDir private Path directory;

  /** A spawn before, at and after the checkpoint, and none. */
  @ParameterizedTest
  @CsvSource({
    "DOUBLE, 0", "DOUBLE, 3", "DOUBLE, 5", "DOUBLE, 8", "DOUBLE, 99",
    "FLOAT, 0", "FLOAT, 3", "FLOAT, 5", "FLOAT, 8", "FLOAT, 99"
  })
  void should_take_the_very_steps_of_the_run_that_was_not_interrupted(
      DataType type, long spawnStep) {
    Kernels kernels = KernelSelection.forType(type);
    TinyModel whole = new TinyModel(kernels, 1);
    Trainer<TinyBatch> uninterrupted = trainer(whole, kernels, spawnStep);
    StepReport expected = steps(uninterrupted, 10);

    Trainer<TinyBatch> first = trainer(new TinyModel(kernels, 1), kernels, spawnStep);
    steps(first, 5);
    Path saved = folder(2).write(first.state());
    TinyModel model = new TinyModel(kernels, 77);
    Trainer<TinyBatch> second = trainer(model, kernels, spawnStep);
    second.resume(Checkpoint.open(saved));
    StepReport report = steps(second, 5);

    assertThat(report.trainLoss()).isEqualTo(expected.trainLoss());
    assertThat(report.gradientNorm()).isEqualTo(expected.gradientNorm());
    assertThat(report.temperature()).isEqualTo(expected.temperature());
    assertThat(report.validLoss()).isEqualTo(expected.validLoss());
    assertThat(second.progress()).isEqualTo(uninterrupted.progress());
    assertSameBits(uninterrupted, whole, second, model);
    assertThat(model.state().get(0).value()).isEqualTo(whole.state().get(0).value());
  }

  @Test
  void should_keep_all_that_describes_the_run() {
    Kernels kernels = KernelSelection.forType(DataType.DOUBLE);
    Trainer<TinyBatch> trainer = trainer(new TinyModel(kernels, 1), kernels, 3);
    steps(trainer, 5);

    Checkpoint saved = Checkpoint.open(folder(2).write(trainer.state()));

    assertThat(saved.location()).hasFileName("step-00000005");
    assertThat(saved.progress()).isEqualTo(trainer.progress());
    assertThat(saved.progress().spawned()).isTrue();
    assertThat(saved.moment().phase()).isEqualTo(Phase.SOFT);
    assertThat(saved.moment().temperature()).isEqualTo(TemperatureSchedule.over(6).at(2));
    assertThat(saved.seed()).isEqualTo(5);
    assertThat(saved.config()).containsExactly(Map.entry("preset", "tiny"));
  }

  @Test
  void should_keep_the_newest_checkpoints_only() throws IOException {
    Kernels kernels = KernelSelection.forType(DataType.DOUBLE);
    Trainer<TinyBatch> trainer =
        trainer(new TinyModel(kernels, 1), kernels, CONFIG.withCheckpointEvery(3), 4);
    assertThat(CheckpointFolder.latest(directory.resolve("none"))).isEmpty();
    trainer.checkpointTo(folder(2));

    trainer.run();

    try (Stream<Path> files = Files.list(directory)) {
      assertThat(files)
          .extracting(p -> p.getFileName().toString())
          .containsExactlyInAnyOrder("step-00000009", "step-00000010");
    }
    assertThat(CheckpointFolder.latest(directory)).hasValue(directory.resolve("step-00000010"));
  }

  @Test
  void should_overlook_what_is_not_a_complete_checkpoint() throws IOException {
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

    Files.writeString(file, text.substring(0, text.length() / 2));
    assertThatThrownBy(() -> Checkpoint.open(saved))
        .hasMessageContainingAll("state.json", "damaged");
    Files.writeString(file, text.replace("\"seed\"", "\"sead\""));
    assertThatThrownBy(() -> Checkpoint.open(saved)).hasMessageContainingAll("state.json", "seed");
    Files.writeString(file, text.replace("\"formatVersion\" : 1", "\"formatVersion\" : 2"));
    assertThatThrownBy(() -> Checkpoint.open(saved))
        .hasMessageContaining("formatVersion must be 1, was 2");
  }

  @Test
  void should_name_what_does_not_fit_and_change_nothing() {
    Checkpoint oneExpert = Checkpoint.open(savedAfter(3));
    Kernels kernels = KernelSelection.forType(DataType.DOUBLE);
    TinyModel spawned = new TinyModel(kernels, 9);
    Trainer<TinyBatch> trainer = trainer(spawned, kernels, 0);
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
    TinyModel model = new TinyModel(kernels, 1);

    assertThatIllegalArgumentException()
        .isThrownBy(() -> trainer(model, kernels, CONFIG.withSeed(6), 4).resume(saved))
        .withMessageStartingWith("seed must be 5 as in")
        .withMessageEndingWith("was 6");
    Trainer<TinyBatch> dense =
        new Trainer<>(
            model,
            new TrainingData<>(TinyBatch::number, List.of()),
            kernels,
            CONFIG,
            new EvolutionSchedule(EvolutionConfig.defaults(10), Growth.NEVER));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> dense.resume(saved))
        .withMessageStartingWith("growth must be SPAWNED");
  }

  private Path savedAfter(int steps) {
    Kernels kernels = KernelSelection.forType(DataType.DOUBLE);
    Trainer<TinyBatch> trainer = trainer(new TinyModel(kernels, 1), kernels, 4);
    steps(trainer, steps);
    return folder(2).write(trainer.state());
  }

  private CheckpointFolder folder(int keep) {
    return new CheckpointFolder(directory, keep, Map.of("preset", "tiny"));
  }

  private static StepReport steps(Trainer<TinyBatch> trainer, int count) {
    StepReport report = trainer.step();
    for (int i = 1; i < count; i++) {
      report = trainer.step();
    }
    return report;
  }

  private static Trainer<TinyBatch> trainer(TinyModel model, Kernels kernels, long spawnStep) {
    return trainer(model, kernels, CONFIG, spawnStep);
  }

  private static Trainer<TinyBatch> trainer(
      TinyModel model, Kernels kernels, TrainingConfig config, long spawnStep) {
    EvolutionConfig evolution =
        new EvolutionConfig(
            spawnStep, SpawnMethod.copy(), true, TemperatureSchedule.over(6), OptionalLong.empty());
    return new Trainer<>(
        model,
        new TrainingData<>(TinyBatch::number, List.of(new TinyBatch(16, -1))),
        kernels,
        config,
        new EvolutionSchedule(evolution, Growth.SPAWNED));
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
      assertThat(ofB.second().ravel().toDoubleVector())
          .isEqualTo(ofA.second().ravel().toDoubleVector());
      assertThat(ofB.updates()).isEqualTo(ofA.updates());
    }
  }
}
