package io.evomoe.bench.measure;

import io.evomoe.gates.BalancedAssignment;
import io.evomoe.kernel.Accumulator;
import io.evomoe.kernel.ActivationFunction;
import io.evomoe.kernel.AdamWStep;
import io.evomoe.kernel.AttentionMask;
import io.evomoe.kernel.AttentionShape;
import io.evomoe.kernel.FeedForwardNets;
import io.evomoe.kernel.FeedForwardNets.GroupedMap;
import io.evomoe.kernel.Kernels;
import io.evomoe.kernel.Kernels.RmsNormalized;
import io.evomoe.kernel.RowGroups;
import io.evomoe.moe.TokenMatrix;
import io.evomoe.random.CounterRandom;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.IntToDoubleFunction;
import org.nd4j.linalg.api.memory.MemoryWorkspace;
import org.nd4j.linalg.api.memory.conf.WorkspaceConfiguration;
import org.nd4j.linalg.api.memory.enums.LearningPolicy;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * Times single kernels at the shapes of {@code bench step}, and the balanced assignment of gate
 * {@code base} for scores that are easy and hard to balance.
 */
public final class KernelBenchmark {
  private static final int TOKENS = 2048;
  private static final int WIDTH = 256;
  private static final int HIDDEN = 1024;
  private static final int ASSIGNED_TOKENS = 4096;
  private static final int ASSIGNED_EXPERTS = 64;
  private static final int RUNS = 9;
  private static final WorkspaceConfiguration WORKSPACE =
      WorkspaceConfiguration.builder().policyLearning(LearningPolicy.FIRST_LOOP).build();

  private final Kernels kernels;

  /** Measures a provider. */
  public KernelBenchmark(Kernels kernels) {
    this.kernels = kernels;
  }

  /** All kernels, in microseconds. */
  public List<KernelTime> run() {
    INDArray x = random(TOKENS, WIDTH);
    INDArray h = random(TOKENS, HIDDEN);
    INDArray w = random(WIDTH, HIDDEN);
    INDArray b = random(HIDDEN);
    INDArray gain = random(WIDTH);
    INDArray logits = random(TOKENS, 4096);
    INDArray flat = random(1_000_000);
    INDArray moment1 = flat.mul(0);
    INDArray moment2 = flat.mul(0);
    INDArray gradient = random(1_000_000);
    int[] rows = new int[TOKENS];
    Arrays.setAll(rows, i -> (i * 7) % TOKENS);
    double[] weights = new double[TOKENS];
    Arrays.fill(weights, 0.5);
    AttentionShape shape = new AttentionShape(16, 8, 128, 128, true);
    AdamWStep step = new AdamWStep(1e-3, 0.9, 0.95, 1e-8, 0.1, 1, 1);
    List<KernelTime> times = new ArrayList<>();
    times.add(time("linear 2048x256x1024", () -> kernels.linear(x, w, b)));
    times.add(time("multiply h W^T", () -> kernels.multiply(h, false, w, true)));
    times.add(
        time(
            "multiply x^T h",
            () -> kernels.multiplyInto(x, true, h, false, new Accumulator(w, 0))));
    times.add(time("gelu 2048x1024", () -> kernels.activation(ActivationFunction.GELU, h)));
    times.add(
        time("gelu gradient", () -> kernels.activationGradient(ActivationFunction.GELU, h, h)));
    times.add(time("layerNorm 2048x256", () -> kernels.layerNorm(x, gain, gain, 1e-5)));
    times.addAll(normalizations(x, gain));
    INDArray heads = kernels.linearOperand(x, random(WIDTH, WIDTH), null);
    times.add(time("attention 16x8x128x32", () -> kernels.attention(heads, heads, heads, shape)));
    times.addAll(decoderKernels(x, h));
    times.add(time("crossEntropy 2048x4096", () -> kernels.crossEntropy(logits, rows, true)));
    times.add(time("gatherRows 2048x256", () -> kernels.gatherRows(x, rows)));
    times.add(time("combineRows", () -> kernels.combineRows(x, rows, weights, TOKENS)));
    times.add(time("adamW 1M", () -> kernels.adamW(flat, gradient, moment1, moment2, step)));
    times.addAll(assignments());
    return times;
  }

  private List<KernelTime> normalizations(INDArray x, INDArray gain) {
    RmsNormalized forward = kernels.rmsNorm(x, gain, 1e-6);
    INDArray dGain = random(WIDTH);
    return List.of(
        time("rmsNorm 2048x256", () -> kernels.rmsNorm(x, gain, 1e-6)),
        time(
            "rmsNorm gradient",
            () -> kernels.rmsNormGradient(x, forward, gain, 1e-6, x, new Accumulator(dGain, 0))));
  }

  /** What blocks of Llama's kind have beside those of GPT's. */
  private List<KernelTime> decoderKernels(INDArray x, INDArray h) {
    int[] positions = new int[TOKENS];
    Arrays.setAll(positions, s -> s % 128);
    INDArray cosines = random(128, 16);
    INDArray sines = random(128, 16);
    INDArray rotated = random(TOKENS, WIDTH);
    INDArray shared = random(TOKENS, WIDTH / 4);
    AttentionShape grouped = new AttentionShape(16, 8, 2, 128, 128, true);
    int[] documents = new int[TOKENS];
    Arrays.setAll(documents, s -> s / 90);
    AttentionMask mask = AttentionMask.none().withDocuments(documents);
    FeedForwardNets nets =
        new FeedForwardNets(
            ActivationFunction.SILU,
            map(random(WIDTH, HIDDEN)),
            map(random(WIDTH, HIDDEN)),
            map(random(HIDDEN, WIDTH)));
    RowGroups all = RowGroups.shared(1, TOKENS);
    return List.of(
        time("rotate 2048x8x32", () -> kernels.rotate(rotated, cosines, sines, positions, false)),
        time(
            "attention 16x8x128x32, 2 key-value heads",
            () -> kernels.attention(x, shared, shared, grouped)),
        time("the same in documents", () -> kernels.attention(x, shared, shared, grouped, mask)),
        time("gated silu 2048x1024", () -> kernels.gatedActivation(ActivationFunction.SILU, h, h)),
        time("gated net 2048x256x1024", () -> kernels.feedForward(nets, x, all)));
  }

  private static GroupedMap map(INDArray weight) {
    return new GroupedMap(List.of(weight), List.of());
  }

  /** Plain Java, whichever kernels are measured. */
  private List<KernelTime> assignments() {
    CounterRandom random = new CounterRandom(1);
    return List.of(
        assignment("random", random::gaussian),
        assignment(
            "rank-one",
            i ->
                random.gaussian(i / ASSIGNED_EXPERTS) * random.gaussian(-1 - i % ASSIGNED_EXPERTS)),
        assignment("equal", i -> 1));
  }

  private KernelTime assignment(String kind, IntToDoubleFunction scoreOf) {
    TokenMatrix scores = new TokenMatrix(ASSIGNED_TOKENS, ASSIGNED_EXPERTS);
    for (int i = 0; i < ASSIGNED_TOKENS * ASSIGNED_EXPERTS; i++) {
      scores.set(i / ASSIGNED_EXPERTS, i % ASSIGNED_EXPERTS, scoreOf.applyAsDouble(i));
    }
    String name =
        "balanced assignment S=%d E=%d, %s".formatted(ASSIGNED_TOKENS, ASSIGNED_EXPERTS, kind);
    return time("java", name, () -> BalancedAssignment.of(scores));
  }

  private KernelTime time(String name, Runnable kernel) {
    return time(kernels.name(), name, kernel);
  }

  private static KernelTime time(String provider, String name, Runnable kernel) {
    double[] micros = new double[RUNS];
    for (int i = -2; i < RUNS; i++) {
      try (MemoryWorkspace ignored =
          Nd4j.getWorkspaceManager().getAndActivateWorkspace(WORKSPACE, "evomoe-kernels")) {
        long start = System.nanoTime();
        kernel.run();
        if (i >= 0) {
          micros[i] = (System.nanoTime() - start) * 1e-3;
        }
      }
    }
    Arrays.sort(micros);
    return new KernelTime(provider, name, micros[RUNS / 2]);
  }

  private INDArray random(long... shape) {
    return Nd4j.randn(kernels.dataType(), shape);
  }

  /**
   * Time of a kernel.
   *
   * @param kernels provider; {@code java} for code that is the same for all of them
   * @param kernel what was run, with its shape
   * @param micros median
   */
  public record KernelTime(String kernels, String kernel, double micros) {}
}
