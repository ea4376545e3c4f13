package io.evomoe.nn;

import io.evomoe.kernel.ArrayKernels;
import java.util.IdentityHashMap;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * What a forward pass that will be repeated must decide only once: a gate's routing, which may
 * draw, count or adapt. Its arrays live where the whole step's live, not among those that are
 * dropped between the two passes.
 */
public final class Replay {
  private final ArrayKernels kernels;
  private final OuterWorkspace outer = new OuterWorkspace();
  private final IdentityHashMap<Layer, Object> decided = new IdentityHashMap<>();

  /** Remembers nothing yet; arrays are kept in the workspace that is current now. */
  Replay(ArrayKernels kernels) {
    this.kernels = kernels;
  }

  /**
   * What {@code decide} gave the first time this layer asked.
   *
   * @param decide given a copy of x that stays
   */
  public <T> T once(Layer layer, Class<T> type, INDArray x, Decision<T> decide) {
    Object known = decided.get(layer);
    if (known == null) {
      known = outer.make(() -> decide.of(kernels.copy(x)));
      decided.put(layer, known);
    }
    return type.cast(known);
  }

  /** A copy among the arrays of the whole step. */
  INDArray keep(INDArray x) {
    return outer.make(() -> kernels.copy(x));
  }

  /**
   * What is made from a layer's input.
   *
   * @param <T> of it
   */
  @FunctionalInterface
  public interface Decision<T> {

    /** From an input that stays valid until the backward pass is over. */
    T of(INDArray x);
  }
}
