package io.evomoe.kernel.internal.onednn;

import io.evomoe.kernel.ActivationFunction;
import io.evomoe.kernel.FeedForwardGradients;
import io.evomoe.kernel.FeedForwardNets;
import io.evomoe.kernel.FeedForwardNets.GroupedMap;
import io.evomoe.kernel.FeedForwardPass;
import io.evomoe.kernel.RowGroups;
import io.evomoe.kernel.internal.onednn.Operands.Target;
import io.evomoe.kernel.internal.onednn.Operands.Weight;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * Feed-forward nets in bands of rows of one group. A thread computes both linear maps and the
 * activation of a band, forward or backward, while it is in its cache. The gradients of the weights
 * follow after all bands, each over all rows of its group.
 *
 * <p>Arrays between the maps, forward and backward, have the type of the products' operands.
 */
final class FeedForwardBlocks {
  private final Products products;
  private final ElementWise elementWise;
  private final ThreadLocal<Scratch> scratch;

  FeedForwardBlocks(Products products) {
    this.products = products;
    this.elementWise = new ElementWise(new PrimitiveCache(), products.type());
    this.scratch = ThreadLocal.withInitial(() -> new Scratch(products.type()));
  }

  FeedForwardPass forward(FeedForwardNets nets, INDArray x, RowGroups groups) {
    Operands operands = products.operands();
    Operand in = operands.of(x);
    List<Weight> expand = weights(nets.expand(), groups, operands);
    List<Weight> gate = weights(nets.up(), groups, operands);
    List<Weight> contract = weights(nets.contract(), groups, operands);
    operands.ready();
    INDArray expanded = between(nets, groups);
    GroupedMap gating = nets.up();
    INDArray up = gating == null ? null : between(nets, groups);
    INDArray hidden = between(nets, groups);
    INDArray y = OneDnnKernels.floats(groups.rows(), nets.width());
    Pieces.ofGroups(
        groups,
        band -> {
          int g = band.group();
          int rows = band.rows();
          long length = rows * nets.hidden();
          long from = products.row(in, band.inputRow(), nets.width());
          Target e = Target.of(expanded, band.row());
          Target h = Target.of(hidden, band.row());
          products.linear(from, expand.get(g), nets.expand().bias(g), e, rows);
          elementWise.activation(nets.activation(), e.address(), h.address(), length);
          if (up != null) {
            Target u = Target.of(up, band.row());
            products.linear(from, gate.get(g), Objects.requireNonNull(gating).bias(g), u, rows);
            elementWise.multiply(h.address(), u.address(), h.address(), length);
          }
          Target to = Target.of(y, band.row());
          products.linear(h.address(), contract.get(g), nets.contract().bias(g), to, rows);
        });
    return new FeedForwardPass(expanded, up, hidden, y);
  }

  private INDArray between(FeedForwardNets nets, RowGroups groups) {
    return Nd4j.createUninitialized(products.type(), groups.rows(), nets.hidden());
  }

  private static List<Weight> weights(
      @Nullable GroupedMap map, RowGroups groups, Operands operands) {
    if (map == null) {
      return List.of();
    }
    return operands.ofWeights(map.weights(), groups);
  }

  /** Returns the gradient of x. Overwrites the expanded rows of the pass. */
  INDArray backward(
      FeedForwardNets nets,
      INDArray x,
      RowGroups groups,
      FeedForwardPass forward,
      INDArray dy,
      IntFunction<FeedForwardGradients> into) {
    Operands operands = products.operands();
    Operand in = operands.of(x);
    Operand dOut = operands.of(dy);
    Backward backward =
        new Backward(
            nets,
            groups,
            forward,
            dOut,
            weights(nets.expand(), groups, operands),
            weights(nets.up(), groups, operands),
            weights(nets.contract(), groups, operands),
            OneDnnKernels.floats(groups.inputRows(), nets.width()));
    operands.ready();
    Pieces.ofGroupInputs(groups, band -> pull(band, backward));
    Operand hidden = operands.of(forward.hidden());
    Operand dExpanded = operands.of(forward.expanded());
    Operand dUp = forward.up() == null ? null : operands.of(forward.up());
    List<Runnable> pieces = new ArrayList<>();
    RowGroups inner = RowGroups.routed(groups.offsets());
    for (int g = 0; g < groups.count(); g++) {
      if (groups.size(g) > 0) {
        FeedForwardGradients net = into.apply(g);
        products.addGradients(hidden, dOut, inner, g, net.contract(), pieces);
        products.addGradients(in, dExpanded, groups, g, net.expand(), pieces);
        if (dUp != null) {
          products.addGradients(in, dUp, groups, g, Objects.requireNonNull(net.up()), pieces);
        }
      }
    }
    Pieces.run(pieces);
    return backward.dx;
  }

  /** Computes the gradients of a band's rows, between the maps and at the input. */
  private void pull(Pieces.GroupBand band, Backward b) {
    int g = band.group();
    int rows = band.rows();
    long length = rows * b.nets.hidden();
    long dHidden = scratch.get().address(3 * length);
    Target inScratch = new Target(dHidden, products.type());
    long dOut = products.row(b.dOut, band.row(), b.nets.width());
    products.inputGradient(dOut, b.contract.get(g), inScratch, rows, false);
    long e = Address.row(b.forward.expanded(), band.row());
    INDArray up = b.forward.up();
    long u = up == null ? 0 : Address.row(up, band.row());
    ActivationFunction activation = b.nets.activation();
    long toExpanded = up == null ? dHidden : gatedGradients(activation, e, u, dHidden, length);
    elementWise.activationGradient(activation, e, toExpanded, e, length);
    Target to = Target.of(b.dx, band.inputRow());
    products.inputGradient(e, b.expand.get(g), to, rows, b.groups.isShared() && g > 0);
    if (up != null) {
      products.inputGradient(u, b.up.get(g), to, rows, true);
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
    long bytes = length * products.type().width();
    long activated = dHidden + bytes;
    long dActivated = activated + bytes;
    elementWise.activation(activation, e, activated, length);
    elementWise.multiply(dHidden, u, dActivated, length);
    elementWise.multiply(dHidden, activated, u, length);
    return dActivated;
  }

  /** The inputs of all bands of a backward pass, and dx, which they write. */
  private record Backward(
      FeedForwardNets nets,
      RowGroups groups,
      FeedForwardPass forward,
      Operand dOut,
      List<Weight> expand,
      List<Weight> up,
      List<Weight> contract,
      INDArray dx) {}
}
