package io.evomoe.training.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.evomoe.evolution.EvolutionConfig;
import io.evomoe.evolution.EvolutionSchedule;
import io.evomoe.kernel.KernelSelection;
import io.evomoe.kernel.Kernels;
import io.evomoe.moe.GateProvider.ExpertLifecycle;
import io.evomoe.nn.Parameter;
import io.evomoe.nn.Scope;
import io.evomoe.step.StepContext;
import io.evomoe.training.CheckpointException;
import io.evomoe.training.Loss;
import io.evomoe.training.Model;
import io.evomoe.training.TinyBatch;
import io.evomoe.training.TinyModel;
import io.evomoe.training.Trainer;
import io.evomoe.training.TrainerConfig;
import io.evomoe.training.TrainingData;
import io.evomoe.training.internal.tensors.SafeTensors;
import io.evomoe.training.optimizer.Sgd;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** Checkpoints with arrays that the model does not have. */
class OtherArraysTest {
  private static final Kernels KERNELS = KernelSelection.forType(DataType.DOUBLE);
  private static final TrainerConfig CONFIG = TrainerConfig.defaults(6);
  private static final TrainingData<TinyBatch> DATA =
      new TrainingData<>(TinyBatch::number, List.of(new TinyBatch(16, -1)));
  private static final EvolutionSchedule SCHEDULE =
      new EvolutionSchedule(
          EvolutionConfig.defaults().with(e -> e.diversifySteps(0)), 6, ExpertLifecycle.SPAWNED);

  @TempDir private Path folder;

  @Test
  void should_refuse_moments_that_the_model_does_not_have() throws IOException {
    Path saved = saved(new TinyModel(KERNELS, 5));
    add(saved, CheckpointFiles.OPTIMIZER, "other");

    assertThatThrownBy(() -> resumed(saved))
        .isInstanceOf(CheckpointException.class)
        .hasMessageEndingWith("optimizer.safetensors: the model does not have the tensors [other]");
  }

  @Test
  void should_leave_only_the_arrays_of_a_layers_gate_to_another_gate() throws IOException {
    Path saved = saved(new TinyModel(KERNELS, 5));
    TinyModel model = resumed(saved);
    Sgd unused = new Sgd(KERNELS, 0.9);

    add(saved, CheckpointFiles.MODEL, "gate.weight");
    CheckpointStart start = ofOtherGate(saved);
    start.loadInto(model, unused);
    assertThat(start.left()).containsExactly("gate.weight");

    add(saved, CheckpointFiles.MODEL, "adapter.gate.weight");
    assertThatThrownBy(() -> ofOtherGate(saved).loadInto(model, unused))
        .isInstanceOf(CheckpointException.class)
        .hasMessageEndingWith("the model does not have the tensors [adapter.gate.weight]");
  }

  @Test
  void should_compare_the_number_of_experts_of_every_layer() throws IOException {
    Path saved = saved(new TinyModel(KERNELS, 5));
    Scope root = Scope.root(5, KERNELS);
    List<Parameter> parameters = new ArrayList<>();
    for (String layer : List.of("first", "second")) {
      for (int e = 0; e < 3; e++) {
        Parameter own =
            root.child(layer).expert(e).constant("weight", Parameter.Role.WEIGHT, 0, 2, 2);
        parameters.add(own);
        if (layer.equals("first") || e < 2) {
          add(saved, CheckpointFiles.MODEL, own.name());
        }
      }
    }

    assertThatThrownBy(() -> Checkpoint.open(saved).loadModel(new Layers(parameters)))
        .isInstanceOf(CheckpointException.class)
        .hasMessageContaining("has 2 experts in layer second, the model has 3: convert");
  }

  /** A model that is only loaded. */
  private record Layers(List<Parameter> parameters) implements Model<TinyBatch> {
    @Override
    public Loss loss(TinyBatch batch, StepContext context) {
      throw new UnsupportedOperationException();
    }

    @Override
    public long seed() {
      return 5;
    }

    @Override
    public Kernels kernels() {
      return KERNELS;
    }

    @Override
    public double activeParameters(double meanActiveExperts) {
      return 0;
    }
  }

  private static CheckpointStart ofOtherGate(Path saved) {
    Checkpoint from = Checkpoint.open(saved);
    return new CheckpointStart(from, false, false, true, from.context());
  }

  private Path saved(TinyModel model) {
    Trainer<TinyBatch> trainer = new Trainer<>(model, DATA, CONFIG, SCHEDULE);
    trainer.step();
    return new CheckpointFolder(folder, 1, Map.of()).write(trainer.state());
  }

  private static TinyModel resumed(Path saved) {
    TinyModel model = new TinyModel(KERNELS, 5);
    Trainer.resumed(Checkpoint.open(saved), model, DATA, CONFIG, SCHEDULE);
    return model;
  }

  private static void add(Path checkpoint, String file, String name) throws IOException {
    Path path = checkpoint.resolve(file);
    Map<String, INDArray> arrays = new LinkedHashMap<>();
    try (SafeTensors tensors = SafeTensors.open(path)) {
      for (String own : tensors.names()) {
        arrays.put(own, tensors.read(own));
      }
    }
    arrays.put(name, Nd4j.zeros(DataType.DOUBLE, 2));
    SafeTensors.write(path, arrays, Map.of());
    CheckpointFiles.writeChecksums(checkpoint);
  }
}
