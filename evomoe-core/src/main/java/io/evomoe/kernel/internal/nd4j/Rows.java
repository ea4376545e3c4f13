package io.evomoe.kernel.internal.nd4j;

import io.evomoe.kernel.RoutedRows;
import io.evomoe.kernel.RowBounds;
import java.util.Arrays;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.api.ops.DynamicCustomOp;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.factory.ops.NDBase;

/** Moves of whole rows by index. */
final class Rows {
  private Rows() {}

  static INDArray gather(INDArray x, int[] rows) {
    if (rows.length == 0) {
      return Nd4j.createUninitialized(x.dataType(), 0, x.columns());
    }
    RowBounds.require(rows, x.rows());
    return new NDBase().gather(x, Nd4j.createFromArray(rows), 0);
  }

  /**
   * Adds row i of x to row {@code rows[i]} of a matrix. Rows with the same target are summed first,
   * because the order of additions in ND4J's scatter depends on the backend.
   */
  static void scatter(INDArray x, int[] rows, INDArray into) {
    if (rows.length == 0) {
      return;
    }
    RowBounds.require(rows, into.rows());
    RowSums sums = RowSums.of(x, rows);
    Nd4j.exec(
        DynamicCustomOp.builder("scatter_add")
            .addInputs(into, Nd4j.createFromArray(sums.rows()), sums.values())
            .addOutputs(into)
            .build());
  }

  /** Returns values[i] at the position of i, zeros elsewhere. */
  static INDArray place(INDArray values, RoutedRows rows) {
    INDArray placed = zeros(values.dataType(), rows.n(), rows.groups());
    if (rows.length() > 0) {
      RowBounds.require(rows.rows(), rows.n());
      INDArray flat = placed.reshape(placed.length());
      Nd4j.exec(
          DynamicCustomOp.builder("scatter_add")
              .addInputs(flat, Nd4j.createFromArray(rows.places()), values)
              .addOutputs(flat)
              .build());
    }
    return placed;
  }

  /**
   * Returns x in rows with a nonzero value in {@code beside}, zeros elsewhere, even if x is NaN
   * there.
   */
  static INDArray where(INDArray x, INDArray beside) {
    INDArray chosen = x.dup('c');
    double[] numbers = beside.reshape(beside.length()).toDoubleVector();
    int width = beside.columns();
    for (int i = 0; i < chosen.rows(); i++) {
      if (Arrays.stream(numbers, i * width, (i + 1) * width).allMatch(number -> number == 0)) {
        chosen.getRow(i).assign(0);
      }
    }
    return chosen;
  }

  static INDArray zeros(DataType type, long rows, long columns) {
    return Nd4j.createUninitialized(type, rows, columns).assign(0);
  }

  static INDArray vector(DataType type, double[] values) {
    return Nd4j.createFromArray(values).castTo(type);
  }
}
