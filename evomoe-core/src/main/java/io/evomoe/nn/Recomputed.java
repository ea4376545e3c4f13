package io.evomoe.nn;

import io.evomoe.kernel.Kernels;
import io.evomoe.nn.Pass.Replay;
import io.evomoe.nn.internal.Workspaces;
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
record Recomputed(Layer inner, Kernels kernels) implements Layer {
  private static final String WORKSPACE = "EVOMOE_RECOMPUTED";

  @Override
  public Output forward(INDArray x, Pass pass) {
    boolean training = pass.step().training();
    if (!training && pass.cache() != null) {
      return inner.forward(x, pass);
    }
    Replay replay = new Replay(kernels);
    Pass replayed = training ? pass.withReplay(replay) : pass;
    try (MemoryWorkspace ignored = Workspaces.open(WORKSPACE)) {
      Output output = inner.forward(x, replayed);
      return new Output(
          replay.keep(output.value()), dy -> backward(x, dy, replayed, replay), output.reports());
    }
  }

  private INDArray backward(INDArray x, INDArray dy, Pass replayed, Replay replay) {
    if (!replayed.step().training()) {
      throw new IllegalStateException("an evaluated layer has no backward pass");
    }
    try (MemoryWorkspace ignored = Workspaces.open(WORKSPACE)) {
      return replay.keep(inner.forward(x, replayed).pullback().pull(dy));
    }
  }

  @Override
  public List<Parameter> parameters() {
    return inner.parameters();
  }
}
