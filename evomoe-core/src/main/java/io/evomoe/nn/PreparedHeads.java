package io.evomoe.nn;

import io.evomoe.kernel.Kernels;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;

/** Prepares queries and keys for attention: normalisation, then rotary positions. */
final class PreparedHeads {
  private final Kernels kernels;
  private final int headWidth;
  private final boolean perHead;
  private final @Nullable RmsNorm queryNorm;
  private final @Nullable RmsNorm keyNorm;
  private final @Nullable RotaryTable rotary;

  /**
   * Creates the norms of the config.
   *
   * @param scope contains {@code queryNorm.gain} and {@code keyNorm.gain}, [w] or [heads * w]
   */
  PreparedHeads(Scope scope, AttentionConfig config) {
    this.kernels = scope.kernels();
    this.headWidth = config.headDim();
    QueryKeyNorm norm = config.norm();
    this.perHead = norm != null && norm.span() == QueryKeyNorm.Span.HEAD;
    if (norm == null) {
      queryNorm = null;
      keyNorm = null;
    } else {
      int queries = perHead ? headWidth : config.queryWidth();
      int keys = perHead ? headWidth : config.keyWidth();
      queryNorm = new RmsNorm(scope.child("queryNorm"), queries, norm.epsilon());
      keyNorm = new RmsNorm(scope.child("keyNorm"), keys, norm.epsilon());
    }
    Rotary positions = config.rotary();
    this.rotary = positions == null ? null : new RotaryTable(positions, headWidth, kernels);
  }

  /**
   * Prepares queries. Without a norm it works in place. The pullback changes the gradient in place.
   *
   * @param q [n, heads * w]; may be a column view
   */
  Output queries(INDArray q, Pass pass) {
    return rotated(normalized(queryNorm, q), pass);
  }

  /** Prepares keys [n, keyValueHeads * w] in the same way. */
  Output keys(INDArray k, Pass pass) {
    return rotated(normalized(keyNorm, k), pass);
  }

  private Output rotated(Output normed, Pass pass) {
    RotaryTable table = rotary;
    if (table == null) {
      return normed;
    }
    int[] positions = pass.positions();
    table.rotate(normed.value(), positions, false);
    return new Output(
        normed.value(),
        dy -> {
          table.rotate(dy, positions, true);
          return normed.pullback().pull(dy);
        });
  }

  private Output normalized(@Nullable RmsNorm norm, INDArray rows) {
    if (norm == null) {
      return new Output(rows, dy -> dy);
    }
    Output normed = norm.forward(units(kernels.copy(rows)));
    return new Output(
        normed.value().reshape('c', rows.shape()),
        dy -> {
          INDArray inner = normed.pullback().pull(units(kernels.copy(dy)));
          kernels.copyInto(inner.reshape('c', dy.shape()), dy);
          return dy;
        });
  }

  /** Returns the rows in the shape in which they are normalised together. */
  private INDArray units(INDArray rows) {
    return perHead ? rows.reshape('c', rows.length() / headWidth, headWidth) : rows;
  }

  List<Parameter> parameters() {
    return Stream.of(queryNorm, keyNorm)
        .flatMap(Stream::ofNullable)
        .flatMap(norm -> norm.parameters().stream())
        .toList();
  }
}
