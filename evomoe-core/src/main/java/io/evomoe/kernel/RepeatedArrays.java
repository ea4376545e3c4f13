package io.evomoe.kernel;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.memory.MemoryWorkspace;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * The arrays of a pass that is repeated with the same shapes, such as the one for a text's next
 * token. Each repetition reuses those of the one before. ND4J takes 2 microseconds to create an
 * array, and about as many to free it, and such a pass has more than a hundred.
 *
 * <p>For one thread at a time. Only arrays of the pass's own workspace are reused. Others may be
 * needed after the pass.
 */
public final class RepeatedArrays implements AutoCloseable {
  private static final ThreadLocal<@Nullable RepeatedArrays> CURRENT = new ThreadLocal<>();

  private final List<INDArray> arrays = new ArrayList<>();
  private @Nullable MemoryWorkspace workspace;
  private int requested;

  /**
   * Runs a pass in the current workspace. Arrays that its kernels return are overwritten by the
   * next repetition. Without a workspace, none is reused.
   */
  public <T> T repeat(Supplier<T> pass) {
    workspace = Nd4j.getMemoryManager().getCurrentWorkspace();
    requested = 0;
    CURRENT.set(this);
    try {
      return pass.get();
    } finally {
      CURRENT.remove();
    }
  }

  /**
   * Returns an uninitialized array. In a repeated pass it is the one that was requested at this
   * point of the repetition before, if that has this type and shape; otherwise a new one for the
   * next repetitions. Elsewhere it is new, in the current workspace.
   */
  public static INDArray create(DataType type, long... shape) {
    RepeatedArrays current = CURRENT.get();
    return current != null && current.isIn(Nd4j.getMemoryManager().getCurrentWorkspace())
        ? current.next(type, shape)
        : Nd4j.createUninitialized(type, shape);
  }

  private boolean isIn(@Nullable MemoryWorkspace of) {
    return of != null && of == workspace;
  }

  private INDArray next(DataType type, long... shape) {
    int i = requested++;
    if (i == arrays.size()) {
      arrays.add(createOutside(type, shape));
    }
    INDArray known = arrays.get(i);
    if (known.dataType() != type || !Arrays.equals(known.shape(), shape)) {
      arrays.set(i, createOutside(type, shape));
      known.close();
    }
    return arrays.get(i);
  }

  private static INDArray createOutside(DataType type, long... shape) {
    try (var ignored = Nd4j.getMemoryManager().scopeOutOfWorkspaces()) {
      return Nd4j.createUninitialized(type, shape);
    }
  }

  /** Frees the arrays. */
  @Override
  public void close() {
    arrays.forEach(INDArray::close);
    arrays.clear();
  }
}
