package io.evomoe.bench.jmh;

import io.evomoe.kernel.KernelSelection;
import io.evomoe.kernel.Kernels;
import io.evomoe.kernel.Precision;
import io.evomoe.moe.Gate;
import io.evomoe.moe.GateProvider;
import io.evomoe.moe.GateSpec;
import io.evomoe.moe.Routed;
import io.evomoe.moe.Routed.RoutingGradient;
import io.evomoe.moe.Routing;
import io.evomoe.moe.TrainingFacts;
import io.evomoe.nn.Pass;
import io.evomoe.nn.TokenBatch;
import io.evomoe.random.CounterRandom;
import io.evomoe.step.StepContext;
import io.evomoe.step.StepContext.Phase;
import java.util.Arrays;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.nd4j.linalg.api.memory.MemoryWorkspace;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.infra.Blackhole;

/**
 * What a gate's decision takes a layer: logits from kernels to the host, who computes what, and
 * what of it goes back. Tokens are so narrow that the router's product is next to nothing, and
 * there are no experts.
 */
@State(Scope.Benchmark)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
public class GateDecisions extends Timed {
  private static final int WIDTH = 8;
  private static final int VOCABULARY = 4096;
  private static final int LENGTH = 128;

  @Param public Kind kind = Kind.EVOMOE;

  /** Tokens and experts. */
  @Param({"2048x8", "16384x64"})
  public String size = "2048x8";

  private final Kernels kernels = KernelSelection.forPrecision(Precision.F32);
  private INDArray tokens = random(kernels, 1, WIDTH);
  private Gate gate = GateProvider.named("dense").create(spec(1));
  private Pass pass = new Pass(Kind.EVOMOE.step(), TokenBatch.of(1, new int[1]));

  /** Makes the gate, and tokens of length 1 and more, so that its logits differ. */
  @Setup
  public void create() {
    String[] sizes = size.split("x", 2);
    int count = Integer.parseInt(sizes[0]);
    CounterRandom random = new CounterRandom(1);
    double[] values = new double[count * WIDTH];
    Arrays.setAll(values, random::gaussian);
    int[] ids = new int[count];
    Arrays.setAll(ids, s -> random.below(VOCABULARY, s));
    tokens = kernels.write(values, count, WIDTH);
    gate = GateProvider.named(kind.gate).create(spec(Integer.parseInt(sizes[1])));
    gate.parameters().stream()
        .filter(parameter -> parameter.value().size(0) == WIDTH)
        .forEach(parameter -> parameter.value().muli(kind.logits / 0.02 / Math.sqrt(WIDTH)));
    pass = new Pass(kind.step(), TokenBatch.of(LENGTH, ids));
  }

  private GateSpec spec(int experts) {
    return new GateSpec(
        io.evomoe.nn.Scope.root(1, kernels).gate(),
        WIDTH,
        experts,
        0,
        1,
        2,
        VOCABULARY,
        true,
        Map.of(),
        TrainingFacts.ofSteps(1000));
  }

  @Benchmark
  public Routing forward() {
    try (MemoryWorkspace ignored = memory()) {
      return gate.route(tokens, pass).routing();
    }
  }

  @Benchmark
  public void forwardAndBackward(Blackhole sink) {
    try (MemoryWorkspace ignored = memory()) {
      Routed routed = gate.route(tokens, pass);
      double[] weights = routed.routing().weights();
      double[] bypass = new double[routed.routing().bypass() == null ? 0 : pass.tokens().size()];
      sink.consume(routed.pullback().pull(new RoutingGradient(weights, bypass)));
    }
  }

  /** Which gate, and when in its training. */
  public enum Kind {
    /** As it is begun: every expert for every token. */
    EVOMOE_DENSE("evomoe", 0.02, 2),
    /** Later: two experts for most tokens. */
    EVOMOE("evomoe", 1.5, 0.1),
    SWITCH("switch", 1, 1),
    TOPK("topk", 1, 1),
    LOSSFREE("lossfree", 1, 1),
    REMOE("remoe", 1, 1),
    HASH("hash", 1, 1),
    STABLEMOE("stablemoe", 1, 1),
    /** Evaluated: apart from its assignment, which {@link Assignments} measures. */
    BASE("base", 1, 1);

    private final String gate;
    private final double logits;
    private final double temperature;

    Kind(String gate, double logits, double temperature) {
      this.gate = gate;
      this.logits = logits;
      this.temperature = temperature;
    }

    private StepContext step() {
      return new StepContext(10, Phase.SOFT, temperature, this != BASE, 1);
    }
  }
}
