package io.evomoe.kernel.internal.torch;

import io.evomoe.internal.threads.Parallel;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.stream.Stream;
import org.bytedeco.pytorch.Tensor;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Pieces of a kernel that the threads of the process take one by one; torch and its OpenBLAS have
 * one thread each. Only sizes determine the pieces, so results do not depend on the number of
 * threads.
 */
final class Work {
  private static final int GRAIN = 1 << 17;

  private final List<Consumer<Tensors>> pieces = new ArrayList<>();

  /** Adds a piece; it creates its tensors in its argument. */
  void add(Consumer<Tensors> piece) {
    pieces.add(piece);
  }

  /** Runs all pieces, in any order. */
  void run() {
    if (Place.current().apart()) {
      pieces.forEach(Work::within);
      return;
    }
    Parallel.each(pieces.size(), i -> within(pieces.get(i)));
  }

  /** Runs one piece alone. */
  static void within(Consumer<Tensors> piece) {
    try (Tensors tensors = new Tensors()) {
      piece.accept(tensors);
    }
  }

  /** Runs one piece alone if an array has elements. */
  static void unlessEmpty(INDArray x, Consumer<Tensors> piece) {
    if (!x.isEmpty()) {
      within(piece);
    }
  }

  /** Iterates over {@code count} elements, or rows of {@code elements} elements. */
  static void each(long count, long elements, Range body) {
    int all = Math.toIntExact(count);
    if (all > 0 && Place.current().apart()) {
      within(tensors -> body.run(tensors, 0, all));
      return;
    }
    Parallel.ranges(
        all, grain(elements), (from, to) -> within(tensors -> body.run(tensors, from, to - from)));
  }

  /** Runs body on pieces of the same elements of arrays without gaps. */
  static void flat(Consumer<Tensor[]> body, INDArray... arrays) {
    each(
        arrays[0].length(),
        1,
        (all, from, n) -> body.accept(parts(arrays, a -> all.flat(a, from, n))));
  }

  /** Runs body on pieces of the same rows of matrices. */
  static void rows(Consumer<Tensor[]> body, INDArray... matrices) {
    long width = Stream.of(matrices).mapToLong(matrix -> matrix.size(1)).max().orElseThrow();
    each(
        matrices[0].size(0),
        width,
        (all, from, n) -> body.accept(parts(matrices, m -> all.rows(m, from, n))));
  }

  private static Tensor[] parts(INDArray[] arrays, Function<INDArray, Tensor> part) {
    return Stream.of(arrays).map(part).toArray(Tensor[]::new);
  }

  /** Returns the number of rows per piece; unlimited if work is not divided. */
  static int grain(long elements) {
    return Place.current().apart()
        ? Integer.MAX_VALUE
        : (int) Math.max(1, GRAIN / Math.max(1, elements));
  }

  /** A piece of a loop. */
  @FunctionalInterface
  interface Range {

    /** Processes {@code count} rows from {@code from} on. */
    void run(Tensors tensors, int from, int count);
  }
}
