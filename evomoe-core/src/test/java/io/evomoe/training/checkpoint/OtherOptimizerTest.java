package io.evomoe.training.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.evomoe.evolution.EvolutionConfig;
import io.evomoe.evolution.EvolutionSchedule;
import io.evomoe.kernel.KernelSelection;
import io.evomoe.kernel.Kernels;
import io.evomoe.moe.GateProvider.ExpertLifecycle;
import io.evomoe.training.CheckpointException;
import io.evomoe.training.TinyBatch;
import io.evomoe.training.TinyModel;
import io.evomoe.training.Trainer;
import io.evomoe.training.TrainerConfig;
import io.evomoe.training.TrainingData;
import io.evomoe.training.optimizer.AdamW;
import io.evomoe.training.optimizer.Optimizer;
import io.evomoe.training.optimizer.Sgd;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.api.buffer.DataType;

/** A run whose optimizer is not AdamW. */
class OtherOptimizerTest {
  private static final Kernels KERNELS = KernelSelection.forType(DataType.DOUBLE);
  private static final TrainerConfig CONFIG = TrainerConfig.defaults(6);
  private static final TrainingData<TinyBatch> DATA =
      new TrainingData<>(TinyBatch::number, List.of(new TinyBatch(16, -1)));
  private static final EvolutionSchedule SCHEDULE =
      new EvolutionSchedule(
          EvolutionConfig.defaults().with(e -> e.diversifySteps(2)), 6, ExpertLifecycle.SPAWNED);

  @TempDir private Path folder;

  @ParameterizedTest
  @ValueSource(doubles = {0, 0.9})
  void should_take_the_very_steps_of_the_run_that_was_not_interrupted(double momentum) {
    TinyModel whole = new TinyModel(KERNELS, 5);
    trainer(whole, momentum).run();
    Trainer<TinyBatch> first = trainer(new TinyModel(KERNELS, 5), momentum);
    for (int step = 0; step < 3; step++) {
      first.step();
    }
    Checkpoint saved =
        Checkpoint.open(new CheckpointFolder(folder, 1, Map.of()).write(first.state()));

    TinyModel model = new TinyModel(KERNELS, 5);
    Trainer.resumed(saved, model, DATA, with(new Sgd(KERNELS, momentum)), SCHEDULE).run();

    assertThat(saved.progress().step()).isEqualTo(3);
    assertThat(values(model)).isEqualTo(values(whole));
  }

  @Test
  void should_refuse_the_state_of_another_optimizer_and_name_both() {
    Path bySgd = saved(new Sgd(KERNELS, 0.9));
    Path byAdamW = saved(new AdamW(KERNELS, CONFIG.training().adamW()));

    assertThatThrownBy(() -> resume(byAdamW, new Sgd(KERNELS, 0.9)))
        .isInstanceOf(CheckpointException.class)
        .hasMessage(
            byAdamW
                + " has the state of optimizer AdamW, which SGD cannot take: resume it with AdamW (an optimizer of a program must be passed again), or load the weights alone");
    assertThatThrownBy(() -> resume(bySgd, new AdamW(KERNELS, CONFIG.training().adamW())))
        .hasMessageStartingWith(bySgd + " has the state of optimizer SGD, which AdamW cannot take");
  }

  private Path saved(Optimizer optimizer) {
    Trainer<TinyBatch> trainer =
        new Trainer<>(new TinyModel(KERNELS, 5), DATA, with(optimizer), SCHEDULE);
    trainer.step();
    return new CheckpointFolder(folder.resolve(optimizer.getClass().getSimpleName()), 1, Map.of())
        .write(trainer.state());
  }

  private static void resume(Path saved, Optimizer optimizer) {
    Trainer.resumed(
        Checkpoint.open(saved), new TinyModel(KERNELS, 5), DATA, with(optimizer), SCHEDULE);
  }

  private static Trainer<TinyBatch> trainer(TinyModel model, double momentum) {
    return new Trainer<>(model, DATA, with(new Sgd(KERNELS, momentum)), SCHEDULE);
  }

  private static TrainerConfig with(Optimizer optimizer) {
    return CONFIG.withOptimizer(spec -> optimizer);
  }

  private static List<List<Double>> values(TinyModel model) {
    return model.parameters().stream()
        .map(p -> Arrays.stream(p.value().ravel().toDoubleVector()).boxed().toList())
        .toList();
  }
}
