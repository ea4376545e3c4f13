package io.evomoe.kernel.internal.torch;

import io.evomoe.kernel.Accumulator;
import io.evomoe.kernel.RoutedRows;
import io.evomoe.kernel.RowBounds;
import java.util.Arrays;
import java.util.stream.IntStream;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.ScalarTypeOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.nd4j.linalg.api.ndarray.INDArray;

/** Moves whole rows by index. Rows with one destination are added in their order. */
final class RowMoves {
  private static final long[] COLUMNS = {1};

  private RowMoves() {}

  static void gather(INDArray x, int[] rows, INDArray y) {
    RowBounds.require(rows, x.size(0));
    if (!y.isEmpty()) {
      Work.each(
          rows.length,
          x.size(1),
          (tensors, from, count) ->
              torch.index_select_out(
                  tensors.rows(y, from, count),
                  tensors.of(x),
                  0,
                  some(tensors, rows, from, count)));
    }
  }

  static void scatter(INDArray x, int[] rows, Accumulator into) {
    RowBounds.require(rows, into.array().size(0));
    Products.scale(into);
    if (!x.isEmpty()) {
      try (Tensors tensors = new Tensors()) {
        tensors.of(into.array()).index_add_(0, tensors.of(rows), tensors.of(x));
      }
    }
  }

  static void combine(INDArray x, int[] rows, double[] weights, INDArray y) {
    RowBounds.require(rows, y.size(0));
    Products.scale(new Accumulator(y, 0));
    if (!x.isEmpty()) {
      try (Tensors tensors = new Tensors()) {
        Tensor factors = tensors.of(weights, x.dataType()).unsqueeze(1);
        tensors.of(y).index_add_(0, tensors.of(rows), tensors.of(x).mul(factors));
      }
    }
  }

  static void spread(INDArray dy, int[] rows, double[] weights, INDArray dx) {
    gather(dy, rows, dx);
    if (!dx.isEmpty()) {
      Work.each(
          rows.length,
          dx.size(1),
          (tensors, from, count) -> {
            double[] own = Arrays.copyOfRange(weights, from, from + count);
            tensors.rows(dx, from, count).mul_(tensors.of(own, dx.dataType()).unsqueeze(1));
          });
    }
  }

  static void dots(INDArray x, INDArray y, int[] rows, INDArray dots) {
    RowBounds.require(rows, y.size(0));
    Work.each(
        rows.length,
        x.size(1),
        (tensors, from, count) -> {
          Tensor picked = tensors.of(y).index_select(0, some(tensors, rows, from, count));
          Tensor products = picked.mul_(tensors.rows(x, from, count));
          ScalarTypeOptional exact = new ScalarTypeOptional(ScalarType.Double);
          tensors.flat(dots, from, count).copy_(products.sum(COLUMNS, false, exact));
        });
  }

  /** Returns zeros, except values[i] at the place of i. */
  static void place(INDArray values, RoutedRows rows, INDArray placed) {
    RowBounds.require(rows.rows(), placed.size(0));
    Elements.clear(placed);
    if (rows.length() > 0) {
      long[] places = IntStream.of(rows.places()).asLongStream().toArray();
      try (Tensors tensors = new Tensors()) {
        tensors.flat(placed).index_copy_(0, tensors.of(places), tensors.flat(values));
      }
    }
  }

  /** Returns x in rows whose row in {@code beside} has a nonzero number, else zeros. */
  static INDArray where(INDArray x, INDArray beside, INDArray y) {
    Work.each(
        x.size(0),
        x.size(1) + beside.size(1),
        (tensors, from, count) -> {
          Tensor silent =
              tensors.rows(beside, from, count).ne(new Scalar(0.0)).any(1, true).logical_not();
          torch.masked_fill_out(
              tensors.rows(y, from, count), tensors.rows(x, from, count), silent, new Scalar(0.0));
        });
    return y;
  }

  private static Tensor some(Tensors tensors, int[] rows, int from, int count) {
    return tensors.of(Arrays.copyOfRange(rows, from, from + count));
  }
}
