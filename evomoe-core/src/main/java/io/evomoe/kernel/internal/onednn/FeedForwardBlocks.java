package io.evomoe.kernel.internal.onednn;

import io.evomoe.kernel.FeedForwardGradients;
import io.evomoe.kernel.FeedForwardNets;
import io.evomoe.kernel.Kernels.FeedForwardPass;
import io.evomoe.kernel.RowGroups;
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
        products.linear(
            from, nets.expandWeights().get(g), nets.expandBiases().get(g), e, rows, computed);
        elementWise.activationAtOnce(nets.activation(), e, h, computed * hiddenWidth);
        products.linear(
            h, nets.contractWeights().get(g), nets.contractBiases().get(g), to, rows, computed);
      }
    }
    return new FeedForwardPass(expanded, hidden, y);
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
    long dHidden = scratch.get().address((BLOCK + products.room() + 8L) * hiddenWidth);
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
            nets.contractWeights().get(g),
            OneDnnKernels.row(dy, row, width),
            dHidden,
            rows,
            computed,
            false,
            net.contractWeight(),
            net.contractBias());
        elementWise.activationGradientAtOnce(
            nets.activation(),
            OneDnnKernels.row(forward.expanded(), row, hiddenWidth),
            dHidden,
            dHidden,
            computed * hiddenWidth);
        products.gradients(
            OneDnnKernels.row(x, inputRow, width),
            nets.expandWeights().get(g),
            dHidden,
            OneDnnKernels.row(dx, inputRow, width),
            rows,
            computed,
            groups.isShared() && g > 0,
            net.expandWeight(),
            net.expandBias());
        net = net.further();
      }
    }
    return dx;
  }
}
