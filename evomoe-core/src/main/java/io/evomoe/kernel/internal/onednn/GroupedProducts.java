package io.evomoe.kernel.internal.onednn;

import io.evomoe.kernel.FeedForwardGradients.MapGradients;
import io.evomoe.kernel.FeedForwardNets.GroupedMap;
import io.evomoe.kernel.RowGroups;
import java.util.ArrayList;
import java.util.List;
import org.nd4j.linalg.api.ndarray.INDArray;

/** Linear maps of groups of rows, and gradients of any number of maps at a time. */
final class GroupedProducts {
  private final LargeProducts products;
  private final ColumnSums columnSums;

  GroupedProducts(LargeProducts products, ColumnSums columnSums) {
    this.products = products;
    this.columnSums = columnSums;
  }

  INDArray linear(INDArray x, RowGroups groups, GroupedMap map) {
    INDArray y = OneDnnKernels.matrix(groups.rows(), map.out());
    GroupedBands.run(
        groups,
        band ->
            products.linear(
                OneDnnKernels.row(x, band.inputRow(), map.in()),
                map.weight(band.group()),
                map.bias(band.group()),
                OneDnnKernels.row(y, band.row(), map.out()),
                band.rows()));
    return y;
  }

  INDArray inputGradient(INDArray dy, RowGroups groups, List<INDArray> weights) {
    long in = weights.get(0).size(0);
    long out = weights.get(0).size(1);
    INDArray dx = OneDnnKernels.matrix(groups.inputRows(), in);
    GroupedBands.runInputs(
        groups,
        band ->
            products.inputGradient(
                OneDnnKernels.row(dy, band.row(), out),
                weights.get(band.group()),
                OneDnnKernels.row(dx, band.inputRow(), in),
                band.rows(),
                groups.isShared() && band.group() > 0));
    return dx;
  }

  void parameterGradients(List<Gradient> gradients) {
    List<Runnable> pieces = new ArrayList<>();
    gradients.forEach(gradient -> addPieces(gradient, pieces));
    Pieces.run(pieces.size(), piece -> pieces.get(piece).run());
  }

  /** Both gradients of one map of all rows, at least one. */
  INDArray gradients(INDArray x, INDArray weight, INDArray dy, MapGradients into) {
    int rows = Math.toIntExact(x.size(0));
    long in = weight.size(0);
    long out = weight.size(1);
    INDArray dx = OneDnnKernels.matrix(rows, in);
    List<Runnable> pieces = new ArrayList<>();
    addPieces(new Gradient(Address.of(x), Address.of(dy), rows, into), pieces);
    for (int piece = 0; piece < Pieces.bands(rows); piece++) {
      int band = piece;
      pieces.add(
          () ->
              Pieces.band(
                  rows,
                  band,
                  (from, size) ->
                      products.inputGradient(
                          OneDnnKernels.row(dy, from, out),
                          weight,
                          OneDnnKernels.row(dx, from, in),
                          size,
                          false)));
    }
    Pieces.run(pieces.size(), piece -> pieces.get(piece).run());
    return dx;
  }

  private void addPieces(Gradient gradient, List<Runnable> pieces) {
    INDArray weight = gradient.into.weight().array();
    for (Tile tile : products.tiles(true, false, weight.size(0), weight.size(1))) {
      pieces.add(() -> parameterGradients(gradient, tile));
    }
  }

  /**
   * A tile of the gradient x^T dy [in, out] of a weight; the tiles at the top have those of the
   * bias, the column sums of dy, as well.
   */
  private void parameterGradients(Gradient gradient, Tile tile) {
    MapGradients into = gradient.into;
    int in = Math.toIntExact(into.weight().array().size(0));
    int out = Math.toIntExact(into.weight().array().size(1));
    products.multiply(
        true, false, gradient.x, gradient.dy, into.weight(), in, gradient.rows, out, tile);
    columnSums.of(gradient.dy, gradient.rows, out, into.bias(), tile);
  }

  /**
   * What the gradients of one map's parameters are made of.
   *
   * @param x address of the rows that went in
   * @param dy address of the gradients of those that came out
   * @param rows at least 1
   */
  record Gradient(long x, long dy, int rows, MapGradients into) {
    static Gradient of(INDArray x, INDArray dy, RowGroups groups, int group, MapGradients into) {
      return new Gradient(
          OneDnnKernels.row(x, groups.inputOffset(group), x.size(1)),
          OneDnnKernels.row(dy, groups.offset(group), dy.size(1)),
          groups.size(group),
          into);
    }
  }
}
