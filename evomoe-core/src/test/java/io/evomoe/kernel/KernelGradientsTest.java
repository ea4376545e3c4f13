package io.evomoe.kernel;

import io.evomoe.kernel.FeedForwardNets.FeedForwardGradients;
import io.evomoe.kernel.FeedForwardNets.GroupedMap;
import io.evomoe.kernel.FeedForwardNets.MapGradients;
import io.evomoe.kernel.Kernels.Attended;
import io.evomoe.kernel.Kernels.Normalized;
import io.evomoe.kernel.internal.nd4j.Nd4jKernels;
import io.evomoe.testing.GradientCheck;
import io.evomoe.testing.RandomArrays;
import java.util.List;
import java.util.function.DoubleSupplier;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.ops.transforms.Transforms;

/** Every gradient kernel against central differences of its forward kernel. */
class KernelGradientsTest {
  private static final GradientCheck CHECK = GradientCheck.DEFAULT.withSample(24);

  private final Kernels kernels = new Nd4jKernels(DataType.DOUBLE);

  @ParameterizedTest
  @EnumSource(ActivationFunction.class)
  void should_differentiate_activations(ActivationFunction activation) {
    INDArray x = random(1, 7, 9).muli(2);
    INDArray dy = random(2, 7, 9);
    INDArray dx = kernels.activationGradient(activation, x, dy);
    CHECK.check(loss(() -> kernels.activation(activation, x), dy), "x", x, dx);
  }

  @Test
  void should_differentiate_products() {
    INDArray x = random(1, 5, 7);
    INDArray weight = random(2, 7, 3);
    INDArray bias = random(3, 3);
    INDArray dy = random(4, 5, 3);
    DoubleSupplier loss = loss(() -> kernels.linear(x, weight, bias), dy);
    INDArray dBias = zeros(3);
    kernels.columnSumsInto(dy, new Accumulator(dBias, 0));
    CHECK.check(loss, "x", x, kernels.multiply(dy, false, weight, true));
    CHECK.check(loss, "weight", weight, kernels.multiply(x, true, dy, false));
    CHECK.check(loss, "bias", bias, dBias);
  }

  @Test
  void should_differentiate_routed_groups() {
    checkGroups(RowGroups.routed(new int[] {0, 2, 2, 6, 7}));
  }

  @Test
  void should_differentiate_shared_groups() {
    checkGroups(RowGroups.shared(4, 3));
  }

  private void checkGroups(RowGroups groups) {
    INDArray x = random(1, groups.inputRows(), 5);
    INDArray dy = random(2, groups.rows(), 3);
    List<INDArray> weights =
        List.of(random(3, 5, 3), random(4, 5, 3), random(5, 5, 3), random(6, 5, 3));
    List<INDArray> biases = List.of(random(7, 3), random(8, 3), random(9, 3), random(10, 3));
    DoubleSupplier loss =
        loss(() -> kernels.groupedLinear(x, groups, new GroupedMap(weights, biases)), dy);
    CHECK.check(loss, "x", x, kernels.groupedInputGradient(dy, groups, weights));
    for (int g = 0; g < groups.count(); g++) {
      INDArray dWeight = zeros(5, 3);
      INDArray dBias = zeros(3);
      if (groups.size(g) > 0) {
        kernels.groupParameterGradients(
            x,
            dy,
            groups,
            g,
            new MapGradients(new Accumulator(dWeight, 0), new Accumulator(dBias, 0)));
      }
      CHECK.check(loss, "weight " + g, weights.get(g), dWeight);
      CHECK.check(loss, "bias " + g, biases.get(g), dBias);
    }
  }

  @Test
  void should_differentiate_layer_norm() {
    INDArray x = random(1, 5, 9);
    INDArray gain = random(2, 9);
    INDArray shift = random(3, 9);
    INDArray dy = random(4, 5, 9);
    DoubleSupplier loss = loss(() -> kernels.normalize(x, gain, shift, 1e-5).output(), dy);
    Normalized forward = kernels.normalize(x, gain, shift, 1e-5);
    INDArray dGain = zeros(9);
    INDArray dShift = zeros(9);
    INDArray dx =
        forward.pullback().pull(dy, new Accumulator(dGain, 0), new Accumulator(dShift, 0));
    CHECK.check(loss, "x", x, dx);
    CHECK.check(loss, "gain", gain, dGain);
    CHECK.check(loss, "shift", shift, dShift);
  }

  @Test
  void should_differentiate_rms_norm() {
    INDArray x = random(1, 5, 9);
    x.getRow(3).muli(0.01); // where epsilon counts
    INDArray gain = random(2, 9);
    INDArray dy = random(4, 5, 9);
    DoubleSupplier loss = loss(() -> kernels.normalize(x, gain, null, 1e-4).output(), dy);
    Normalized forward = kernels.normalize(x, gain, null, 1e-4);
    INDArray dGain = zeros(9);
    INDArray dx = forward.pullback().pull(dy, new Accumulator(dGain, 0), null);
    CHECK.check(loss, "x", x, dx);
    CHECK.check(loss, "gain", gain, dGain);
  }

  @Test
  void should_differentiate_rotation() {
    INDArray x = random(1, 5, 12);
    INDArray angles = random(2, 7, 3);
    INDArray cosines = Transforms.cos(angles, true);
    INDArray sines = Transforms.sin(angles, true);
    int[] positions = {6, 0, 3, 3, 1};
    INDArray dy = random(4, 5, 12);
    DoubleSupplier loss =
        loss(
            () -> {
              INDArray y = x.dup();
              kernels.rotate(y, cosines, sines, positions, false);
              return y;
            },
            dy);
    INDArray dx = dy.dup();
    kernels.rotate(dx, cosines, sines, positions, true);
    CHECK.check(loss, "x", x, dx);
  }

  @ParameterizedTest
  @EnumSource(ActivationFunction.class)
  void should_differentiate_gated_nets(ActivationFunction activation) {
    INDArray x = random(1, 7, 5);
    INDArray expand = random(2, 5, 6);
    INDArray up = random(3, 5, 6);
    INDArray contract = random(4, 6, 5);
    INDArray dy = random(5, 7, 5);
    FeedForwardNets nets = new FeedForwardNets(activation, map(expand), map(up), map(contract));
    RowGroups all = RowGroups.shared(1, 7);
    DoubleSupplier loss = loss(() -> kernels.feedForward(nets, x, all).output(), dy);
    List<INDArray> targets = List.of(zeros(5, 6), zeros(5, 6), zeros(6, 5));
    List<MapGradients> into =
        targets.stream().map(w -> new MapGradients(new Accumulator(w, 0), null)).toList();
    INDArray dx =
        kernels
            .feedForward(nets, x, all)
            .pullback()
            .pull(dy, g -> new FeedForwardGradients(into.get(0), into.get(1), into.get(2)));
    CHECK.check(loss, "x", x, dx);
    CHECK.check(loss, "expand", expand, targets.get(0));
    CHECK.check(loss, "up", up, targets.get(1));
    CHECK.check(loss, "contract", contract, targets.get(2));
  }

  private static GroupedMap map(INDArray weight) {
    return new GroupedMap(List.of(weight), List.of());
  }

  @ParameterizedTest
  @CsvSource({
    "2,3,3,5,5,true",
    "2,3,3,5,5,false",
    "1,2,2,3,7,false",
    "1,2,2,7,3,true",
    "2,4,2,5,5,true",
    "2,4,1,1,5,false"
  })
  void should_differentiate_attention(
      int batch, int heads, int own, int queries, int keys, boolean causal) {
    AttentionShape shape = new AttentionShape(batch, heads, own, queries, keys, causal);
    INDArray q = random(1, (long) batch * queries, heads * 4L);
    INDArray k = random(2, (long) batch * keys, own * 4L);
    INDArray v = random(3, (long) batch * keys, own * 4L);
    INDArray dy = random(4, q.shape());
    boolean[] flags = new boolean[batch * keys];
    flags[keys - 1] = true;
    AttentionMask padding = AttentionMask.ofPadding(flags);
    DoubleSupplier loss = loss(() -> kernels.attention(q, k, v, shape, padding).output(), dy);
    Attended forward = kernels.attention(q, k, v, shape, padding);
    INDArray dq = zeros(q.shape());
    INDArray dk = zeros(k.shape());
    INDArray dv = zeros(v.shape());
    forward.pull(dy, dq, dk, dv);
    CHECK.check(loss, "q", q, dq);
    CHECK.check(loss, "k", k, dk);
    CHECK.check(loss, "v", v, dv);
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void should_differentiate_attention_in_documents(boolean causal) {
    AttentionShape shape = new AttentionShape(2, 4, 2, 6, 6, causal);
    INDArray q = random(1, 12, 16);
    INDArray k = random(2, 12, 8);
    INDArray v = random(3, 12, 8);
    INDArray dy = random(4, 12, 16);
    AttentionMask mask =
        AttentionMask.none().withDocuments(new int[] {0, 0, 0, 1, 1, 2, 2, 2, 3, 3, 3, 3});
    DoubleSupplier loss = loss(() -> kernels.attention(q, k, v, shape, mask).output(), dy);
    INDArray dq = zeros(q.shape());
    INDArray dk = zeros(k.shape());
    INDArray dv = zeros(v.shape());
    kernels.attention(q, k, v, shape, mask).pull(dy, dq, dk, dv);
    CHECK.check(loss, "q", q, dq);
    CHECK.check(loss, "k", k, dk);
    CHECK.check(loss, "v", v, dv);
  }

  @ParameterizedTest
  @ValueSource(doubles = {0, 0.1})
  void should_differentiate_cross_entropy(double smoothing) {
    INDArray logits = random(1, 5, 11);
    int[] targets = {3, -1, 10, 0, -100};
    INDArray gradient = logits.dup();
    kernels.crossEntropy(gradient, targets, smoothing, true);
    DoubleSupplier loss = () -> kernels.crossEntropy(logits.dup(), targets, smoothing, false);
    CHECK.check(loss, "logits", logits, gradient);
  }

  @Test
  void should_differentiate_row_moves() {
    int[] rows = {2, 0, 2, 3, 2};
    double[] weights = RandomArrays.uniform(5, 3);
    INDArray x = random(1, 5, 3);
    INDArray table = random(2, 6, 3);
    INDArray dCombined = random(4, 6, 3);
    INDArray dGathered = random(5, 5, 3);
    DoubleSupplier combined = loss(() -> kernels.combineRows(x, rows, weights, 6), dCombined);
    CHECK.check(combined, "x", x, kernels.spreadRows(dCombined, rows, weights));
    INDArray weightArray = Nd4j.createFromArray(weights);
    INDArray dWeights = kernels.rowDots(x, dCombined, rows);
    DoubleSupplier weighted =
        loss(() -> kernels.combineRows(x, rows, weightArray.toDoubleVector(), 6), dCombined);
    CHECK.check(weighted, "weights", weightArray, dWeights);
    INDArray dTable = zeros(6, 3);
    kernels.scatterRowsInto(dGathered, rows, new Accumulator(dTable, 0));
    CHECK.check(loss(() -> kernels.gatherRows(table, rows), dGathered), "table", table, dTable);
  }

  @Test
  void should_differentiate_softmax() {
    INDArray x = random(1, 5, 4);
    INDArray dy = random(2, 5, 4);
    INDArray dx = kernels.softmaxGradient(kernels.softmax(x), dy);
    CHECK.check(loss(() -> kernels.softmax(x), dy), "x", x, dx);
  }

  @Test
  void should_differentiate_dropout() {
    INDArray x = random(1, 5, 7);
    INDArray dy = random(2, 5, 7);
    INDArray dx = kernels.dropout(dy, 0.4, 9);
    CHECK.check(loss(() -> kernels.dropout(x, 0.4, 9), dy), "x", x, dx);
  }

  /** {@code sum(output * weights)}: its gradient for the output is the weights. */
  private static DoubleSupplier loss(Supplier<INDArray> output, INDArray weights) {
    return () -> output.get().mul(weights).sumNumber().doubleValue();
  }

  private static INDArray random(long seed, long... shape) {
    return RandomArrays.gaussian(DataType.DOUBLE, seed, shape);
  }

  private static INDArray zeros(long... shape) {
    return Nd4j.zeros(DataType.DOUBLE, shape);
  }
}
