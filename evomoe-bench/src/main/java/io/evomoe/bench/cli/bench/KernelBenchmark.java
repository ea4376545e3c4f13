package io.evomoe.bench.cli.bench;

import io.evomoe.kernel.Accumulator;
import io.evomoe.kernel.ActivationFunction;
import io.evomoe.kernel.AdamWUpdate;
import io.evomoe.kernel.AttentionMask;
import io.evomoe.kernel.AttentionShape;
import io.evomoe.kernel.FeedForwardNets;
import io.evomoe.kernel.FeedForwardNets.GroupedMap;
import io.evomoe.kernel.Kernels;
import io.evomoe.kernel.Kernels.Normalized;
import io.evomoe.kernel.RowGroups;
import io.evomoe.nn.internal.Workspaces;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.IntUnaryOperator;
import java.util.stream.IntStream;
import org.apache.commons.math3.stat.StatUtils;
import org.nd4j.linalg.api.memory.MemoryWorkspace;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** Times single kernels at the shapes of {@code bench step}. */
final class KernelBenchmark {
  private static final int TOKENS = 2048;
  private static final int WIDTH = 256;
  private static final int HIDDEN = 1024;
  private static final int RUNS = 9;

  private final Kernels kernels;
  private final List<KernelTime> times = new ArrayList<>();

  /** Measures a provider. */
  KernelBenchmark(Kernels kernels) {
    this.kernels = kernels;
  }

  /** All kernels, in microseconds. */
  List<KernelTime> run() {
    INDArray x = random(TOKENS, WIDTH);
    INDArray h = random(TOKENS, HIDDEN);
    INDArray w = random(WIDTH, HIDDEN);
    INDArray b = random(HIDDEN);
    INDArray gain = random(WIDTH);
    Accumulator dGain = new Accumulator(random(WIDTH), 0);
    INDArray logits = random(TOKENS, 4096);
    INDArray flat = random(1_000_000);
    INDArray moment1 = flat.mul(0);
    INDArray moment2 = flat.mul(0);
    INDArray gradient = random(1_000_000);
    int[] rows = positions(i -> (i * 7) % TOKENS);
    double[] weights = new double[TOKENS];
    Arrays.fill(weights, 0.5);
    AttentionShape shape = new AttentionShape(16, 8, 128, 128, true);
    AdamWUpdate.Step step = new AdamWUpdate.Step(1e-3, 0.9, 0.95, 1e-8, 0.1, 1, 1);
    Normalized normalized = kernels.normalize(x, gain, null, 1e-6);
    Accumulator dw = new Accumulator(w, 0);
    time("linear 2048x256x1024", () -> kernels.linear(x, w, b));
    time("multiply h W^T", () -> kernels.multiply(h, false, w, true));
    time("multiply x^T h", () -> kernels.multiplyInto(x, true, h, false, dw));
    time("gelu 2048x1024", () -> kernels.activation(ActivationFunction.GELU, h));
    time("gelu gradient", () -> kernels.activationGradient(ActivationFunction.GELU, h, h));
    time("layerNorm 2048x256", () -> kernels.normalize(x, gain, gain, 1e-5));
    time("rmsNorm 2048x256", () -> kernels.normalize(x, gain, null, 1e-6));
    time("rmsNorm gradient", () -> normalized.pullback().pull(x, dGain, null));
    INDArray heads = kernels.linearOperand(x, random(WIDTH, WIDTH), null);
    time("attention 16x8x128x32", () -> kernels.attention(heads, heads, heads, shape));
    decoderKernels(x);
    time("crossEntropy 2048x4096", () -> kernels.crossEntropy(logits, rows, true));
    time("gatherRows 2048x256", () -> kernels.gatherRows(x, rows));
    time("combineRows", () -> kernels.combineRows(x, rows, weights, TOKENS));
    time("adamW 1M", () -> kernels.adamW(flat, gradient, moment1, moment2, step));
    return times;
  }

  private static int[] positions(IntUnaryOperator ofToken) {
    return IntStream.range(0, TOKENS).map(ofToken).toArray();
  }

  /** What blocks of Llama's kind have beside those of GPT's. */
  private void decoderKernels(INDArray x) {
    int[] positions = positions(s -> s % 128);
    INDArray cosines = random(128, 16);
    INDArray sines = random(128, 16);
    INDArray rotated = random(TOKENS, WIDTH);
    INDArray shared = random(TOKENS, WIDTH / 4);
    AttentionShape grouped = new AttentionShape(16, 8, 2, 128, 128, true);
    AttentionMask mask = AttentionMask.none().withDocuments(positions(s -> s / 90));
    FeedForwardNets nets =
        new FeedForwardNets(
            ActivationFunction.SILU, map(WIDTH, HIDDEN), map(WIDTH, HIDDEN), map(HIDDEN, WIDTH));
    RowGroups all = RowGroups.shared(1, TOKENS);
    time("rotate 2048x8x32", () -> kernels.rotate(rotated, cosines, sines, positions, false));
    time(
        "attention 16x8x128x32, 2 key-value heads",
        () -> kernels.attention(x, shared, shared, grouped));
    time("the same in documents", () -> kernels.attention(x, shared, shared, grouped, mask));
    time("gated net 2048x256x1024", () -> kernels.feedForward(nets, x, all));
  }

  private GroupedMap map(int in, int out) {
    return new GroupedMap(List.of(random(in, out)), List.of());
  }

  private void time(String name, Runnable kernel) {
    double[] seconds = new double[2 + RUNS];
    for (int i = 0; i < seconds.length; i++) {
      try (MemoryWorkspace ignored = Workspaces.open("kernels")) {
        seconds[i] = MachineSpeed.seconds(kernel);
      }
    }
    double median = StatUtils.percentile(seconds, 2, RUNS, 50);
    times.add(new KernelTime(kernels.name(), name, 1e6 * median));
  }

  private INDArray random(long... shape) {
    return Nd4j.randn(kernels.dataType(), shape);
  }

  /**
   * Time of a kernel.
   *
   * @param kernels provider
   * @param kernel what was run, with its shape
   * @param micros median
   */
  record KernelTime(String kernels, String kernel, double micros) {}
}
