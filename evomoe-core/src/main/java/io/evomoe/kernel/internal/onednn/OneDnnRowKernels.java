package io.evomoe.kernel.internal.onednn;

import io.evomoe.kernel.Accumulator;
import io.evomoe.kernel.RoutedRows;
import io.evomoe.kernel.RowKernels;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Moves of rows in Java loops, because oneDNN does not have them, and softmax by its primitives.
 */
abstract class OneDnnRowKernels implements RowKernels {
  final PrimitiveCache cache = new PrimitiveCache();
  final SoftmaxRows softmax = new SoftmaxRows(cache);

  @Override
  public INDArray gatherRows(INDArray x, int[] rows) {
    INDArray y = OneDnnKernels.matrix(rows.length, x.size(1));
    Rows.gather(x, rows, y);
    return y;
  }

  @Override
  public void scatterRowsInto(INDArray x, int[] rows, Accumulator into) {
    OneDnnKernels.clearIfFresh(into);
    Rows.scatterAdd(x, rows, into.array());
  }

  @Override
  public INDArray combineRows(INDArray x, int[] rows, double[] weights, int n) {
    INDArray y = OneDnnKernels.matrix(n, x.size(1));
    Rows.combine(x, rows, weights, y);
    return y;
  }

  @Override
  public INDArray spreadRows(INDArray dy, int[] rows, double[] weights) {
    INDArray y = OneDnnKernels.matrix(rows.length, dy.size(1));
    Rows.spread(dy, rows, weights, y);
    return y;
  }

  @Override
  public INDArray rowDots(INDArray x, INDArray y, int[] rows) {
    INDArray dots = OneDnnKernels.vector(rows.length);
    Rows.dots(x, y, rows, dots);
    return dots;
  }

  @Override
  public INDArray place(INDArray values, RoutedRows rows) {
    INDArray y = OneDnnKernels.matrix(rows.n(), rows.groups());
    Rows.place(values, rows, y);
    return y;
  }

  @Override
  public INDArray rowsWhere(INDArray x, INDArray beside) {
    INDArray y = OneDnnKernels.like(x);
    Rows.where(x, beside, y);
    return y;
  }

  @Override
  public INDArray softmax(INDArray x) {
    INDArray y = OneDnnKernels.like(x);
    int width = (int) x.size(1);
    Pieces.ofRows(
        (int) x.size(0),
        (from, rows) -> softmax.forward(Address.row(x, from), Address.row(y, from), rows, width));
    return y;
  }

  @Override
  public INDArray softmaxGradient(INDArray y, INDArray dy) {
    INDArray dx = OneDnnKernels.like(y);
    int width = (int) y.size(1);
    Pieces.ofRows(
        (int) y.size(0),
        (from, rows) ->
            softmax.backward(
                Address.row(y, from), Address.row(dy, from), Address.row(dx, from), rows, width));
    return dx;
  }
}
