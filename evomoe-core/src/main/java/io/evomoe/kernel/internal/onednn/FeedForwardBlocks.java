package io.evomoe.kernel.internal.onednn;

import io.evomoe.kernel.ActivationFunction;
import io.evomoe.kernel.FeedForwardNets;
import io.evomoe.kernel.FeedForwardNets.FeedForwardGradients;
import io.evomoe.kernel.FeedForwardNets.GroupedMap;
import io.evomoe.kernel.FeedForwardNets.MapGradients;
import io.evomoe.kernel.Kernels.FeedForwardPass;
import io.evomoe.kernel.RepeatedArrays;
import io.evomoe.kernel.RowGroups;
import io.evomoe.kernel.internal.onednn.Operands.Operand;
import io.evomoe.kernel.internal.onednn.Operands.Target;
import io.evomoe.kernel.internal.onednn.Operands.Weight;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.IntFunction;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Feed-forward nets in bands of rows of one group. A thread computes both linear maps and the
 * activation of a band, forward or backward, while it is in its cache. The gradients of the weights
 * follow after all bands, each over all rows of its group. If all groups have few rows, reading the
 * weights takes the time, so threads share each map forward.
 *
 * <p>Arrays between the maps, forward and backward, have the type of the products' operands.
 */
final class FeedForwardBlocks {
  private final Products products;
  private final ElementWise elementWise;
  private final Scratch scratch;

  FeedForwardBlocks(Products products) {
    this.products = products;
    this.elementWise = new ElementWise(new PrimitiveCache(), products.type());
    this.scratch = new Scratch(products.type());
  }

  FeedForwardPass forward(FeedForwardNets nets, INDArray x, RowGroups groups) {
    Operands operands = products.operands();
    Operand in = operands.of(x);
    List<Weight> expand = weights(nets.expand(), groups, operands);
    List<Weight> gate = weights(nets.up(), groups, operands);
    List<Weight> contract = weights(nets.contract(), groups, operands);
    operands.ready();
    INDArray up = nets.up() == null ? null : between(nets, groups);
    Between rows = new Between(between(nets, groups), up, between(nets, groups));
    INDArray y = OneDnnKernels.floats(groups.rows(), nets.width());
    Forward forward = new Forward(nets, in, expand, gate, contract, groups, rows, y);
    if (IntStream.range(0, groups.count()).allMatch(g -> products.isFew(groups.size(g)))) {
      mapByMap(forward);
    } else {
      bandByBand(forward);
    }
    return new FeedForwardPass(y, (dy, into) -> backward(nets, x, groups, rows, dy, into));
  }

  private void bandByBand(Forward forward) {
    FeedForwardNets nets = forward.nets;
    Between between = forward.between;
    Pieces.ofGroups(
        forward.groups,
        band -> {
          int g = band.group();
          int rows = band.rows();
          long from = products.row(forward.in, band.inputRow(), nets.width());
          Target e = Target.of(between.expanded, band.row());
          products.linear(from, forward.expand.get(g), e, rows);
          if (between.up != null) {
            Target u = Target.of(between.up, band.row());
            products.linear(from, forward.gate.get(g), u, rows);
          }
          long first = band.row() * nets.hidden();
          activate(nets.activation(), between, first, rows * nets.hidden());
          long h = Address.row(between.hidden, band.row());
          Target to = Target.of(forward.y, band.row());
          products.linear(h, forward.contract.get(g), to, rows);
        });
  }

  private void mapByMap(Forward forward) {
    FeedForwardNets nets = forward.nets;
    Between between = forward.between;
    RowGroups groups = forward.groups;
    List<Runnable> expand = new ArrayList<>();
    products.addLinear(forward.in, forward.expand, groups, between.expanded, expand);
    if (between.up != null) {
      products.addLinear(forward.in, forward.gate, groups, between.up, expand);
    }
    Pieces.run(expand);
    Pieces.ofElements(
        between.hidden.length(),
        (bytes, length) -> activate(nets.activation(), between, bytes / Float.BYTES, length));
    List<Runnable> contract = new ArrayList<>();
    Operand hidden = products.operands().of(between.hidden);
    RowGroups inner = RowGroups.routed(groups.offsets());
    products.addLinear(hidden, forward.contract, inner, forward.y, contract);
    Pieces.run(contract);
  }

  /** Computes some elements of the hidden rows from those between the maps. */
  private void activate(ActivationFunction activation, Between between, long first, long length) {
    long e = Address.element(between.expanded, first);
    long h = Address.element(between.hidden, first);
    elementWise.activation(activation, e, h, length);
    if (between.up != null) {
      elementWise.multiply(h, Address.element(between.up, first), h, length);
    }
  }

  private INDArray between(FeedForwardNets nets, RowGroups groups) {
    return RepeatedArrays.create(products.type(), groups.rows(), nets.hidden());
  }

  private static List<Weight> weights(
      @Nullable GroupedMap map, RowGroups groups, Operands operands) {
    return map == null ? List.of() : operands.ofWeights(map, groups);
  }

  /** Returns the gradient of x. Overwrites the rows before the activation, and those beside it. */
  private INDArray backward(
      FeedForwardNets nets,
      INDArray x,
      RowGroups groups,
      Between forward,
      INDArray dy,
      IntFunction<FeedForwardGradients> into) {
    Operands operands = products.operands();
    Operand in = operands.of(x);
    Operand dOut = operands.of(dy);
    List<Weight> expand = weights(nets.expand(), groups, operands);
    List<Weight> gate = weights(nets.up(), groups, operands);
    List<Weight> contract = weights(nets.contract(), groups, operands);
    INDArray dx = OneDnnKernels.floats(groups.inputRows(), nets.width());
    operands.ready();
    Pieces.ofGroupInputs(
        groups,
        band -> {
          int g = band.group();
          int rows = band.rows();
          long dRows = products.row(dOut, band.row(), nets.width());
          Target dHidden = new Target(scratch.address(3L * rows * nets.hidden()), products.type());
          products.inputGradient(dRows, contract.get(g), dHidden, rows, false);
          pullActivation(nets.activation(), forward, band, dHidden.address());
          Target to = Target.of(dx, band.inputRow());
          long e = Address.row(forward.expanded, band.row());
          products.inputGradient(e, expand.get(g), to, rows, groups.isShared() && g > 0);
          if (forward.up != null) {
            long u = Address.row(forward.up, band.row());
            products.inputGradient(u, gate.get(g), to, rows, true);
          }
        });
    Operand hidden = operands.of(forward.hidden);
    Operand dExpanded = operands.of(forward.expanded);
    Operand dUp = forward.up == null ? null : operands.of(forward.up);
    List<Runnable> pieces = new ArrayList<>();
    RowGroups inner = RowGroups.routed(groups.offsets());
    for (int g = 0; g < groups.count(); g++) {
      if (groups.size(g) > 0) {
        FeedForwardGradients net = into.apply(g);
        long d = nets.width();
        long h = nets.hidden();
        products.addGradients(hidden, h, dOut, d, inner, g, net.contract(), pieces);
        products.addGradients(in, d, dExpanded, h, groups, g, net.expand(), pieces);
        if (dUp != null) {
          MapGradients up = Objects.requireNonNull(net.up());
          products.addGradients(in, d, dUp, h, groups, g, up, pieces);
        }
      }
    }
    Pieces.run(pieces);
    return dx;
  }

  /**
   * Overwrites the rows of a band before the activation, and those beside it, with their gradients.
   *
   * @param dHidden scratch memory for three times as many elements; the first are the gradients of
   *     the hidden rows
   */
  private void pullActivation(
      ActivationFunction activation, Between forward, Pieces.GroupBand band, long dHidden) {
    long e = Address.row(forward.expanded, band.row());
    long length = band.rows() * forward.expanded.size(1);
    long dActivated = dHidden;
    if (forward.up != null) {
      long u = Address.row(forward.up, band.row());
      long bytes = length * products.type().width();
      long activated = dHidden + bytes;
      dActivated = activated + bytes;
      elementWise.activation(activation, e, activated, length);
      elementWise.multiply(dHidden, u, dActivated, length);
      elementWise.multiply(dHidden, activated, u, length);
    }
    elementWise.activationGradient(activation, e, dActivated, e, length);
  }

  /** A forward pass: what it reads, and what it writes. */
  private record Forward(
      FeedForwardNets nets,
      Operand in,
      List<Weight> expand,
      List<Weight> gate,
      List<Weight> contract,
      RowGroups groups,
      Between between,
      INDArray y) {}

  /** The rows between the maps: before the activation, beside it, and after it. */
  private record Between(INDArray expanded, @Nullable INDArray up, INDArray hidden) {}
}
