package io.evomoe.kernel.internal.onednn;

import io.evomoe.kernel.FeedForwardGradients;
import io.evomoe.kernel.FeedForwardNets;
import io.evomoe.kernel.FeedForwardNets.GroupedMap;
import io.evomoe.kernel.Kernels.FeedForwardPass;
import io.evomoe.kernel.RowGroups;
import java.util.Objects;
import java.util.function.IntFunction;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Feed-forward nets in blocks of at most {@value #BLOCK} rows of one group: a block goes through
 * both linear maps and the activation, or back through them, while it is in the cache. The
 * gradients between the two maps are never kept.
 *
 * <p>Blocks are computed in the order of their rows on row counts that products like; what one
 * writes past its end the next overwrites.
 */
final class FeedForwardBlocks {
  private static final int BLOCK = 512;

  private final LargeProducts products;
  private final ElementWise elementWise = new ElementWise(new PrimitiveCache());
  private final ThreadLocal<Scratch> scratch =
      ThreadLocal.withInitial(() -> new Scratch(DataType.FLOAT));

  FeedForwardBlocks(LargeProducts products) {
    this.products = products;
  }

  FeedForwardPass forward(FeedForwardNets nets, INDArray x, RowGroups groups) {
    long width = nets.width();
    long hiddenWidth = nets.hidden();
    INDArray expanded = products.result(groups, groups.rows(), hiddenWidth);
    GroupedMap gating = nets.up();
    INDArray up = gating == null ? null : products.result(groups, groups.rows(), hiddenWidth);
    INDArray hidden = products.result(groups, groups.rows(), hiddenWidth);
    INDArray y = products.result(groups, groups.rows(), width);
    for (int g = 0; g < groups.count(); g++) {
      for (int start = 0; start < groups.size(g); start += BLOCK) {
        int rows = Math.min(BLOCK, groups.size(g) - start);
        int computed = products.computed(groups, g, start, rows);
        int row = groups.offset(g) + start;
        long from = OneDnnKernels.row(x, groups.inputOffset(g) + start, width);
        long e = OneDnnKernels.row(expanded, row, hiddenWidth);
        long h = OneDnnKernels.row(hidden, row, hiddenWidth);
        long to = OneDnnKernels.row(y, row, width);
        linear(nets.expand(), g, from, e, rows, computed);
        elementWise.activationAtOnce(nets.activation(), e, h, computed * hiddenWidth);
        if (up != null) {
          long u = OneDnnKernels.row(up, row, hiddenWidth);
          linear(Objects.requireNonNull(gating), g, from, u, rows, computed);
          elementWise.multiplyAtOnce(h, u, h, computed * hiddenWidth);
        }
        linear(nets.contract(), g, h, to, rows, computed);
      }
    }
    return new FeedForwardPass(expanded, up, hidden, y);
  }

  private void linear(GroupedMap map, int group, long x, long y, int rows, int computed) {
    products.linear(x, map.weight(group), map.bias(group), y, rows, computed);
  }

  /** Returns the gradient of x. */
  INDArray backward(
      FeedForwardNets nets,
      INDArray x,
      RowGroups groups,
      FeedForwardPass forward,
      INDArray dy,
      IntFunction<FeedForwardGradients> into) {
    long width = nets.width();
    long hiddenWidth = nets.hidden();
    INDArray dx = products.result(groups, groups.inputRows(), width);
    GroupedMap gating = nets.up();
    long block = (BLOCK + products.room() + 8L) * hiddenWidth;
    long dHidden = scratch.get().address(gating == null ? block : 2 * block);
    long dUp = dHidden + block * Float.BYTES;
    for (int g = 0; g < groups.count(); g++) {
      if (groups.size(g) == 0) {
        continue;
      }
      FeedForwardGradients net = into.apply(g);
      for (int start = 0; start < groups.size(g); start += BLOCK) {
        int rows = Math.min(BLOCK, groups.size(g) - start);
        int computed = products.computed(groups, g, start, rows);
        int row = groups.offset(g) + start;
        int inputRow = groups.inputOffset(g) + start;
        products.gradients(
            OneDnnKernels.row(forward.hidden(), row, hiddenWidth),
            nets.contract().weight(g),
            OneDnnKernels.row(dy, row, width),
            dHidden,
            rows,
            computed,
            false,
            net.contract());
        long e = OneDnnKernels.row(forward.expanded(), row, hiddenWidth);
        long length = computed * hiddenWidth;
        INDArray up = forward.up();
        if (up != null) {
          elementWise.activationAtOnce(nets.activation(), e, dUp, length);
          elementWise.multiplyAtOnce(dUp, dHidden, dUp, length);
          long u = OneDnnKernels.row(up, row, hiddenWidth);
          elementWise.multiplyAtOnce(dHidden, u, dHidden, length);
        }
        elementWise.activationGradientAtOnce(nets.activation(), e, dHidden, dHidden, length);
        products.gradients(
            OneDnnKernels.row(x, inputRow, width),
            nets.expand().weight(g),
            dHidden,
            OneDnnKernels.row(dx, inputRow, width),
            rows,
            computed,
            groups.isShared() && g > 0,
            net.expand());
        if (gating != null) {
          products.gradients(
              OneDnnKernels.row(x, inputRow, width),
              gating.weight(g),
              dUp,
              OneDnnKernels.row(dx, inputRow, width),
              rows,
              computed,
              true,
              Objects.requireNonNull(net.up()));
        }
        net = net.further();
      }
    }
    return dx;
  }
}
