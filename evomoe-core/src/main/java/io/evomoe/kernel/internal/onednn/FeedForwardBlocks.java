package io.evomoe.kernel.internal.onednn;

import io.evomoe.kernel.ActivationFunction;
import io.evomoe.kernel.FeedForwardGradients;
import io.evomoe.kernel.FeedForwardNets;
import io.evomoe.kernel.FeedForwardNets.GroupedMap;
import io.evomoe.kernel.Kernels.FeedForwardPass;
import io.evomoe.kernel.RowGroups;
import io.evomoe.kernel.internal.onednn.GroupedProducts.Gradient;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.IntFunction;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Feed-forward nets in bands of rows of one group: a thread takes a band through both linear maps
 * and the activation, or back through them, while it is in its cache. The gradients of the weights
 * follow when all bands are through, each over all rows of its group.
 */
final class FeedForwardBlocks {
  private final GroupedProducts products;
  private final LargeProducts maps;
  private final ElementWise elementWise;
  private final ThreadLocal<Scratch> scratch =
      ThreadLocal.withInitial(() -> new Scratch(DataType.FLOAT));

  FeedForwardBlocks(LargeProducts maps, GroupedProducts products, ElementWise elementWise) {
    this.maps = maps;
    this.products = products;
    this.elementWise = elementWise;
  }

  FeedForwardPass forward(FeedForwardNets nets, INDArray x, RowGroups groups) {
    long width = nets.width();
    long hiddenWidth = nets.hidden();
    INDArray expanded = OneDnnKernels.matrix(groups.rows(), hiddenWidth);
    GroupedMap gating = nets.up();
    INDArray up = gating == null ? null : OneDnnKernels.matrix(groups.rows(), hiddenWidth);
    INDArray hidden = OneDnnKernels.matrix(groups.rows(), hiddenWidth);
    INDArray y = OneDnnKernels.matrix(groups.rows(), width);
    GroupedBands.run(
        groups,
        band -> {
          long from = OneDnnKernels.row(x, band.inputRow(), width);
          long e = OneDnnKernels.row(expanded, band.row(), hiddenWidth);
          long h = OneDnnKernels.row(hidden, band.row(), hiddenWidth);
          linear(nets.expand(), band, from, e);
          elementWise.activation(nets.activation(), e, h, band.rows() * hiddenWidth);
          if (up != null) {
            long u = OneDnnKernels.row(up, band.row(), hiddenWidth);
            linear(Objects.requireNonNull(gating), band, from, u);
            elementWise.multiply(h, u, h, band.rows() * hiddenWidth);
          }
          linear(nets.contract(), band, h, OneDnnKernels.row(y, band.row(), width));
        });
    return new FeedForwardPass(expanded, up, hidden, y);
  }

  private void linear(GroupedMap map, GroupedBands.Band band, long x, long y) {
    maps.linear(x, map.weight(band.group()), map.bias(band.group()), y, band.rows());
  }

  /** Returns the gradient of x; overwrites what the pass holds of the expanded rows. */
  INDArray backward(
      FeedForwardNets nets,
      INDArray x,
      RowGroups groups,
      FeedForwardPass forward,
      INDArray dy,
      IntFunction<FeedForwardGradients> into) {
    INDArray dx = OneDnnKernels.matrix(groups.inputRows(), nets.width());
    GroupedBands.runInputs(groups, band -> pullBand(nets, groups, band, forward, dy, dx));
    List<Gradient> gradients = new ArrayList<>();
    RowGroups inner = RowGroups.routed(groups.offsets());
    for (int g = 0; g < groups.count(); g++) {
      if (groups.size(g) > 0) {
        FeedForwardGradients net = into.apply(g);
        gradients.add(Gradient.of(forward.hidden(), dy, inner, g, net.contract()));
        gradients.add(Gradient.of(x, forward.expanded(), groups, g, net.expand()));
        INDArray dUp = forward.up();
        if (dUp != null) {
          gradients.add(Gradient.of(x, dUp, groups, g, Objects.requireNonNull(net.up())));
        }
      }
    }
    products.parameterGradients(gradients);
    return dx;
  }

  /** The gradients of a band's rows, between the maps and of what went in. */
  private void pullBand(
      FeedForwardNets nets,
      RowGroups groups,
      GroupedBands.Band band,
      FeedForwardPass forward,
      INDArray dy,
      INDArray dx) {
    int g = band.group();
    long hiddenWidth = nets.hidden();
    long length = band.rows() * hiddenWidth;
    long dHidden = scratch.get().address(3 * length);
    maps.inputGradient(
        OneDnnKernels.row(dy, band.row(), nets.width()),
        nets.contract().weight(g),
        dHidden,
        band.rows(),
        false);
    long e = OneDnnKernels.row(forward.expanded(), band.row(), hiddenWidth);
    INDArray up = forward.up();
    long u = up == null ? 0 : OneDnnKernels.row(up, band.row(), hiddenWidth);
    long toExpanded =
        up == null ? dHidden : gatedGradients(nets.activation(), e, u, dHidden, length);
    elementWise.activationGradient(nets.activation(), e, toExpanded, e, length);
    long to = OneDnnKernels.row(dx, band.inputRow(), nets.width());
    boolean add = groups.isShared() && g > 0;
    maps.inputGradient(e, nets.expand().weight(g), to, band.rows(), add);
    if (up != null) {
      INDArray weight = Objects.requireNonNull(nets.up()).weight(g);
      maps.inputGradient(u, weight, to, band.rows(), true);
    }
  }

  /**
   * Overwrites u with its gradient.
   *
   * @param dHidden scratch memory for three times as many elements
   * @return the gradient of the activation
   */
  private long gatedGradients(
      ActivationFunction activation, long e, long u, long dHidden, long length) {
    long activated = dHidden + length * Float.BYTES;
    long dActivated = activated + length * Float.BYTES;
    elementWise.activation(activation, e, activated, length);
    elementWise.multiply(dHidden, u, dActivated, length);
    elementWise.multiply(dHidden, activated, u, length);
    return dActivated;
  }
}
