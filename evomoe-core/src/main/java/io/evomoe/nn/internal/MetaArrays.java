package io.evomoe.nn.internal;

import io.evomoe.kernel.Kernels;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.memory.MemoryWorkspace;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * Parameters without memory, to count those of a model that is too large to make; PyTorch calls
 * this the meta device. All elements of an array are one number, and arrays of one shape are one.
 */
public final class MetaArrays {
  private static final ThreadLocal<@Nullable MetaArrays> CURRENT = new ThreadLocal<>();
  private static final ThreadLocal<Boolean> UNDRAWN = ThreadLocal.withInitial(() -> false);

  private final Map<List<Long>, INDArray> arrays = new HashMap<>();
  private final long most;
  private long made;

  private MetaArrays(long most) {
    this.most = most;
  }

  /**
   * Makes a model whose parameters have shapes but no memory. Layers that spawn their experts have
   * them already. It cannot be run.
   *
   * @param most maximum number of parameters, which need some memory themselves
   * @throws IllegalArgumentException if the model has more
   */
  public static <M> M make(long most, Supplier<M> model) {
    CURRENT.set(new MetaArrays(most));
    try {
      return model.get();
    } finally {
      CURRENT.remove();
    }
  }

  /** Makes a model whose parameters are zeros, since those of a checkpoint replace them. */
  public static <M> M undrawn(Supplier<M> model) {
    UNDRAWN.set(true);
    try {
      return model.get();
    } finally {
      UNDRAWN.remove();
    }
  }

  /** Whether this thread makes a model that needs no initial values. */
  public static boolean needNoValues() {
    return areMade() || UNDRAWN.get();
  }

  /** Whether this thread makes a model without memory. */
  public static boolean areMade() {
    return CURRENT.get() != null;
  }

  /**
   * Returns an array without memory if this thread makes a model without memory, else a new one.
   */
  public static INDArray orElse(Supplier<INDArray> array, Kernels kernels, long... shape) {
    MetaArrays meta = CURRENT.get();
    try (MemoryWorkspace ignored = Nd4j.getMemoryManager().scopeOutOfWorkspaces()) {
      return meta == null ? array.get() : meta.array(kernels, shape);
    }
  }

  private INDArray array(Kernels kernels, long... shape) {
    if (++made > most) {
      throw new IllegalArgumentException(
          "a model must have at most %,d arrays of parameters here, has more; use fewer blocks or"
                  .formatted(most)
              + " experts, or a larger Java heap (-Xmx)");
    }
    return arrays.computeIfAbsent(
        LongStream.of(shape).boxed().toList(),
        key -> {
          INDArray one = Nd4j.create(kernels.dataType(), 1);
          return Nd4j.create(one.data(), shape, new long[shape.length], 0, 'c');
        });
  }
}
