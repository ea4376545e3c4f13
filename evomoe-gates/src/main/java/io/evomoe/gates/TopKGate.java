package io.evomoe.gates;

import io.evomoe.kernel.Kernels;
import io.evomoe.moe.Gate;
import io.evomoe.moe.Gate.TopKRouting;
import io.evomoe.moe.GateSpec;
import io.evomoe.moe.LoadBalancing;
import io.evomoe.moe.Options;
import io.evomoe.moe.Options.Bounds;
import io.evomoe.moe.Routed;
import io.evomoe.moe.Router;
import io.evomoe.moe.Router.RouterLogits;
import io.evomoe.moe.RouterOptions;
import io.evomoe.moe.Routing;
import io.evomoe.moe.Softmax;
import io.evomoe.moe.TokenMatrix;
import io.evomoe.nn.Pass;
import io.evomoe.nn.TokenBatch;
import io.evomoe.random.CounterRandom;
import io.evomoe.step.StepContext;
import java.util.Map;
import java.util.TreeMap;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * The top-1 gate of Switch Transformers (Fedus et al., arXiv 2101.03961, section 2), the top-2 gate
 * of GShard (Lepikhin et al., arXiv 2006.16668, section 2.2 and algorithm 1), and the same for any
 * number k of choices.
 *
 * <p>{@code p = softmax(x W)}. A token chooses the k experts with the largest p. Its weights are
 * these p for gate {@code switch}, and otherwise p divided by the sum over the token's k. In
 * training an expert takes at most {@code C = k ceil(capacityFactor S / E)} tokens: first all first
 * choices by position, then all second choices, and so on. The rest is dropped, and the other
 * weights do not change. A token without an expert has output 0. In evaluation nothing is dropped
 * and no choice is random, so a token's output does not depend on its batch. The Switch paper uses
 * a capacity factor of 2 there.
 *
 * <p>Options:
 *
 * <ul>
 *   <li>{@code k}: 1 to E, default 2 or E if that is less. It is fixed for gates {@code top2} and
 *       {@code switch}
 *   <li>{@code capacityFactor}: above 0, default 1.25. {@code infinite} drops nothing in training
 *       either
 *   <li>{@code alpha}: factor of the balance loss {@code E sum_e f_e P_e}, 0 to 1000, default 0.01.
 *       f is the share of tokens whose first choice is e, before drops (a constant to the
 *       gradient), and P the mean of p over real tokens. The loss is {@code E^2} times the loss in
 *       the GShard paper, as in its published code. It is alpha at balance for any E. As in the
 *       Switch paper, the loss is not divided by the number of layers
 *   <li>{@code zLoss}: factor of {@code mean(logsumexp(z)^2)}, 0 to 1000, default 0. ST-MoE uses
 *       1e-3
 *   <li>{@code jitter}: in training, only the router sees {@code x U(1 - jitter, 1 + jitter)}.
 *       Below 1, default 0. The Switch paper uses 0.01
 *   <li>{@code hashLayers}: number of first MoE layers of each stack that use {@link HashGate} with
 *       a random table, as in DeepSeek-V4; at least 0, default 0. Larger values mean all layers
 *   <li>{@code randomSecond}: in training, keeps a choice after the first only with probability
 *       {@code min(1, k w)}, default false. For k = 2 it is the paper's {@code 2 g2 > uniform(0,
 *       1)}. Gate {@code switch} does not have it
 *   <li>{@code renormalize}: divides a token's k weights by their sum, as in GShard and Mixtral,
 *       default true. Otherwise they are those of the softmax over all experts (OLMoE, arXiv
 *       2409.02060). Gate {@code switch} does not have it
 *   <li>the options of {@link RouterOptions}
 * </ul>
 */
public final class TopKGate extends RouterGate {
  private final Kernels kernels;
  private final String layer;
  private final int experts;
  private final int k;
  private final Settings options;

  private static Gate of(String name, GateSpec spec, int k, Settings options) {
    return HashGate.inFirst(options.hashLayers, name, spec, () -> new TopKGate(spec, k, options));
  }

  private TopKGate(GateSpec spec, int k, Settings options) {
    super(new Router(spec, options.router));
    this.kernels = spec.scope().kernels();
    this.layer = spec.scope().name();
    this.experts = spec.experts();
    this.k = k;
    this.options = options;
  }

  @Override
  Map<String, Double> ownLosses() {
    Map<String, Double> losses = new TreeMap<>(Map.of("balance (alpha)", options.alpha));
    if (!options.several || options.zLoss > 0) {
      losses.put("router z-loss", options.zLoss);
    }
    return losses;
  }

  @Override
  public TopKRouting topKRouting(StepContext step) {
    return router.topKRouting(step, k, options.renormalize);
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
    TokenBatch batch = pass.tokens();
    RouterLogits logits = router.forward(tokens, pass);
    TokenMatrix z = logits.values();
    Choices choices = new Choices(z, batch, k);
    TokenMatrix p = Softmax.of(z, 1);
    TokenMatrix weights = options.renormalize ? choices.softmax(z) : p;
    Routing routing =
        pass.step().training() ? dispatch(weights, choices, pass) : choices.routing(weights);
    LoadBalancing balance = new LoadBalancing(p, choices.firstLoads(), batch);
    RouterZLoss zLoss = options.zLoss > 0 ? new RouterZLoss(z, batch) : null;
    return logits.routed(
        routing,
        options.alpha * balance.loss() + (zLoss == null ? 0 : options.zLoss * zLoss.loss()),
        gradient -> {
          INDArray chosen = options.renormalize ? logits.array(weights) : logits.softmax();
          INDArray dWeights = logits.weightGradient(routing, gradient);
          INDArray dz = logits.softmaxGradient(chosen, dWeights, 1);
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

  private Routing dispatch(TokenMatrix weights, Choices choices, Pass pass) {
    int real = pass.tokens().realTokens();
    int ofOneChoice = Routing.capacity(options.capacityFactor, real, experts);
    CounterRandom random = pass.step().random(layer + ".choice");
    return choices.routing(
        weights,
        Math.multiplyExact(k, ofOneChoice),
        (number, rank, weight) ->
            rank == 0 || !options.randomSecond || k * weight > random.uniform(number * k + rank));
  }

  private TokenMatrix jitterFactors(INDArray tokens, Pass pass) {
    CounterRandom random = pass.step().random(layer + ".jitter");
    TokenMatrix factors = new TokenMatrix(pass.tokens().size(), Math.toIntExact(tokens.size(1)));
    new RealTokens(pass.tokens())
        .addDraws(factors, draw -> 1 + options.jitter * (2 * random.uniform(draw) - 1));
    return factors;
  }

  /**
   * The options.
   *
   * @param several whether tokens may have several choices; false for gate {@code switch}
   */
  private record Settings(
      boolean several,
      RouterOptions router,
      int hashLayers,
      double capacityFactor,
      double alpha,
      double zLoss,
      double jitter,
      boolean randomSecond,
      boolean renormalize) {

    /**
     * Reads the options.
     *
     * @param several whether tokens may have several choices, so that there are options for these
     */
    static Settings from(Options options, boolean several) {
      return new Settings(
          several,
          RouterOptions.from(options),
          HashGate.layers(options),
          options.number("capacityFactor", 1.25, Bounds.above(0).orInfinite()),
          options.coefficient("alpha", 0.01),
          options.coefficient("zLoss", 0),
          options.number("jitter", 0, Bounds.atLeast(0).below(1)),
          several && options.flag("randomSecond", false),
          several && options.flag("renormalize", true));
    }
  }

  /** Gate {@code topk}. */
  public static final class Provider extends BuiltInProvider {

    /** Creates the provider. */
    public Provider() {
      super(
          "topk",
          "top-k with capacity and a balance loss (GShard, arXiv 2006.16668, for any k)",
          (spec, options) ->
              of("topk", spec, Choices.count(options, spec), Settings.from(options, true)));
    }
  }

  /** Gate {@code top2}. */
  public static final class Top2Provider extends BuiltInProvider {

    /** Creates the provider. */
    public Top2Provider() {
      super(
          "top2",
          "top-2 with capacity and a balance loss (GShard, arXiv 2006.16668)",
          (spec, options) ->
              of(
                  "top2",
                  spec,
                  Math.min(Choices.STANDARD, spec.experts()),
                  Settings.from(options, true)));
    }
  }

  /** Gate {@code switch}. */
  public static final class SwitchProvider extends BuiltInProvider {

    /** Creates the provider. */
    public SwitchProvider() {
      super(
          "switch",
          "top-1 with capacity and a balance loss (Switch Transformers, arXiv 2101.03961)",
          (spec, options) -> of("switch", spec, 1, Settings.from(options, false)));
    }
  }
}
