package io.evomoe.training.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.evomoe.evolution.EvolutionConfig;
import io.evomoe.kernel.KernelSelection;
import io.evomoe.kernel.Kernels;
import io.evomoe.testing.LogOf;
import io.evomoe.training.CheckpointException;
import io.evomoe.training.StepRecord;
import io.evomoe.training.TinyBatch;
import io.evomoe.training.TinyModel;
import io.evomoe.training.Trainer;
import io.evomoe.training.TrainerConfig;
import io.evomoe.training.TrainingData;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.nd4j.linalg.api.buffer.DataType;

class KeptBestTest {
  private static final TrainingData<TinyBatch> DATA =
      new TrainingData<>(TinyBatch::number, List.of(new TinyBatch(16, -1)));

  /** Improves for six steps and then destroys what was learned. */
  private static final TrainerConfig CONFIG =
      TrainerConfig.defaults(30)
          .with(t -> t.evalEvery(3))
          .withGuards(TrainerConfig.defaults(1).guards().with(g -> g.keepCheckpoints(1)))
          .withSchedule((step, steps) -> step < 6 ? 0.001 : 2);

  @TempDir private Path directory;

  @Test
  void should_keep_the_best_beside_the_newest_and_use_it() throws IOException {
    Trainer<TinyBatch> trainer = train(CONFIG.with(t -> t.steps(15)));

    assertThat(trainer.recorded().best().map(StepRecord::step)).hasValue(6L);
    assertThat(checkpoints()).containsExactly("step-00000006", "step-00000015");
    assertThat(CheckpointFolder.openLatest(directory).orElseThrow().progress().step())
        .isEqualTo(15);
    assertThat(
            LogOf.running(
                CheckpointFolder.class,
                () ->
                    assertThat(CheckpointFolder.openBest(directory).orElseThrow().progress().step())
                        .isEqualTo(6)))
        .singleElement()
        .asString()
        .contains("Using the best checkpoint, step 6 of 15 (validation loss ");
  }

  @Test
  void moments_should_be_verified_where_they_are_read() throws IOException {
    train(CONFIG.with(t -> t.steps(15)));
    Path step = directory.resolve("step-00000006");
    Path moments = step.resolve("optimizer.safetensors");
    byte[] bytes = Files.readAllBytes(moments);
    bytes[bytes.length - 1] ^= 1;
    Files.write(moments, bytes);

    Checkpoint best = CheckpointFolder.openBest(directory).orElseThrow();
    Kernels kernels = KernelSelection.forType(DataType.DOUBLE);

    assertThat(best.names()).isNotEmpty();
    assertThatThrownBy(() -> best.moments(List.of(), CONFIG.optimizer(kernels)))
        .isInstanceOf(CheckpointException.class)
        .hasMessageContaining(moments + " is damaged");
    assertThatThrownBy(() -> Checkpoint.open(step)).isInstanceOf(CheckpointException.class);
  }

  /** A better one in between takes no regular one's place. */
  @Test
  void the_best_should_be_beside_the_regular_ones() throws IOException {
    train(
        CONFIG
            .with(t -> t.steps(15).checkpointEvery(5))
            .withGuards(CONFIG.guards().with(g -> g.keepCheckpoints(2))));

    assertThat(checkpoints()).containsExactly("step-00000006", "step-00000010", "step-00000015");
  }

  @Test
  void without_a_best_one_only_the_newest_should_stay() throws IOException {
    train(CONFIG.with(t -> t.steps(15).keepBest(false)));

    assertThat(checkpoints()).containsExactly("step-00000015");
    assertThat(CheckpointFolder.best(directory)).isEmpty();
    assertThat(CheckpointFolder.openBest(directory).orElseThrow().progress().step()).isEqualTo(15);
  }

  @Test
  void should_end_after_evaluations_in_a_row_that_are_no_better() throws IOException {
    Trainer<TinyBatch> trainer = train(CONFIG.with(t -> t.patience(2)));

    assertThat(trainer.progress().step()).isEqualTo(12);
    assertThat(trainer.plannedSteps()).isEqualTo(12);
    assertThat(checkpoints()).containsExactly("step-00000006", "step-00000012");
    assertThat(CheckpointFolder.openLatest(directory).orElseThrow().isEnd()).isTrue();
    assertThat(CheckpointFolder.openBest(directory).orElseThrow().isEnd()).isFalse();
  }

  @Test
  void the_last_step_should_be_no_early_end() {
    assertThat(train(CONFIG.with(t -> t.patience(2).steps(12))).plannedSteps()).isEqualTo(12);
    assertThat(CheckpointFolder.openLatest(directory).orElseThrow().isEnd()).isFalse();
  }

  /**
   * A checkpoint says itself how good it is: there is no moment at which the best one is unknown.
   */
  @Test
  void a_kill_between_the_new_best_and_the_end_of_the_old_should_leave_the_new()
      throws IOException {
    train(CONFIG.with(t -> t.steps(3)));
    Path old = directory.resolveSibling(directory.getFileName() + "-old");
    Files.move(directory.resolve("step-00000003"), old);
    train(CONFIG.with(t -> t.steps(6)));
    Files.move(old, directory.resolve("step-00000003"));

    assertThat(CheckpointFolder.best(directory)).hasValue(directory.resolve("step-00000006"));
    Files.writeString(directory.resolve("step-00000003/state.json"), "{");
    assertThat(CheckpointFolder.best(directory)).hasValue(directory.resolve("step-00000006"));
  }

  @Test
  void should_plan_room_for_the_best() {
    assertThat(CONFIG.keptCheckpoints(30)).isEqualTo(2);
    assertThat(CONFIG.with(t -> t.keepBest(false)).keptCheckpoints(30)).isEqualTo(1);
    assertThat(CONFIG.with(t -> t.evalEvery(0)).keptCheckpoints(30)).isEqualTo(1);
    assertThat(CONFIG.keptCheckpoints(0)).isEqualTo(1);
    TrainerConfig three = CONFIG.withGuards(CONFIG.guards().with(g -> g.keepCheckpoints(3)));
    assertThat(three.with(t -> t.checkpointEvery(20)).keptCheckpoints(30)).isEqualTo(4);
    assertThat(three.with(t -> t.keepBest(false).checkpointEvery(20)).keptCheckpoints(30))
        .isEqualTo(2);
  }

  private Trainer<TinyBatch> train(TrainerConfig config) {
    Trainer<TinyBatch> trainer =
        new Trainer<>(
            new TinyModel(KernelSelection.forType(DataType.DOUBLE), 1),
            DATA,
            config,
            EvolutionConfig.defaults());
    trainer.runSaving(new CheckpointFolder(directory, config.guards().keepCheckpoints(), Map.of()));
    return trainer;
  }

  private List<String> checkpoints() throws IOException {
    try (Stream<Path> files = Files.list(directory)) {
      return files.map(file -> file.getFileName().toString()).sorted().toList();
    }
  }
}
