package io.evomoe.nn;

import io.evomoe.kernel.ArrayKernels;
import java.util.IdentityHashMap;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * The decisions that a repeated forward pass must make only once: a gate's routing, which may draw,
 * count or adapt. Its arrays live as long as those of the whole step. They are not dropped between
 * the two passes.
 */
public final class Replay {
  private final ArrayKernels kernels;
  private final OuterWorkspace outer = new OuterWorkspace();
  private final IdentityHashMap<Layer, Object> decided = new IdentityHashMap<>();

  /** Creates an empty replay. Arrays are kept in the current workspace. */
  Replay(ArrayKernels kernels) {
    this.kernels = kernels;
  }

  /**
   * Returns the result of {@code decide} from the layer's first call.
   *
   * @param decide receives a copy of x that stays valid
   */
  public <T> T once(Layer layer, Class<T> type, INDArray x, Decision<T> decide) {
    Object known = decided.get(layer);
    if (known == null) {
      known = outer.make(() -> decide.of(kernels.copy(x)));
      decided.put(layer, known);
    }
    return type.cast(known);
  }

  /** Copies an array to those of the whole step. */
  INDArray keep(INDArray x) {
    return outer.make(() -> kernels.copy(x));
  }

  /**
   * A decision from a layer's input.
   *
   * @param <T> the decision
   */
  @FunctionalInterface
  public interface Decision<T> {

    /** Decides from an input that stays valid until the backward pass is over. */
    T of(INDArray x);
  }
}
