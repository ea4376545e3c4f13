package io.evomoe.gates;

import io.evomoe.moe.Gate.GateState;
import io.evomoe.moe.Gate.TopKRouting;
import io.evomoe.moe.GateSpec;
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
import io.evomoe.step.StepContext;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Top-k routing balanced by a bias instead of a loss (Wang et al., arXiv 2408.15664, section 3,
 * algorithm 1).
 *
 * <p>{@code s = softmax(x W)}. A token uses the k experts with the largest {@code s + b}, with the
 * weights s: the bias affects the choice but not the weights. After each training step {@code b_e
 * += gamma sign(mean load - load_e)}, over the real tokens of all micro-batches of the step. No
 * gradient flows through b or the choice. There is no loss of its own and no capacity. Evaluation
 * uses b unchanged.
 *
 * <p>Options:
 *
 * <ul>
 *   <li>{@code k}: 1 to E, default 2 or E if that is less
 *   <li>{@code gamma}: the paper's bias update rate u, 0 to 1, default 1e-3
 *   <li>{@code scores}: {@code softmax} (default, as in the other gates and the paper's appendix)
 *       or {@code sigmoid}, the paper's main choice
 *   <li>{@code renormalize}: divides the weights by their sum over the token's k, default false as
 *       in the paper
 *   <li>the options of {@link RouterOptions}
 * </ul>
 */
public final class LossFreeGate extends RouterGate {
  private static final double LEAST_SUM = 1e-300;

  private final SteppedValue bias;
  private final int experts;
  private final int k;
  private final double gamma;
  private final Scores scores;
  private final boolean renormalize;

  private LossFreeGate(GateSpec spec, Options options) {
    super(new Router(spec, RouterOptions.from(options)));
    this.experts = spec.experts();
    this.k = Choices.count(options, spec);
    this.gamma = options.number("gamma", 1e-3, Bounds.atLeast(0).atMost(1));
    this.scores = options.choice("scores", Scores.SOFTMAX);
    this.renormalize = options.flag("renormalize", false);
    this.bias = SteppedValue.ofExperts(spec.scope(), "bias", experts, this::moved);
  }

  @Override
  public List<GateState> state() {
    return bias.state();
  }

  @Override
  public TopKRouting topKRouting(StepContext step) {
    return new TopKRouting.Other("chooses by scores to which a bias is added");
  }

  @Override
  public Routed route(INDArray tokens, Pass pass) {
    RouterLogits logits = router.forward(tokens, pass);
    TokenMatrix s = scores.of(logits.values());
    Choices choices = new Choices(biased(s, bias.at(pass.step())), pass.tokens(), k);
    TokenMatrix weights = renormalize ? divided(s, choices.sums(s)) : s;
    Routing routing = choices.routing(weights);
    return logits.routed(
        routing,
        0,
        gradient -> {
          bias.count(pass.step(), IntStream.of(routing.loads()).asDoubleStream().toArray());
          INDArray dWeights = logits.weightGradient(routing, gradient);
          INDArray dz =
              renormalize ? logits.softmaxGradient(logits.weights(routing), dWeights, 1) : dWeights;
          return logits.backward(scores.gradient(logits, s, dz, renormalize));
        });
  }

  private double[] moved(double[] before, double[] load) {
    double mean = Arrays.stream(load).sum() / experts;
    double[] after = before.clone();
    for (int e = 0; e < experts; e++) {
      after[e] += gamma * Math.signum(mean - load[e]);
    }
    return after;
  }

  private static TokenMatrix biased(TokenMatrix scores, double[] bias) {
    TokenMatrix sum = scores.copy();
    sum.eachRow(
        s -> {
          for (int e = 0; e < bias.length; e++) {
            sum.add(s, e, bias[e]);
          }
        });
    return sum;
  }

  private static TokenMatrix divided(TokenMatrix scores, double[] sums) {
    TokenMatrix weights = new TokenMatrix(scores.tokens(), scores.columns());
    weights.eachRow(
        s -> {
          for (int e = 0; e < weights.columns(); e++) {
            weights.set(s, e, scores.get(s, e) / Math.max(sums[s], LEAST_SUM));
          }
        });
    return weights;
  }

  private enum Scores {
    SOFTMAX,
    SIGMOID;

    TokenMatrix of(TokenMatrix z) {
      return this == SOFTMAX ? Softmax.of(z, 1) : z.map(SigmoidBlend::sigmoid);
    }

    /**
     * Returns the gradient of z.
     *
     * @param scores s, the result of {@link #of}
     * @param dWeights gradient of the weights if they are the scores. If they are divided by their
     *     sum over the chosen experts, {@code w_e (dw_e - sum_j w_j dw_j)}. This is the gradient of
     *     the logarithms of the scores. If the scores are a softmax, it is also the gradient of z
     */
    INDArray gradient(RouterLogits logits, TokenMatrix scores, INDArray dWeights, boolean divided) {
      if (this == SOFTMAX) {
        return divided ? dWeights : logits.softmaxGradient(logits.softmax(), dWeights, 1);
      }
      return logits.times(dWeights, scores.map(score -> divided ? 1 - score : score * (1 - score)));
    }
  }

  /** Gate {@code lossfree}. */
  public static final class Provider extends BuiltInProvider {
    /** Creates the provider. */
    public Provider() {
      super(
          "lossfree",
          "top-k balanced by a bias instead of a loss (loss-free balancing, arXiv 2408.15664)",
          LossFreeGate::new);
    }
  }
}
