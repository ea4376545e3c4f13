package io.evomoe.bench.jmh;

import io.evomoe.kernel.Accumulator;
import io.evomoe.kernel.FeedForwardNets.GroupedMap;
import io.evomoe.kernel.FeedForwardNets.MapGradients;
import io.evomoe.kernel.KernelSelection;
import io.evomoe.kernel.Kernels;
import io.evomoe.kernel.Precision;
import io.evomoe.kernel.RowGroups;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.nd4j.linalg.api.memory.MemoryWorkspace;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.infra.Blackhole;

/** What an MoE layer does with 2048 tokens that have one expert each, unevenly spread. */
@State(Scope.Benchmark)
public class ExpertKernels extends Timed {
  private static final int TOKENS = 2048;
  private static final int WIDTH = 256;
  private static final int HIDDEN = 1024;

  /** Of the operands of matrix products. */
  @Param({"F32", "BF16"})
  public Precision precision = Precision.F32;

  @Param({"8", "64"})
  public int experts = 8;

  private Kernels kernels = KernelSelection.forPrecision(Precision.F32);
  private RowGroups groups = RowGroups.shared(1, TOKENS);
  private List<INDArray> weights = List.of();
  private List<INDArray> biases = List.of();
  private INDArray x = random(kernels, TOKENS, WIDTH);
  private INDArray dy = random(kernels, TOKENS, HIDDEN);
  private INDArray weightGradient = random(kernels, WIDTH, HIDDEN);
  private INDArray biasGradient = random(kernels, HIDDEN);
  private int[] order = IntStream.range(0, TOKENS).map(i -> i * 7 % TOKENS).toArray();
  private double[] gateWeights = new double[TOKENS];

  /** Picks the provider by precision, and gives expert e a share that grows with e. */
  @Setup
  public void spread() {
    kernels = KernelSelection.forPrecision(precision);
    Arrays.fill(gateWeights, 0.5);
    groups = RowGroups.routed(offsets(experts));
    weights = Stream.generate(() -> random(kernels, WIDTH, HIDDEN)).limit(experts).toList();
    biases = Stream.generate(() -> random(kernels, HIDDEN)).limit(experts).toList();
  }

  private static int[] offsets(int experts) {
    int whole = experts * (experts + 1) / 2;
    return IntStream.rangeClosed(0, experts).map(e -> TOKENS * (e * (e + 1) / 2) / whole).toArray();
  }

  @Benchmark
  public void linear(Blackhole sink) {
    try (MemoryWorkspace ignored = memory()) {
      sink.consume(kernels.groupedLinear(x, groups, new GroupedMap(weights, biases)));
    }
  }

  @Benchmark
  public void inputGradient(Blackhole sink) {
    try (MemoryWorkspace ignored = memory()) {
      sink.consume(kernels.groupedInputGradient(dy, groups, weights));
    }
  }

  @Benchmark
  public void parameterGradients() {
    MapGradients into =
        new MapGradients(new Accumulator(weightGradient, 0), new Accumulator(biasGradient, 0));
    for (int e = 0; e < experts; e++) {
      kernels.groupParameterGradients(x, dy, groups, e, into);
    }
  }

  @Benchmark
  public void gatherRows(Blackhole sink) {
    try (MemoryWorkspace ignored = memory()) {
      sink.consume(kernels.gatherRows(x, order));
    }
  }

  @Benchmark
  public void combineRows(Blackhole sink) {
    try (MemoryWorkspace ignored = memory()) {
      sink.consume(kernels.combineRows(x, order, gateWeights, TOKENS));
    }
  }
}
