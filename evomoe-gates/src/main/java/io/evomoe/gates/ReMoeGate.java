package io.evomoe.gates;

import io.evomoe.moe.Gate.GateState;
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
import io.evomoe.moe.TokenMatrix;
import io.evomoe.nn.Pass;
import io.evomoe.nn.TokenBatch;
import io.evomoe.step.StepContext;
import java.util.List;
import java.util.Map;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * ReLU routing of ReMoE (Wang et al., arXiv 2412.14711, sections 3.1 to 3.3).
 *
 * <p>{@code w = relu(x W)}. A token uses the experts with positive w. It may have none; its output
 * is then 0 and the residual carries it. Weights do not sum to 1, so a single expert is not the
 * plain net.
 *
 * <p>The loss is the paper's load-balanced L1 norm {@code lambda / L mean_s sum_e f_e w_se} over L
 * MoE layers. {@code f_e = E / k mean_s 1[w_se > 0]} is a constant to the gradient. lambda controls
 * the mean number of active experts. After each training step it is multiplied by alpha if more
 * than k were active, and divided by alpha if fewer were.
 *
 * <p>Differences from the paper: each layer has its own lambda, so each layer approaches k. With
 * exactly k active experts lambda does not change; the published code divides it. The published
 * code does not divide the loss by L. lambda has a minimum of 1e-12, because it could not rise
 * again from 0.
 *
 * <p>Options:
 *
 * <ul>
 *   <li>{@code k}: target mean number of active experts, 0.01 to E, default 1 as in the paper
 *   <li>{@code lambda}: lambda at the first step, 1e-12 to 1, default 1e-8. At 1 the norm has the
 *       same weight as the task loss
 *   <li>{@code alpha}: factor of lambda, above 1 and at most 10, default 1.2
 *   <li>the options of {@link RouterOptions}
 * </ul>
 */
public final class ReMoeGate extends RouterGate {
  private static final double LEAST_LAMBDA = 1e-12;
  private static final double LEAST_ACTIVE = 0.01;
  private static final int[] NO_EXPERT = {};

  private final SteppedValue lambda;
  private final int moeLayers;
  private final double k;
  private final double firstLambda;
  private final double alpha;

  private ReMoeGate(GateSpec spec, Options options) {
    super(new Router(spec, RouterOptions.from(options)));
    this.moeLayers = spec.moeLayers();
    this.k = options.number("k", 1, Bounds.atLeast(LEAST_ACTIVE).atMost(spec.experts()));
    this.firstLambda = options.number("lambda", 1e-8, Bounds.atLeast(LEAST_LAMBDA).atMost(1));
    this.alpha = options.number("alpha", 1.2, Bounds.above(1).atMost(10));
    this.lambda = SteppedValue.of(spec.scope(), "lambda", firstLambda, 2, this::steered);
  }

  @Override
  public List<GateState> state() {
    return lambda.state();
  }

  @Override
  Map<String, Double> ownLosses() {
    return Map.of("balanced L1 (lambda, steered from here)", firstLambda);
  }

  @Override
  public TopKRouting topKRouting(StepContext step) {
    return new TopKRouting.Other("gives a token as many experts as have a logit above 0");
  }

  @Override
  public Routed route(INDArray tokens, Pass pass) {
    TokenBatch batch = pass.tokens();
    RouterLogits logits = router.forward(tokens, pass);
    TokenMatrix z = logits.values();
    TokenMatrix w = z.map(logit -> logit > 0 ? logit : 0);
    Routing routing = Routing.of(active(z, batch), w);
    LoadBalancing balance = new LoadBalancing(w, routing.loads(), batch);
    double coefficient = lambda.at(pass.step())[0] / (moeLayers * k);
    return logits.routed(
        routing,
        coefficient * balance.loss(),
        gradient -> {
          lambda.count(pass.step(), new double[] {routing.assignments(), batch.realTokens()});
          INDArray dz = logits.weightGradient(routing, gradient);
          TokenMatrix ofLoss = new TokenMatrix(z.tokens(), z.columns());
          balance.addGradient(coefficient, ofLoss);
          logits.add(dz, ofLoss.times(w.map(Math::signum)));
          return logits.backward(dz);
        });
  }

  private double[] steered(double[] before, double[] counts) {
    double direction = Math.signum(counts[0] - k * counts[1]);
    double after = before[0] * Math.pow(alpha, direction);
    return new double[] {Math.max(after, Math.min(before[0], LEAST_LAMBDA))};
  }

  private static int[][] active(TokenMatrix z, TokenBatch batch) {
    int[][] active = new int[z.tokens()][];
    z.eachRow(s -> active[s] = batch.isPadding(s) ? NO_EXPERT : z.above(s, 0));
    return active;
  }

  /** Gate {@code remoe}. */
  public static final class Provider extends BuiltInProvider {
    /** Creates the provider. */
    public Provider() {
      super(
          "remoe",
          "ReLU weights, an adaptive L1 loss steers their number (ReMoE, arXiv 2412.14711)",
          ReMoeGate::new);
    }
  }
}
