package io.evomoe.kernel;

import io.evomoe.kernel.FeedForwardNets.FeedForwardGradients;
import io.evomoe.kernel.FeedForwardNets.GroupedMap;
import io.evomoe.kernel.FeedForwardNets.MapGradients;
import io.evomoe.kernel.Kernels.Attended;
import io.evomoe.kernel.Kernels.FeedForwardPass;
import io.evomoe.kernel.Kernels.Normalized;
import io.evomoe.testing.Differences;
import io.evomoe.testing.RandomArrays;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.indexing.INDArrayIndex;
import org.nd4j.linalg.indexing.NDArrayIndex;

/** One call of every kernel on seeded inputs of training size, for comparing providers. */
final class KernelCases {
  private static final int N = 127;
  private static final int D = 96;
  private static final int OUT = 65;
  private static final int[] ROWS = RandomArrays.integers(N, 31, 7);
  private static final double[] WEIGHTS = RandomArrays.uniform(N, 8);
  private static final RowGroups ROUTED = RowGroups.routed(new int[] {0, 40, 40, 41, N});
  private static final RowGroups SHARED = RowGroups.shared(4, N);

  private KernelCases() {}

  /** Computes the results of some kernels, each flattened. */
  interface Case {
    List<double[]> results(Kernels kernels);
  }

  static Map<String, Case> all() {
    Map<String, Case> cases = new LinkedHashMap<>();
    cases.put("linear", KernelCases::linear);
    cases.put("multiply", KernelCases::multiply);
    cases.put("multiplyInto", KernelCases::multiplyInto);
    cases.put("columnSumsInto", KernelCases::columnSumsInto);
    cases.put("routed groups", kernels -> groups(kernels, ROUTED));
    cases.put("shared groups", kernels -> groups(kernels, SHARED));
    for (ActivationFunction activation : ActivationFunction.values()) {
      cases.put("activation " + activation, kernels -> activation(kernels, activation));
    }
    for (ActivationFunction activation : ActivationFunction.values()) {
      cases.put("gated net " + activation, kernels -> gated(kernels, activation));
    }
    cases.put("layerNorm", KernelCases::layerNorm);
    cases.put("rmsNorm", KernelCases::rmsNorm);
    cases.put("rotate", KernelCases::rotate);
    cases.put("grouped-query attention", kernels -> groupedQueries(kernels, 33));
    cases.put("grouped-query attention of one query", kernels -> groupedQueries(kernels, 1));
    for (AttentionMask padding : List.of(AttentionMask.none(), somePadding(3, 33))) {
      String padded = padding.isNone() ? "" : "padded ";
      cases.put(padded + "causal attention", kernels -> attention(kernels, true, padding));
      cases.put(padded + "full attention", kernels -> attention(kernels, false, padding));
    }
    cases.put("attention in documents", KernelCases::inDocuments);
    cases.put("crossEntropy", KernelCases::crossEntropy);
    cases.put("row moves", KernelCases::rowMoves);
    cases.put("element-wise", KernelCases::elementwise);
    cases.put("adamW", KernelCases::adamW);
    return cases;
  }

  private static List<double[]> linear(Kernels kernels) {
    INDArray x = random(kernels, 1, N, D);
    INDArray weight = random(kernels, 2, D, OUT);
    return flat(
        kernels.linear(x, weight, random(kernels, 3, OUT)), kernels.linear(x, weight, null));
  }

  private static List<double[]> multiply(Kernels kernels) {
    INDArray a = random(kernels, 1, N, D);
    INDArray b = random(kernels, 2, D, OUT);
    INDArray aT = random(kernels, 3, D, N);
    INDArray bT = random(kernels, 4, OUT, D);
    return flat(
        kernels.multiply(a, false, b, false),
        kernels.multiply(aT, true, b, false),
        kernels.multiply(a, false, bT, true),
        kernels.multiply(aT, true, bT, true));
  }

  private static List<double[]> multiplyInto(Kernels kernels) {
    INDArray a = random(kernels, 1, N, D);
    INDArray b = random(kernels, 2, N, OUT);
    INDArray fresh = random(kernels, 3, D, OUT);
    INDArray old = random(kernels, 3, D, OUT);
    kernels.multiplyInto(a, true, b, false, new Accumulator(fresh, 0));
    kernels.multiplyInto(a, true, b, false, new Accumulator(old, 1));
    return flat(fresh, old);
  }

  private static List<double[]> columnSumsInto(Kernels kernels) {
    INDArray fresh = random(kernels, 2, D);
    INDArray old = random(kernels, 2, D);
    kernels.columnSumsInto(random(kernels, 1, N, D), new Accumulator(fresh, 0));
    kernels.columnSumsInto(random(kernels, 1, N, D), new Accumulator(old, 1));
    return flat(fresh, old);
  }

  private static List<double[]> groups(Kernels kernels, RowGroups groups) {
    INDArray x = random(kernels, 1, groups.inputRows(), D);
    INDArray dy = random(kernels, 2, groups.rows(), OUT);
    List<INDArray> weights =
        Stream.of(3, 4, 5, 6).map(seed -> random(kernels, seed, D, OUT)).toList();
    List<INDArray> biases = Stream.of(7, 8, 9, 10).map(seed -> random(kernels, seed, OUT)).toList();
    INDArray dWeight = random(kernels, 11, D, OUT);
    INDArray dBias = random(kernels, 12, OUT);
    for (int group : new int[] {0, 2, 3}) {
      double beta = group == 0 ? 0 : 1;
      kernels.groupParameterGradients(
          x,
          dy,
          groups,
          group,
          new MapGradients(new Accumulator(dWeight, beta), new Accumulator(dBias, beta)));
    }
    return flat(
        kernels.groupedLinear(x, groups, new GroupedMap(weights, biases)),
        kernels.groupedInputGradient(dy, groups, weights),
        dWeight,
        dBias);
  }

  private static List<double[]> activation(Kernels kernels, ActivationFunction activation) {
    INDArray x = random(kernels, 1, N, D).muli(3);
    return flat(
        kernels.activation(activation, x),
        kernels.activationGradient(activation, x, random(kernels, 2, N, D)));
  }

  private static List<double[]> gated(Kernels kernels, ActivationFunction activation) {
    INDArray x = random(kernels, 1, N, D);
    FeedForwardNets nets =
        new FeedForwardNets(
            activation, map(kernels, 2, D, OUT), map(kernels, 3, D, OUT), map(kernels, 4, OUT, D));
    RowGroups all = RowGroups.shared(1, N);
    FeedForwardPass pass = kernels.feedForward(nets, x, all);
    INDArray[] gradients = {
      random(kernels, 5, D, OUT), random(kernels, 6, D, OUT), random(kernels, 7, OUT, D)
    };
    List<MapGradients> into =
        Arrays.stream(gradients).map(w -> new MapGradients(new Accumulator(w, 1), null)).toList();
    INDArray dx =
        pass.pullback()
            .pull(
                random(kernels, 8, N, D),
                g -> new FeedForwardGradients(into.get(0), into.get(1), into.get(2)));
    return flat(pass.output(), dx, gradients[0], gradients[1], gradients[2]);
  }

  private static GroupedMap map(Kernels kernels, int seed, int in, int out) {
    return new GroupedMap(List.of(random(kernels, seed, in, out).divi(Math.sqrt(in))), List.of());
  }

  private static List<double[]> rmsNorm(Kernels kernels) {
    INDArray x = random(kernels, 1, N, D);
    INDArray gain = random(kernels, 2, D);
    INDArray dGain = random(kernels, 3, D);
    Normalized forward = kernels.normalize(x, gain, null, 1e-6);
    INDArray dy = random(kernels, 4, N, D);
    INDArray dx = forward.pullback().pull(dy, new Accumulator(dGain, 1), null);
    return flat(forward.output(), dx, dGain);
  }

  private static List<double[]> rotate(Kernels kernels) {
    INDArray qkv = random(kernels, 1, N, 3L * D);
    INDArray cosines = random(kernels, 2, 31, 8);
    INDArray sines = random(kernels, 3, 31, 8);
    kernels.rotate(part(qkv, 0), cosines, sines, ROWS, false);
    kernels.rotate(part(qkv, 1), cosines, sines, ROWS, true);
    return flat(qkv);
  }

  /** Four heads a head of keys. */
  private static List<double[]> groupedQueries(Kernels kernels, int queries) {
    AttentionShape shape = new AttentionShape(3, 8, 2, queries, 33, queries > 1);
    INDArray q = random(kernels, 1, 3L * queries, D);
    INDArray keyValue = random(kernels, 2, 99, D / 2);
    INDArray dKeyValue = random(kernels, 3, 99, D / 2);
    INDArray dq = random(kernels, 4, 3L * queries, D);
    AttentionMask padding = somePadding(3, 33);
    INDArray k = keyValue.get(NDArrayIndex.all(), NDArrayIndex.interval(0, D / 4));
    INDArray v = keyValue.get(NDArrayIndex.all(), NDArrayIndex.interval(D / 4, D / 2));
    INDArray dk = dKeyValue.get(NDArrayIndex.all(), NDArrayIndex.interval(0, D / 4));
    INDArray dv = dKeyValue.get(NDArrayIndex.all(), NDArrayIndex.interval(D / 4, D / 2));
    Attended forward = kernels.attention(q, k, v, shape, padding);
    forward.pull(random(kernels, 5, 3L * queries, D), dq, dk, dv);
    return flat(forward.output(), dq, dKeyValue);
  }

  private static List<double[]> layerNorm(Kernels kernels) {
    INDArray x = random(kernels, 1, N, D);
    INDArray gain = random(kernels, 2, D);
    INDArray dGain = random(kernels, 5, D);
    INDArray dShift = random(kernels, 6, D);
    Normalized forward = kernels.normalize(x, gain, random(kernels, 3, D), 1e-5);
    INDArray dx =
        forward
            .pullback()
            .pull(random(kernels, 4, N, D), new Accumulator(dGain, 0), new Accumulator(dShift, 1));
    return flat(forward.output(), dx, dGain, dShift);
  }

  private static List<double[]> attention(Kernels kernels, boolean causal, AttentionMask padding) {
    AttentionShape shape = new AttentionShape(3, 4, 33, 33, causal);
    INDArray qkv = random(kernels, 1, 99, 3L * D);
    INDArray dQkv = random(kernels, 2, 99, 3L * D);
    INDArray q = part(qkv, 0);
    INDArray k = part(qkv, 1);
    INDArray v = part(qkv, 2);
    Attended forward = kernels.attention(q, k, v, shape, padding);
    INDArray dy = random(kernels, 3, 99, D);
    forward.pull(dy, part(dQkv, 0), part(dQkv, 1), part(dQkv, 2));
    return flat(forward.output(), dQkv);
  }

  private static List<double[]> inDocuments(Kernels kernels) {
    int[] documents = new int[99];
    Arrays.setAll(documents, row -> row / 13);
    return attention(kernels, true, somePadding(3, 33).withDocuments(documents));
  }

  /** Sequence b is 7 b tokens shorter than the batch is long. */
  private static AttentionMask somePadding(int sequences, int length) {
    boolean[] padding = new boolean[sequences * length];
    for (int row = 0; row < padding.length; row++) {
      padding[row] = row % length >= length - 7 * (row / length);
    }
    return AttentionMask.ofPadding(padding);
  }

  private static INDArray part(INDArray wide, int part) {
    INDArrayIndex columns = NDArrayIndex.interval((long) part * D, (part + 1L) * D);
    return wide.get(NDArrayIndex.all(), columns);
  }

  private static List<double[]> crossEntropy(Kernels kernels) {
    INDArray all = random(kernels, 1, N, D);
    INDArray some = random(kernels, 1, N, D);
    int[] targets = RandomArrays.integers(N, D, 2);
    double allLoss = kernels.crossEntropy(all, targets, true);
    Arrays.fill(targets, 5, 60, -1);
    double someLoss = kernels.crossEntropy(some, targets, true);
    double evaluated = kernels.crossEntropy(random(kernels, 1, N, D), targets, false);
    INDArray smoothed = random(kernels, 1, N, D);
    double smoothedLoss = kernels.crossEntropy(smoothed, targets, 0.1, true);
    return List.of(
        new double[] {allLoss, someLoss, evaluated, smoothedLoss},
        Differences.elements(all),
        Differences.elements(some),
        Differences.elements(smoothed));
  }

  private static List<double[]> rowMoves(Kernels kernels) {
    INDArray x = random(kernels, 1, N, D);
    INDArray table = random(kernels, 2, 31, D);
    INDArray fresh = random(kernels, 3, 31, D);
    INDArray old = random(kernels, 3, 31, D);
    kernels.scatterRowsInto(x, ROWS, new Accumulator(fresh, 0));
    kernels.scatterRowsInto(x, ROWS, new Accumulator(old, 1));
    double[] dots = Differences.elements(kernels.rowDots(x, table, ROWS));
    return Stream.concat(
            Stream.of(dots),
            flat(
                kernels.gatherRows(table, ROWS),
                kernels.combineRows(x, ROWS, WEIGHTS, 33),
                kernels.spreadRows(table, ROWS, WEIGHTS),
                fresh,
                old)
                .stream())
        .toList();
  }

  private static List<double[]> elementwise(Kernels kernels) {
    INDArray a = random(kernels, 1, N, D);
    INDArray b = random(kernels, 2, N, D);
    double[] squares = {kernels.sumOfSquares(a), kernels.sumOfSquares(random(kernels, 3, N))};
    INDArray sum = kernels.add(a, b);
    INDArray dropped = kernels.dropout(a, 0.3, 5);
    kernels.addInto(b, a);
    return List.of(
        squares, Differences.elements(sum), Differences.elements(dropped), Differences.elements(b));
  }

  private static List<double[]> adamW(Kernels kernels) {
    INDArray value = random(kernels, 1, N, D);
    INDArray gradient = random(kernels, 2, N, D);
    INDArray moment1 = random(kernels, 3, N, D);
    INDArray moment2 = random(kernels, 4, N, D);
    moment2.muli(moment2.dup()).addi(0.1);
    for (int update = 1; update <= 3; update++) {
      AdamWUpdate.Step step = new AdamWUpdate.Step(1e-2, 0.9, 0.98, 1e-6, 0.1, 0.5, update);
      kernels.adamW(value, gradient, moment1, moment2, step);
    }
    return flat(value, moment1, moment2);
  }

  private static INDArray random(Kernels kernels, long seed, long... shape) {
    DataType type = kernels.dataType();
    return RandomArrays.gaussian(DataType.FLOAT, seed, shape).castTo(type);
  }

  private static List<double[]> flat(INDArray... arrays) {
    return Stream.of(arrays).map(Differences::elements).toList();
  }
}
