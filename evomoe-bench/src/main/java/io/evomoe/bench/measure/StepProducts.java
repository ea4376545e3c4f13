package io.evomoe.bench.measure;

import io.evomoe.kernel.Accumulator;
import io.evomoe.kernel.FeedForwardGradients.MapGradients;
import io.evomoe.kernel.FeedForwardNets.GroupedMap;
import io.evomoe.kernel.Kernels;
import io.evomoe.kernel.RowGroups;
import io.evomoe.models.stack.MoeConfig;
import io.evomoe.models.stack.StackConfig;
import io.evomoe.nn.AttentionConfig;
import io.evomoe.nn.Workspaces;
import java.util.Collections;
import java.util.List;
import java.util.stream.DoubleStream;
import org.nd4j.linalg.api.memory.MemoryWorkspace;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * Times the products with weights of a training step, forward and backward, with nothing between
 * them: each shape by itself, in memory that it has just used.
 */
final class StepProducts {
  private static final int LEAST_RUNS = 3;
  private static final double SECONDS_A_SHAPE = 0.05;

  private final Kernels kernels;
  private final StepShape shape;
  private double millis;
  private double flops;

  private StepProducts(Kernels kernels, StepShape shape) {
    this.kernels = kernels;
    this.shape = shape;
  }

  /** Runs each shape a few times. */
  static StepProducts timed(Kernels kernels, StepShape shape) {
    StepProducts products = new StepProducts(kernels, shape);
    products.attention();
    products.feedForward();
    products.mixtures();
    products.head();
    return products;
  }

  /** Milliseconds of all of them, each shape's fastest run times its number in a step. */
  double millis() {
    return millis;
  }

  /** Multiplications and additions of all of them. */
  double flops() {
    return flops;
  }

  private void attention() {
    StackConfig stack = shape.stack();
    AttentionConfig form = stack.block().attention();
    int columns = form.queryWidth() + 2 * form.keyWidth();
    INDArray x = random(shape.tokens(), stack.hiddenSize());
    INDArray mixed = ofHeads(form, columns);
    INDArray weight = random(stack.hiddenSize(), columns);
    linear(kernels, stack.numHiddenLayers(), x, weight, mixed, () -> heads(form, x, weight));
    INDArray attended = ofHeads(form, form.queryWidth());
    INDArray back = random(form.queryWidth(), stack.hiddenSize());
    INDArray dy = random(shape.tokens(), stack.hiddenSize());
    linear(
        kernels,
        stack.numHiddenLayers(),
        attended,
        back,
        dy,
        () -> kernels.linear(attended, back, null));
  }

  /** Rows of the type that goes into an attention. */
  private INDArray ofHeads(AttentionConfig form, int columns) {
    return heads(form, random(shape.tokens(), 1), random(1, columns));
  }

  private INDArray heads(AttentionConfig form, INDArray x, INDArray weight) {
    return form.hasRawHeads()
        ? kernels.linearOperand(x, weight, null)
        : kernels.linear(x, weight, null);
  }

  private void feedForward() {
    StackConfig stack = shape.stack();
    net(stack.block().intermediateSize(), stack.numHiddenLayers() - shape.mixtures());
  }

  private void mixtures() {
    StackConfig stack = shape.stack();
    int count = shape.mixtures();
    MoeConfig moe = shape.moe();
    int hidden = moe.intermediateSize();
    linear(kernels.exact(), stack.hiddenSize(), moe.experts(), count);
    net(moe.shared().intermediateSize(), count * moe.shared().count());
    RowGroups groups = shape.expertGroups();
    grouped(groups, stack.hiddenSize(), hidden, count * shape.mapsIn());
    grouped(RowGroups.routed(groups.offsets()), hidden, stack.hiddenSize(), count);
  }

  private void net(int hidden, int count) {
    linear(kernels, shape.stack().hiddenSize(), hidden, count * shape.mapsIn());
    linear(kernels, hidden, shape.stack().hiddenSize(), count);
  }

  private void linear(Kernels by, int in, int out, int count) {
    if (count == 0) {
      return;
    }
    INDArray x = random(shape.tokens(), in);
    INDArray dy = random(shape.tokens(), out);
    INDArray weight = random(in, out);
    linear(by, count, x, weight, dy, () -> by.linear(x, weight, null));
  }

  private void linear(
      Kernels by, int count, INDArray x, INDArray weight, INDArray dy, Runnable forward) {
    Accumulator gradient = fresh(weight.size(0), weight.size(1));
    double once = 2.0 * shape.tokens() * weight.length();
    add(count * shape.forwards(), once, forward);
    add(count, 2 * once, () -> by.linearGradient(x, weight, dy, gradient, null));
  }

  /** The head is the transposed table of the tokens, or as large as one. */
  private void head() {
    int width = shape.stack().hiddenSize();
    INDArray x = random(shape.tokens(), width);
    INDArray dy = random(shape.tokens(), shape.vocabulary());
    INDArray table = random(shape.vocabulary(), width);
    Accumulator gradient = fresh(shape.vocabulary(), width);
    double once = 2.0 * shape.tokens() * width * shape.vocabulary();
    add(1, once, () -> kernels.multiply(x, false, table, true));
    add(1, 2 * once, () -> kernels.tableGradient(x, table, dy, gradient));
  }

  private void grouped(RowGroups groups, int in, int out, int count) {
    if (count == 0 || groups.rows() == 0) {
      return;
    }
    INDArray x = random(groups.inputRows(), in);
    INDArray dy = random(groups.rows(), out);
    List<INDArray> weights = Collections.nCopies(groups.count(), random(in, out));
    MapGradients gradient = new MapGradients(fresh(in, out), null);
    GroupedMap map = new GroupedMap(weights, List.of());
    double once = 2.0 * groups.rows() * in * out;
    add(count * shape.forwards(), once, () -> kernels.groupedLinear(x, groups, map));
    add(
        count,
        2 * once,
        () -> {
          for (int g = 0; g < groups.count(); g++) {
            if (groups.size(g) > 0) {
              kernels.groupParameterGradients(x, dy, groups, g, gradient);
            }
          }
          kernels.groupedInputGradient(dy, groups, weights);
        });
  }

  private INDArray random(long rows, long columns) {
    return Nd4j.rand(kernels.dataType(), rows, columns);
  }

  private Accumulator fresh(long rows, long columns) {
    return new Accumulator(Nd4j.create(kernels.dataType(), rows, columns), 0);
  }

  private void add(int count, double flopsOfOne, Runnable products) {
    timed(products);
    double first = timed(products);
    int runs = Math.max(LEAST_RUNS, (int) Math.min(SECONDS_A_SHAPE / first, 1000));
    double best = DoubleStream.generate(() -> timed(products)).limit(runs).min().orElse(first);
    millis += 1000 * best * count;
    flops += flopsOfOne * count;
  }

  private static double timed(Runnable products) {
    try (MemoryWorkspace ignored = Workspaces.open("products")) {
      return MachineSpeed.seconds(products);
    }
  }
}
