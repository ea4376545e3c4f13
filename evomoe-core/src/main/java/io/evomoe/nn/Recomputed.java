package io.evomoe.nn;

import io.evomoe.kernel.ArrayKernels;
import java.util.List;
import org.nd4j.linalg.api.memory.MemoryWorkspace;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * A layer that keeps only input and output. Its backward pass in training repeats the forward pass
 * (activation checkpointing, Chen et al., arXiv 1604.06174). It costs one more forward pass, and
 * memory for one such layer at a time instead of all. Gates decide once ({@link Replay}) and
 * dropout repeats its draws, so the gradients are bit-identical to those of the layer itself.
 *
 * @param inner the layer; such layers do not nest
 */
public record Recomputed(Layer inner, ArrayKernels kernels) implements Layer {
  private static final String WORKSPACE = "EVOMOE_RECOMPUTED";

  @Override
  public Output forward(INDArray x, Pass pass) {
    if (!pass.step().training()) {
      return pass.cache() == null ? evaluated(x, pass) : inner.forward(x, pass);
    }
    Replay replay = new Replay(kernels);
    Pass replayed = pass.withReplay(replay);
    try (MemoryWorkspace ignored = Workspaces.open(WORKSPACE)) {
      Output output = inner.forward(x, replayed);
      return new Output(
          replay.keep(output.value()), dy -> backward(x, dy, replayed, replay), output.reports());
    }
  }

  /** Evaluates without recomputation, and keeps only input and output. */
  private Output evaluated(INDArray x, Pass pass) {
    OuterWorkspace outer = new OuterWorkspace();
    try (MemoryWorkspace ignored = Workspaces.open(WORKSPACE)) {
      Output output = inner.forward(x, pass);
      return new Output(
          outer.make(() -> kernels.copy(output.value())),
          dy -> {
            throw new IllegalStateException("an evaluated layer has no backward pass");
          },
          output.reports());
    }
  }

  private INDArray backward(INDArray x, INDArray dy, Pass replayed, Replay replay) {
    try (MemoryWorkspace ignored = Workspaces.open(WORKSPACE)) {
      return replay.keep(inner.forward(x, replayed).pullback().pull(dy));
    }
  }

  @Override
  public List<Parameter> parameters() {
    return inner.parameters();
  }
}
