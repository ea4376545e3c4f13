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
   * Prepares both. Without norms it works in place.
   *
   * @param q [n, heads * w]; may be a column view, like k
   * @param k [n, keyValueHeads * w]
   */
  Prepared prepare(INDArray q, INDArray k, Pass pass) {
    Output queries = normalized(queryNorm, q);
    Output keys = normalized(keyNorm, k);
    if (rotary == null) {
      return new Prepared(queries, keys, null);
    }
    int[] positions = pass.positions();
    rotary.rotate(queries.value(), positions, false);
    rotary.rotate(keys.value(), positions, false);
    return new Prepared(queries, keys, positions);
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

  /** Prepared queries and keys. */
  final class Prepared {
    private final Output queries;
    private final Output keys;
    private final int @Nullable [] positions;

    private Prepared(Output queries, Output keys, int @Nullable [] positions) {
      this.queries = queries;
      this.keys = keys;
      this.positions = positions;
    }

    INDArray queries() {
      return queries.value();
    }

    INDArray keys() {
      return keys.value();
    }

    /** Converts gradients of the prepared rows into those of the original rows, in place. */
    void pull(INDArray dq, INDArray dk) {
      if (rotary != null && positions != null) {
        rotary.rotate(dq, positions, true);
        rotary.rotate(dk, positions, true);
      }
      queries.pullback().pull(dq);
      keys.pullback().pull(dk);
    }
  }
}
