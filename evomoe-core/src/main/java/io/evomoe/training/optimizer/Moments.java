package io.evomoe.training.optimizer;

import io.evomoe.internal.names.FieldBound;
import io.evomoe.nn.Parameter;
import java.util.Arrays;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.memory.MemoryWorkspace;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * The state of an {@link Optimizer} for one parameter.
 *
 * @param first running mean of the gradient ({@link AdamW}) or the velocity ({@link Sgd}, {@link
 *     Muon}), with the parameter's shape; changed in place
 * @param second running mean of the squared gradient, with the parameter's shape; changed in place;
 *     null if the optimizer has none
 * @param updates number of updates so far
 */
public record Moments(INDArray first, @Nullable INDArray second, long updates) {

  /** Rejects a negative count. */
  public Moments {
    FieldBound.atLeast("updates", updates, 0);
  }

  /** Returns zeros of both kinds for a parameter, outside any workspace. */
  public static Moments zeros(Parameter parameter, long updates) {
    return new Moments(like(parameter), like(parameter), updates);
  }

  /** Returns zeros of the first kind only for a parameter, outside any workspace. */
  public static Moments single(Parameter parameter, long updates) {
    return new Moments(like(parameter), null, updates);
  }

  /** Returns the second moment, if there is one. */
  public Optional<INDArray> secondMoment() {
    return Optional.ofNullable(second);
  }

  private static INDArray like(Parameter parameter) {
    try (MemoryWorkspace ignored = Nd4j.getMemoryManager().scopeOutOfWorkspaces()) {
      return Nd4j.create(parameter.value().dataType(), parameter.value().shape());
    }
  }

  Moments requireShapeOf(Parameter parameter) {
    boolean fits =
        first.equalShapes(parameter.value())
            && (second == null || second.equalShapes(parameter.value()));
    if (!fits) {
      throw new IllegalArgumentException(
          "moments of %s must have its shape, were %s"
              .formatted(parameter, Arrays.toString(first.shape())));
    }
    return this;
  }

  void close() {
    first.close();
    if (second != null) {
      second.close();
    }
  }

  Moments copy() {
    try (MemoryWorkspace ignored = Nd4j.getMemoryManager().scopeOutOfWorkspaces()) {
      return new Moments(first.dup('c'), second == null ? null : second.dup('c'), updates);
    }
  }

  Moments updated() {
    return new Moments(first, second, updates + 1);
  }
}
