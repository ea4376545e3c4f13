package io.evomoe.models.gpt;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.evomoe.gates.BaseGate;
import io.evomoe.kernel.KernelSelection;
import io.evomoe.models.causal.CausalScene;
import io.evomoe.models.text.LanguageBatch;
import io.evomoe.moe.GateProvider;
import io.evomoe.moe.GateProvider.Placement;
import io.evomoe.moe.TestGates;
import io.evomoe.training.CheckpointException;
import io.evomoe.training.TrainingState;
import io.evomoe.training.TrainingState.Progress;
import io.evomoe.training.checkpoint.Checkpoint;
import io.evomoe.training.checkpoint.CheckpointFolder;
import io.evomoe.training.optimizer.AdamW;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/** Checkpoints of gates base and stablemoe from when their layers were residual branches. */
class EarlierPlacementTest {
  @TempDir private Path folder;

  @Test
  void should_be_refused_whole_and_in_one_sentence() {
    Path saved = saved(branch());
    Gpt model = SmallGpt.of(new BaseGate.Provider(), Map.of(), DataType.FLOAT);
    List<INDArray> before = model.parameters().stream().map(p -> p.value().dup()).toList();

    assertThatExceptionOfType(CheckpointException.class)
        .isThrownBy(() -> Checkpoint.open(saved).loadModel(model))
        .withMessage(
            "%s: the model does not have the tensors [blocks.1.feedForwardNorm.gain,"
                + " blocks.1.feedForwardNorm.shift]",
            saved.resolve("model.safetensors"));
    assertThatExceptionOfType(CheckpointException.class)
        .isThrownBy(() -> Checkpoint.open(saved).loadInto(model, optimizer()))
        .withMessageContaining("blocks.1.feedForwardNorm.gain")
        .withMessageStartingWith(
            saved.resolve("optimizer.safetensors") + ": the model does not have");
    for (int i = 0; i < before.size(); i++) {
      assertThat(model.parameters().get(i).value()).isEqualTo(before.get(i));
    }
  }

  private Path saved(GateProvider gates) {
    Gpt model = SmallGpt.of(gates, Map.of(), DataType.FLOAT);
    AdamW optimizer = optimizer();
    LanguageBatch batch = CausalScene.batch(new int[] {1, 2, 3, 4}, 2, 3, 4, 5);
    model.loss(batch, CausalScene.training(1)).backward();
    optimizer.update(model.parameters(), 0.01, 1);
    return new CheckpointFolder(folder, 1, Map.of())
        .write(
            new TrainingState(Progress.START, CausalScene.training(1), model, optimizer, Map.of()));
  }

  private static AdamW optimizer() {
    return new AdamW(
        KernelSelection.forType(DataType.FLOAT), new AdamW.Config(0.9, 0.95, 1e-8, 0.1));
  }

  /** Gate base as it stood. */
  private static GateProvider branch() {
    GateProvider base = new BaseGate.Provider();
    return new TestGates(
        base.name(), base.growth(), Placement.BRANCH, base.expertForm(), base::create);
  }
}
