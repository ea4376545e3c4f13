package io.evomoe.gates;

import io.evomoe.evolution.EvolvingFeedForward;
import io.evomoe.evolution.ExpertPlan;
import io.evomoe.evolution.ExpertPlan.SharedExperts;
import io.evomoe.kernel.ActivationFunction;
import io.evomoe.kernel.KernelSelection;
import io.evomoe.kernel.Kernels;
import io.evomoe.moe.GateProvider;
import io.evomoe.moe.Gates;
import io.evomoe.moe.TrainingFacts;
import io.evomoe.nn.FeedForwardConfig;
import io.evomoe.nn.NormConfig;
import io.evomoe.nn.Output;
import io.evomoe.nn.Parameter;
import io.evomoe.nn.Pass;
import io.evomoe.nn.Scope;
import io.evomoe.nn.Scope.Initialization;
import io.evomoe.nn.TokenBatch;
import io.evomoe.random.CounterRandom;
import io.evomoe.step.StepContext;
import io.evomoe.step.StepContext.Phase;
import io.evomoe.testing.GradientCheck;
import java.util.List;
import java.util.Map;
import java.util.function.DoubleSupplier;
import java.util.stream.IntStream;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.memory.MemoryWorkspace;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** A whole MoE layer with a gate and four experts, in double, over ten tokens. */
final class LayerScene {
  static final int WIDTH = 6;
  private static final int TOKENS = 10;
  static final int EXPERTS = 4;
  private static final int VOCABULARY = 12;

  private final EvolvingFeedForward layer;
  private final INDArray tokens = random(3);
  private final INDArray slopes = random(4);

  private LayerScene(EvolvingFeedForward layer) {
    this.layer = layer;
  }

  /** A new layer, for a training of 40 steps. */
  static LayerScene of(GateProvider provider, Map<String, String> options) {
    return new LayerScene(layer(provider, options));
  }

  /** The layer alone, before experts are spawned. */
  static EvolvingFeedForward layer(GateProvider provider, Map<String, String> options) {
    ExpertPlan plan =
        new ExpertPlan(
            new Gates(provider, options, TrainingFacts.ofSteps(40)),
            EXPERTS,
            new SharedExperts(0, 7, false),
            1,
            1,
            FeedForwardConfig.plain(WIDTH, 7, ActivationFunction.GELU),
            NormConfig.LAYER,
            new Initialization(0.5, 0.5),
            VOCABULARY,
            false);
    return new EvolvingFeedForward(Scope.root(2, kernels()).child("moe"), plan);
  }

  static Kernels kernels() {
    return KernelSelection.forType(DataType.DOUBLE);
  }

  INDArray tokens() {
    return tokens;
  }

  List<Parameter> parameters() {
    return layer.parameters();
  }

  /** The layer's output at a step. */
  Output forward(long step, boolean training) {
    int[] ids = IntStream.range(0, TOKENS).map(s -> s * 5 % VOCABULARY).toArray();
    StepContext context = new StepContext(step, Phase.SOFT, 1, training, 1);
    return layer.forward(tokens, new Pass(context, TokenBatch.of(TOKENS, ids)));
  }

  /** Clears all gradients and adds those of the loss, auxiliary losses included. */
  INDArray backward(long step) {
    parameters().forEach(Parameter::clearGradient);
    return forward(step, true).pullback().pull(slopes);
  }

  /** Compares all gradients at a step with central differences, from weights that are not zero. */
  void checkGradient(long step) {
    for (Parameter parameter : parameters()) {
      CounterRandom random = new CounterRandom(CounterRandom.fold(5, parameter.name()));
      for (long i = 0; i < parameter.length(); i++) {
        parameter.value().putScalar(i, 0.5 * random.gaussian(i));
      }
    }
    DoubleSupplier loss =
        () -> {
          try (MemoryWorkspace ignored =
              Nd4j.getWorkspaceManager().getAndActivateWorkspace("LAYER_SCENE")) {
            Output output = forward(step, true);
            double auxLoss = output.reports().get(0).auxLoss();
            return auxLoss + output.value().mul(slopes).sumNumber().doubleValue();
          }
        };
    INDArray dTokens = backward(step);
    GradientCheck check = GradientCheck.DEFAULT.withSample(1);
    check.check(loss, "tokens", tokens, dTokens);
    check.check(loss, parameters());
  }

  private static INDArray random(long seed) {
    CounterRandom random = new CounterRandom(seed);
    double[] values = IntStream.range(0, TOKENS * WIDTH).mapToDouble(random::gaussian).toArray();
    return Nd4j.create(values, new long[] {TOKENS, WIDTH}, 'c');
  }
}
