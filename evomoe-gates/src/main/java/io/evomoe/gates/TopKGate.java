package io.evomoe.gates;

import io.evomoe.moe.GateOptions;
import io.evomoe.moe.GateSpec;
import io.evomoe.moe.LoadBalancing;
import io.evomoe.moe.Options.Bounds;
import io.evomoe.moe.Routed;
import io.evomoe.moe.Router;
import io.evomoe.moe.Router.RouterLogits;
import io.evomoe.moe.RouterOptions;
import io.evomoe.moe.Routing;
import io.evomoe.moe.Softmax;
import io.evomoe.moe.TokenMatrix;
import io.evomoe.moe.TopKRouting;
import io.evomoe.nn.Pass;
import io.evomoe.nn.TokenBatch;
import io.evomoe.random.CounterRandom;
import io.evomoe.step.StepContext;
import java.util.Map;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * The top-2 gate of GShard (Lepikhin et al., arXiv 2006.16668, section 2.2 and algorithm 1), for
 * any number k of choices.
 *
 * <p>{@code p = softmax(x W)}. A token chooses the k experts with the largest p. Each weight is p
 * divided by the sum over the token's k. In training an expert takes at most {@code C = k
 * ceil(capacityFactor S / E)} tokens: first all first choices by position, then all second choices,
 * and so on. The rest is dropped, and the other weights do not change. In evaluation nothing is
 * dropped and no choice is random, so a token's output does not depend on its batch.
 *
 * <p>Options:
 *
 * <ul>
 *   <li>{@code k}: 1 to E, default 2 or E if that is less. It is fixed for gate {@code top2}
 *   <li>{@code capacityFactor}: above 0, default 1.25. {@code infinite} drops nothing in training
 *       either
 *   <li>{@code alpha}: factor of the balance loss {@code E sum_e f_e P_e}, 0 to 1000, default 0.01.
 *       f is the share of tokens whose first choice is e, before drops (a constant to the
 *       gradient), and P the mean of p. The loss is {@code E^2} times the loss in the paper, as in
 *       its published code. It is alpha at balance for any E
 *   <li>{@code randomSecond}: in training, keeps a choice after the first only with probability
 *       {@code min(1, k w)}, default false. For k = 2 it is the paper's {@code 2 g2 > uniform(0,
 *       1)}
 *   <li>{@code renormalize}: divides a token's k weights by their sum, as in GShard and Mixtral,
 *       default true. Otherwise they are those of the softmax over all experts (OLMoE, arXiv
 *       2409.02060)
 *   <li>the options of {@link RouterOptions}
 * </ul>
 */
public final class TopKGate extends RouterGate {
  private final String layer;
  private final int experts;
  private final int k;
  private final double capacityFactor;
  private final double alpha;
  private final boolean randomSecond;
  private final boolean renormalize;

  private TopKGate(GateSpec spec, int k, GateOptions options) {
    super(new Router(spec, RouterOptions.from(options)));
    this.layer = spec.scope().name();
    this.experts = spec.experts();
    this.k = k;
    this.capacityFactor = options.number("capacityFactor", 1.25, Bounds.above(0).orInfinite());
    this.alpha = options.coefficient("alpha", 0.01);
    this.randomSecond = options.flag("randomSecond", false);
    this.renormalize = options.flag("renormalize", true);
  }

  @Override
  public Map<String, Double> losses() {
    return Map.of("balance (alpha)", alpha);
  }

  @Override
  public TopKRouting topKRouting(StepContext step) {
    return router.topKRouting(step, k, renormalize);
  }

  @Override
  public Routed route(INDArray tokens, Pass pass) {
    TokenBatch batch = pass.tokens();
    RouterLogits logits = router.forward(tokens, pass);
    TokenMatrix z = logits.values();
    Choices choices = new Choices(z, batch, k);
    TokenMatrix p = Softmax.of(z, 1);
    TokenMatrix weights = renormalize ? choices.softmax(z) : p;
    Routing routing =
        pass.step().training() ? dispatch(weights, choices, pass) : choices.routing(weights);
    LoadBalancing balance = new LoadBalancing(p, choices.firstLoads(), batch);
    return new Routed(
        routing,
        alpha * balance.loss(),
        gradient -> {
          INDArray chosen = renormalize ? logits.array(weights) : logits.softmax();
          INDArray dWeights = logits.weightGradient(routing, gradient);
          INDArray dz = logits.softmaxGradient(chosen, dWeights, 1);
          if (alpha > 0) {
            logits.add(dz, balance.logitGradient(alpha, p, 1));
          }
          return logits.backward(dz);
        });
  }

  private Routing dispatch(TokenMatrix weights, Choices choices, Pass pass) {
    int ofOneChoice = Routing.capacity(capacityFactor, pass.tokens().realTokens(), experts);
    CounterRandom random = pass.step().random(layer + ".choice");
    return choices.routing(
        weights,
        Math.multiplyExact(k, ofOneChoice),
        (number, rank, weight) ->
            rank == 0 || !randomSecond || k * weight > random.uniform(number * k + rank));
  }

  /** Gate {@code topk}. */
  public static final class Provider extends BuiltInProvider {
    /** Creates the provider. */
    public Provider() {
      super(
          "topk",
          "top-k with capacity and a balance loss (GShard, arXiv 2006.16668, for any k)",
          (spec, options) -> new TopKGate(spec, Choices.count(options, spec), options));
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
              new TopKGate(spec, Math.min(Choices.STANDARD, spec.experts()), options));
    }
  }
}
