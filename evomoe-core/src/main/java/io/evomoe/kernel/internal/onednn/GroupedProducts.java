package io.evomoe.kernel.internal.onednn;

import io.evomoe.kernel.FeedForwardGradients.MapGradients;
import io.evomoe.kernel.FeedForwardNets.GroupedMap;
import io.evomoe.kernel.RowGroups;
import io.evomoe.kernel.internal.onednn.LargeProducts.Target;
import io.evomoe.kernel.internal.onednn.LargeProducts.Weight;
import java.util.ArrayList;
import java.util.List;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** Linear maps of groups of rows, and gradients of any number of maps at a time. */
final class GroupedProducts {
  private final LargeProducts products;

  GroupedProducts(LargeProducts products) {
    this.products = products;
  }

  /** Returns the type of operands. */
  DataType type() {
    return products.type();
  }

  /** Writes the maps of x to y, which may have another type. */
  void linear(INDArray x, RowGroups groups, GroupedMap map, INDArray y) {
    Operands operands = products.operands();
    Operand in = operands.of(x);
    List<Operand> weights = operands.ofWeights(map.weights(), groups);
    operands.ready();
    GroupedBands.run(
        groups,
        band ->
            products.linear(
                row(in, band.inputRow(), map.in()),
                new Weight(weights.get(band.group()), map.in(), map.out()),
                map.bias(band.group()),
                Target.of(y, band.row()),
                band.rows()));
  }

  INDArray inputGradient(INDArray dy, RowGroups groups, List<INDArray> weights) {
    long in = weights.get(0).size(0);
    long out = weights.get(0).size(1);
    INDArray dx = OneDnnKernels.matrix(groups.inputRows(), in);
    Operands operands = products.operands();
    Operand gradient = operands.of(dy);
    List<Operand> values = operands.ofWeights(weights, groups);
    operands.ready();
    GroupedBands.runInputs(
        groups,
        band ->
            products.inputGradient(
                row(gradient, band.row(), out),
                new Weight(values.get(band.group()), in, out),
                Target.of(dx, band.inputRow()),
                band.rows(),
                groups.isShared() && band.group() > 0));
    return dx;
  }

  /** Computes the parameter gradients of one map, over the rows of one group, at least one. */
  void parameterGradients(INDArray x, INDArray dy, RowGroups groups, int group, MapGradients into) {
    Operands operands = products.operands();
    int rows = groups.size(group);
    Operand in = operands.ofRows(x, groups.inputOffset(group), rows);
    Operand gradient = operands.ofRows(dy, groups.offset(group), rows);
    operands.ready();
    parameterGradients(List.of(new Gradient(in.address(), gradient.address(), rows, into)));
  }

  void parameterGradients(List<Gradient> gradients) {
    List<Runnable> pieces = new ArrayList<>();
    gradients.forEach(gradient -> addPieces(gradient, pieces));
    Pieces.run(pieces);
  }

  /** Returns the inputs of the gradients over the rows of one group. */
  Gradient gradient(Operand x, Operand dy, RowGroups groups, int group, MapGradients into) {
    INDArray weight = into.weight().array();
    return new Gradient(
        row(x, groups.inputOffset(group), weight.size(0)),
        row(dy, groups.offset(group), weight.size(1)),
        groups.size(group),
        into);
  }

  /**
   * Computes both gradients of one map of all rows, at least one. Returns that of x, in its type.
   */
  INDArray gradients(INDArray x, INDArray weight, INDArray dy, MapGradients into) {
    int rows = Math.toIntExact(x.size(0));
    INDArray dx = Nd4j.createUninitialized(x.dataType(), rows, weight.size(0));
    int most = products.rowsAtOnce(weight.size(1));
    MapGradients sums = into;
    for (int from = 0; from < rows; from += Math.min(most, rows - from)) {
      gradients(x, weight, dy, sums, dx, from, Math.min(most, rows - from));
      sums = into.further();
    }
    return dx;
  }

  private void gradients(
      INDArray x,
      INDArray weight,
      INDArray dy,
      MapGradients into,
      INDArray dx,
      int from,
      int rows) {
    long in = weight.size(0);
    long out = weight.size(1);
    Operands operands = products.operands();
    Operand left = operands.ofRows(x, from, rows);
    Operand right = operands.ofRows(dy, from, rows);
    Weight values = new Weight(operands.of(weight), in, out);
    operands.ready();
    List<Runnable> pieces = new ArrayList<>();
    addPieces(new Gradient(left.address(), right.address(), rows, into), pieces);
    for (int piece = 0; piece < Pieces.bands(rows); piece++) {
      int band = piece;
      pieces.add(
          () ->
              Pieces.band(
                  rows,
                  band,
                  (i, size) ->
                      products.inputGradient(
                          row(right, i, out), values, Target.of(dx, from + i), size, false)));
    }
    Pieces.run(pieces);
  }

  /** Returns the address of a row of an operand. */
  long row(Operand operand, long row, long width) {
    return operand.address() + row * width * products.type().width();
  }

  private void addPieces(Gradient gradient, List<Runnable> pieces) {
    INDArray weight = gradient.into.weight().array();
    for (Tile tile : products.tiles(true, false, weight.size(0), weight.size(1))) {
      pieces.add(() -> parameterGradients(gradient, tile));
    }
  }

  /**
   * Computes a tile of the gradient x^T dy [in, out] of a weight. The tiles at the top also compute
   * the bias gradient, the column sums of dy.
   */
  private void parameterGradients(Gradient gradient, Tile tile) {
    MapGradients into = gradient.into;
    int in = Math.toIntExact(into.weight().array().size(0));
    int out = Math.toIntExact(into.weight().array().size(1));
    products.multiply(
        true, false, gradient.x, gradient.dy, into.weight(), in, gradient.rows, out, tile);
    products.columnSums(gradient.dy, gradient.rows, out, into.bias(), tile);
  }

  /**
   * The inputs of the gradients of one map's parameters.
   *
   * @param x address of the input rows, operands
   * @param dy address of the gradients of the output rows, operands
   * @param rows at least 1
   */
  record Gradient(long x, long dy, int rows, MapGradients into) {}
}
