package io.evomoe.bench.jmh;

import io.evomoe.kernel.Accumulator;
import io.evomoe.kernel.ActivationFunction;
import io.evomoe.kernel.AdamWUpdate;
import io.evomoe.kernel.AttentionShape;
import io.evomoe.kernel.KernelSelection;
import io.evomoe.kernel.Kernels;
import io.evomoe.kernel.Precision;
import java.util.stream.IntStream;
import org.nd4j.linalg.api.memory.MemoryWorkspace;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.infra.Blackhole;

/** Kernels of the dense layers at the shapes of {@code bench step}; one call works on a batch. */
@State(Scope.Benchmark)
public class LayerKernels extends Timed {
  private static final int TOKENS = 2048;
  private static final int WIDTH = 256;
  private static final int HIDDEN = 1024;
  private static final int VOCABULARY = 4096;
  private static final int PARAMETERS = 1_000_000;
  private static final AttentionShape ATTENTION = new AttentionShape(16, 8, 128, 128, true);
  private static final AdamWUpdate.Step STEP =
      new AdamWUpdate.Step(1e-3, 0.9, 0.95, 1e-8, 0.1, 1, 1);

  /** Of the operands of matrix products. */
  @Param({"F32", "BF16"})
  public Precision precision = Precision.F32;

  private Kernels kernels = KernelSelection.forPrecision(Precision.F32);
  private INDArray x = random(kernels, TOKENS, WIDTH);
  private INDArray h = random(kernels, TOKENS, HIDDEN);
  private INDArray weight = random(kernels, WIDTH, HIDDEN);
  private INDArray bias = random(kernels, HIDDEN);
  private INDArray gain = random(kernels, WIDTH);
  private INDArray shift = random(kernels, WIDTH);
  private INDArray logits = random(kernels, TOKENS, VOCABULARY);
  private INDArray parameters = random(kernels, PARAMETERS);
  private INDArray gradient = random(kernels, PARAMETERS);
  private INDArray moment1 = parameters.mul(0);
  private INDArray moment2 = parameters.mul(0);
  private INDArray heads = x;
  private int[] targets = IntStream.range(0, TOKENS).toArray();

  /** Picks the provider by precision. */
  @Setup
  public void select() {
    kernels = KernelSelection.forPrecision(precision);
    heads = kernels.linearOperand(x, random(kernels, WIDTH, WIDTH), null);
  }

  @Benchmark
  public void linear(Blackhole sink) {
    run(sink, () -> kernels.linear(x, weight, bias));
  }

  @Benchmark
  public void inputGradient(Blackhole sink) {
    run(sink, () -> kernels.multiply(h, false, weight, true));
  }

  @Benchmark
  public void weightGradient() {
    kernels.multiplyInto(x, true, h, false, new Accumulator(weight, 0));
  }

  @Benchmark
  public void gelu(Blackhole sink) {
    run(sink, () -> kernels.activation(ActivationFunction.GELU, h));
  }

  @Benchmark
  public void geluGradient(Blackhole sink) {
    run(sink, () -> kernels.activationGradient(ActivationFunction.GELU, h, h));
  }

  @Benchmark
  public void layerNorm(Blackhole sink) {
    run(sink, () -> kernels.normalize(x, gain, shift, 1e-5).output());
  }

  @Benchmark
  public void attention(Blackhole sink) {
    run(sink, () -> kernels.attention(heads, heads, heads, ATTENTION).output());
  }

  /** Loss and its gradient, which overwrites the logits. */
  @Benchmark
  public double crossEntropy() {
    return kernels.crossEntropy(logits, targets, true);
  }

  /** One step of a million parameters. */
  @Benchmark
  public void adamW() {
    kernels.adamW(parameters, gradient, moment1, moment2, STEP);
  }

  private static void run(Blackhole sink, Result kernel) {
    try (MemoryWorkspace ignored = memory()) {
      sink.consume(kernel.get());
    }
  }

  private interface Result {
    INDArray get();
  }
}
