package io.evomoe.nn;

import io.evomoe.kernel.Kernels;
import io.evomoe.nn.CrossAttention.Memory;
import io.evomoe.nn.internal.Workspaces.OuterWorkspace;
import io.evomoe.step.StepContext;
import io.soabase.recordbuilder.core.RecordBuilder;
import java.util.Arrays;
import java.util.IdentityHashMap;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * The inputs of every layer in one forward pass, besides the activations.
 *
 * @param step step, phase, temperature, and whether it is a training pass
 * @param tokens tokens of the rows of the activations
 * @param memory encoder output for cross-attentions, in a decoder
 * @param cache keys and values of earlier positions, in decoding; such a pass has no backward pass
 * @param replay earlier decisions, in a forward pass that is repeated
 * @param searching whether it is repeated to find the first number that is not finite, without a
 *     backward pass
 */
@RecordBuilder
public record Pass(
    StepContext step,
    TokenBatch tokens,
    @Nullable Memory memory,
    @Nullable KeyValueCache cache,
    @Nullable Replay replay,
    boolean searching)
    implements PassBuilder.With {

  /** Creates a pass without memory and cache. */
  public Pass(StepContext step, TokenBatch tokens) {
    this(step, tokens, null, null, null, false);
  }

  /** Returns the position of each token in its sequence, cached tokens included, [S]. */
  public int[] positions() {
    int length = tokens.length();
    int[] positions = new int[tokens.size()];
    Arrays.setAll(positions, s -> (cache == null ? 0 : cache.length(s / length)) + s % length);
    return positions;
  }

  /** Returns the number of tokens of the longest sequence after this pass. */
  public int longest() {
    return tokens.length() + (cache == null ? 0 : cache.length());
  }

  /**
   * Returns whether the pass has a {@link KeyValueCache#joint} cache. Then no row's result may
   * depend on other rows or their number, to the bit.
   */
  public boolean isJoint() {
    return cache != null && cache.isJoint();
  }

  /**
   * The decisions that a repeated forward pass must make only once: a gate's routing, which may
   * draw, count or adapt. Its arrays live as long as those of the whole step. They are not dropped
   * between the two passes.
   */
  public static final class Replay {
    private final Kernels kernels;
    private final OuterWorkspace outer = new OuterWorkspace();
    private final IdentityHashMap<Layer, Object> decided = new IdentityHashMap<>();

    /** Creates an empty replay. Arrays are kept in the current workspace. */
    Replay(Kernels kernels) {
      this.kernels = kernels;
    }

    /**
     * Returns the result of {@code decide} from the layer's first call.
     *
     * @param decide receives a copy of x that stays valid
     */
    public <T> T once(Layer layer, Class<T> type, INDArray x, Function<INDArray, T> decide) {
      Object known = decided.get(layer);
      if (known == null) {
        known = outer.make(() -> decide.apply(kernels.copy(x)));
        decided.put(layer, known);
      }
      return type.cast(known);
    }

    /** Copies an array to those of the whole step. */
    INDArray keep(INDArray x) {
      return outer.make(() -> kernels.copy(x));
    }
  }
}
