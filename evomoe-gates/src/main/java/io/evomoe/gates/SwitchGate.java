package io.evomoe.gates;

import io.evomoe.kernel.Kernels;
import io.evomoe.moe.Gate;
import io.evomoe.moe.GateOptions;
import io.evomoe.moe.GateSpec;
import io.evomoe.moe.LoadBalancing;
import io.evomoe.moe.Options.Bounds;
import io.evomoe.moe.Routed;
import io.evomoe.moe.Router;
import io.evomoe.moe.Router.RouterLogits;
import io.evomoe.moe.RouterOptions;
import io.evomoe.moe.RouterZLoss;
import io.evomoe.moe.Routing;
import io.evomoe.moe.Softmax;
import io.evomoe.moe.TokenMatrix;
import io.evomoe.moe.TopKRouting;
import io.evomoe.nn.Pass;
import io.evomoe.nn.TokenBatch;
import io.evomoe.random.CounterRandom;
import io.evomoe.step.StepContext;
import java.util.Map;
import java.util.TreeMap;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * The top-1 gate of Switch Transformers (Fedus et al., arXiv 2101.03961, section 2).
 *
 * <p>{@code p = softmax(x W)}. A token uses {@code e = argmax p} with weight {@code p_e}. In
 * training an expert takes the first {@code C = ceil(capacityFactor S / E)} of its tokens by
 * position. It drops the others: they have no expert and output 0. In evaluation nothing is
 * dropped, so a token's output does not depend on its batch. The paper uses a capacity factor of 2
 * there.
 *
 * <p>Options:
 *
 * <ul>
 *   <li>{@code capacityFactor}: above 0, default 1.25. {@code infinite} drops nothing in training
 *       either
 *   <li>{@code alpha}: factor of the balance loss {@code E sum_e f_e P_e}, 0 to 1000, default 0.01.
 *       f is the share of tokens routed before drops (a constant to the gradient), and P the mean
 *       of p over real tokens. As in the paper, the loss is not divided by the number of layers
 *   <li>{@code zLoss}: factor of {@code mean(logsumexp(z)^2)}, 0 to 1000, default 0. ST-MoE uses
 *       1e-3
 *   <li>{@code jitter}: in training, only the router sees {@code x U(1 - jitter, 1 + jitter)}.
 *       Below 1, default 0. The paper uses 0.01
 *   <li>{@code hashLayers}: number of first MoE layers of each stack that use {@link HashGate} with
 *       a random table, as in DeepSeek-V4; at least 0, default 0. Larger values mean all layers
 *   <li>the options of {@link RouterOptions}
 * </ul>
 */
public final class SwitchGate extends RouterGate {
  private final Kernels kernels;
  private final Options options;
  private final String layer;
  private final int experts;

  private static Gate of(GateSpec spec, GateOptions options) {
    Options read = new Options(options);
    return HashGate.inFirst(read.hashLayers, "switch", spec, () -> new SwitchGate(spec, read));
  }

  private SwitchGate(GateSpec spec, Options options) {
    super(new Router(spec, options.router));
    this.kernels = spec.scope().kernels();
    this.options = options;
    this.layer = spec.scope().name();
    this.experts = spec.experts();
  }

  @Override
  public Map<String, Double> losses() {
    return new TreeMap<>(Map.of("balance (alpha)", options.alpha, "router z-loss", options.zLoss));
  }

  @Override
  public TopKRouting topKRouting(StepContext step) {
    return router.topKRouting(step, 1, false);
  }

  @Override
  public Routed route(INDArray tokens, Pass pass) {
    if (!pass.step().training() || options.jitter == 0) {
      return routeUnchanged(tokens, pass);
    }
    INDArray factors = jitterFactors(tokens, pass).toArray(kernels);
    Routed routed = routeUnchanged(kernels.times(tokens, factors), pass);
    return new Routed(
        routed.routing(),
        routed.auxLoss(),
        gradient -> {
          INDArray dTokens = routed.pullback().pull(gradient);
          return dTokens == null ? null : kernels.times(dTokens, factors);
        });
  }

  private Routed routeUnchanged(INDArray tokens, Pass pass) {
    RouterLogits logits = router.forward(tokens, pass);
    TokenMatrix z = logits.values();
    TokenMatrix p = Softmax.of(z, 1);
    Choices choices = new Choices(p, pass.tokens(), 1);
    Routing routing = dispatch(p, choices, pass);
    LoadBalancing balance = new LoadBalancing(p, choices.firstLoads(), pass.tokens());
    RouterZLoss zLoss = options.zLoss > 0 ? new RouterZLoss(z, pass.tokens()) : null;
    return new Routed(
        routing,
        options.alpha * balance.loss() + (zLoss == null ? 0 : options.zLoss * zLoss.loss()),
        gradient -> {
          INDArray dp = logits.weightGradient(routing, gradient);
          INDArray dz = logits.softmaxGradient(logits.softmax(), dp, 1);
          if (options.alpha > 0 || zLoss != null) {
            TokenMatrix ofLosses = balance.logitGradient(options.alpha, p, 1);
            if (zLoss != null) {
              zLoss.addGradient(options.zLoss, p, ofLosses);
            }
            logits.add(dz, ofLosses);
          }
          return logits.backward(dz);
        });
  }

  private Routing dispatch(TokenMatrix p, Choices choices, Pass pass) {
    if (!pass.step().training()) {
      return choices.routing(p);
    }
    int real = pass.tokens().realTokens();
    int capacity = Routing.capacity(options.capacityFactor, real, experts);
    return choices.routing(p, capacity, (number, rank, weight) -> true);
  }

  /** Returns the jitter factors. Draws are numbered by real tokens, so padding changes no draw. */
  private TokenMatrix jitterFactors(INDArray tokens, Pass pass) {
    TokenBatch batch = pass.tokens();
    CounterRandom random = pass.step().random(layer + ".jitter");
    int width = Math.toIntExact(tokens.size(1));
    TokenMatrix factors = new TokenMatrix(batch.size(), width);
    new RealTokens(batch)
        .eachRow(
            factors,
            (s, number) -> {
              for (int j = 0; j < width; j++) {
                double draw = random.uniform((long) number * width + j);
                factors.set(s, j, 1 + options.jitter * (2 * draw - 1));
              }
            });
    return factors;
  }

  private record Options(
      RouterOptions router,
      int hashLayers,
      double capacityFactor,
      double alpha,
      double zLoss,
      double jitter) {

    Options(GateOptions options) {
      this(
          RouterOptions.from(options),
          HashGate.layers(options),
          options.number("capacityFactor", 1.25, Bounds.above(0).orInfinite()),
          options.coefficient("alpha", 0.01),
          options.coefficient("zLoss", 0),
          options.number("jitter", 0, Bounds.atLeast(0).below(1)));
    }
  }

  /** Gate {@code switch}. */
  public static final class Provider extends BuiltInProvider {
    /** Creates the provider. */
    public Provider() {
      super(
          "switch",
          "top-1 with capacity and a balance loss (Switch Transformers, arXiv 2101.03961)",
          SwitchGate::of);
    }
  }
}
