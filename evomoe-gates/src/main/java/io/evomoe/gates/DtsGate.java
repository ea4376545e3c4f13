package io.evomoe.gates;

import io.evomoe.moe.Bounds;
import io.evomoe.moe.Gate;
import io.evomoe.moe.GateOptions;
import io.evomoe.moe.GateProvider;
import io.evomoe.moe.GateSpec;
import io.evomoe.moe.Growth;
import io.evomoe.moe.LoadBalancing;
import io.evomoe.moe.Routed;
import io.evomoe.moe.Router;
import io.evomoe.moe.RouterLogits;
import io.evomoe.moe.RouterOptions;
import io.evomoe.moe.Routing;
import io.evomoe.moe.Softmax;
import io.evomoe.moe.TokenMatrix;
import io.evomoe.moe.TopKRouting;
import io.evomoe.nn.Parameter;
import io.evomoe.nn.Pass;
import io.evomoe.random.CounterRandom;
import io.evomoe.step.Phase;
import io.evomoe.step.StepContext;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.stream.IntStream;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * The Dense-To-Sparse gate of EvoMoE (Nie et al., arXiv 2112.14397, section 4.2).
 *
 * <p>{@code z = x W}, {@code p = softmax(z)}, {@code g = softmax((z + zeta) / tau)} with zeta from
 * Gumbel(0, 1) for each token and expert in training. The mask m is 1 where {@code g > threshold}
 * and at argmax g, so a token always has its first expert; in the hard phase m is 1 at the {@link
 * StepContext#hardExperts} experts of the largest g alone, one by default and in the paper. Weights
 * are {@code w = m p}. Where the threshold is below 1/E, a high temperature tau makes g flat and
 * all experts active; as tau falls, fewer pass it. m is a constant to the gradient. In the hard
 * phase without noise this is the router of published models with a fixed k: renormalized a softmax
 * over the k largest logits (Mixtral, arXiv 2401.04088, section 2.1), else their p (OLMoE, arXiv
 * 2409.02060, section 2).
 *
 * <p>Four defaults differ from the paper and its code: no noise; weights divided by their sum over
 * the token's experts; a threshold just below 1/E, so that few tokens keep several experts; and
 * evaluation by the mask of training instead of the first expert alone. The second and third are
 * others with a prior, see below. {@code noise: true, renormalize: false, threshold: 0.001} is the
 * paper's gate on our schedule. The official scripts also have a temperature that falls linearly
 * from 2.0 to 0.5, a hard phase from step 6,000 on, in most cases no balance loss, a router from
 * U(-1/sqrt(d), 1/sqrt(d)) instead of N(0, 0.02), and evaluation {@code top1}.
 *
 * <p>Options:
 *
 * <ul>
 *   <li>{@code threshold} 0.8 / E; with a prior that stays ({@code fixed} or {@code learned}), in
 *       all layers of the stack, 0.3, or 0.8 / E if that is more. At least 0 and below 1. From 1/E
 *       on there is no dense start: a token whose weights are even has its first expert alone
 *   <li>{@code startExperts} E, 1 to E: how many of the largest g a token has at most in the soft
 *       phase, so that a start may be less dense; ours
 *   <li>{@code noise} false: Gumbel noise in training; evaluation never has any
 *   <li>{@code weights} {@code p} (default) or {@code gumbel}: {@code w = m g}
 *   <li>{@code renormalize} true: divide w by its sum over the token's experts. Where a token has
 *       one expert, w is then 1 and its router's weights get no gradient from it, in a hard phase
 *       of one expert from no token. So it is false in a layer without a prior of a stack that has
 *       one that stays in another ({@code priorLayers: last}): nothing but W says where a token
 *       goes there, and most tokens have one expert
 *   <li>{@code balance} 0.01, 0 to 1000: times the loss {@code E sum_e mean(w_e) mean(m_e)},
 *       divided by the number of MoE layers. Where w is renormalized, p (or g) of all experts is in
 *       its place: the weight 1 of a token's only expert has no gradient that could balance
 *   <li>{@code evaluation} {@code adaptive} (default), {@code top1} (argmax p) or {@code dense}
 *       (every expert, in the hard phase too)
 *   <li>{@code gateActivation} {@code none} (default), {@code tanh} or {@code sigmoid} on z before
 *       all else; bounded logits can speed up convergence (arXiv 2401.13875)
 *   <li>{@code hashLayers} 0, at least 0: so many of the first MoE layers of each stack are those
 *       of {@link HashGate} with a random table, as the first layers of DeepSeek-V4 go by the
 *       token's id; all, where there are no more
 *   <li>those of {@link RouterOptions}
 * </ul>
 */
public final class DtsGate implements Gate {
  /** The default threshold as a share of the even weight 1/E. */
  private static final double THRESHOLD_SHARE = 0.8;

  /** The least that the default is in a stack with a prior that stays. */
  private static final double THRESHOLD_WITH_PRIOR = 0.3;

  private static final int[] NO_EXPERT = {};

  private final Router router;
  private final Options options;
  private final String layer;
  private final int experts;
  private final int[] every;
  private final double balanceCoefficient;

  private static Gate of(String name, GateSpec spec) {
    Options options = GateOptions.read(name, spec, read -> Options.from(read, spec));
    return HashGate.inFirst(options.hashLayers, name, spec, () -> new DtsGate(spec, options));
  }

  private DtsGate(GateSpec spec, Options options) {
    this.router = new Router(spec, options.router);
    this.options = options;
    this.layer = spec.scope().name();
    this.experts = spec.experts();
    this.every = IntStream.range(0, experts).toArray();
    this.balanceCoefficient = options.balance / spec.moeLayers();
  }

  @Override
  public List<Parameter> parameters() {
    return router.parameters();
  }

  @Override
  public long idleParameters() {
    return router.idleParameters();
  }

  @Override
  public Map<String, Double> losses() {
    return Map.of("balance", options.balance);
  }

  @Override
  public TopKRouting topKRouting(StepContext step) {
    if (options.gateActivation != GateActivation.NONE) {
      return new TopKRouting.Other("bounds its logits (option gateActivation)");
    }
    if (options.weights != Weights.P) {
      return new TopKRouting.Other("weighs by the temperature (option weights)");
    }
    OptionalInt kept = keptExperts(step.evaluating());
    return kept.isEmpty()
        ? new TopKRouting.Other(
            "keeps every expert above its threshold until the hard phase, unless a fixed k is asked"
                + " for (--experts-per-token)")
        : router.topKRouting(step, kept.getAsInt(), options.renormalize);
  }

  @Override
  public Routed route(INDArray tokens, Pass pass) {
    RouterLogits logits = router.forward(tokens, pass);
    TokenMatrix z = options.gateActivation.apply(logits.values());
    TokenMatrix noisy = options.noise && pass.step().training() ? withGumbelNoise(z, pass) : z;
    boolean gumbel = options.weights == Weights.GUMBEL;
    double temperature = gumbel ? pass.step().temperature() : 1;
    TokenMatrix scores = gumbel ? noisy : z;
    boolean ofLogits = scores == logits.values() && !gumbel;
    OptionalInt kept = keptExperts(pass.step());
    int[][] active = new int[z.tokens()][];
    TokenMatrix all = new TokenMatrix(z.tokens(), experts);
    TokenMatrix weights = options.renormalize ? new TokenMatrix(z.tokens(), experts) : all;
    z.eachRow(
        s -> {
          // all has g in this row until p takes its place
          active[s] = pass.tokens().isPadding(s) ? NO_EXPERT : active(noisy, s, kept, pass, all);
          Softmax.row(scores, s, temperature, all);
          if (options.renormalize) {
            Softmax.row(scores, s, active[s], temperature, weights);
          }
        });
    Routing routing = Routing.of(active, weights);
    TokenMatrix shares = options.renormalize ? all : all.times(mask(active));
    LoadBalancing balance = new LoadBalancing(shares, routing.loads(), pass.tokens());
    return new Routed(
        routing,
        balanceCoefficient * balance.loss(),
        gradient -> {
          INDArray p =
              options.renormalize
                  ? logits.weights(routing)
                  : ofLogits ? logits.softmax() : logits.array(all);
          INDArray dWeights = logits.weightGradient(routing, gradient);
          INDArray dz = logits.softmaxGradient(p, dWeights, temperature);
          if (balanceCoefficient > 0) {
            logits.add(
                dz,
                options.renormalize
                    ? balance.logitGradient(balanceCoefficient, all, temperature)
                    : ofActive(balance, mask(active), all, temperature));
          }
          return logits.backward(options.gateActivation.gradient(logits, z, dz));
        });
  }

  /** The gradient of the balance loss of weights that are m p, or m g, as they are. */
  private TokenMatrix ofActive(
      LoadBalancing balance, TokenMatrix mask, TokenMatrix all, double temperature) {
    TokenMatrix dWeights = new TokenMatrix(all.tokens(), all.columns());
    balance.addGradient(balanceCoefficient, dWeights);
    return Softmax.gradient(all, dWeights.times(mask), temperature);
  }

  /** Numbered by real tokens, so that padding changes no draw. */
  private TokenMatrix withGumbelNoise(TokenMatrix z, Pass pass) {
    CounterRandom random = pass.step().random(layer + ".gumbel");
    TokenMatrix noisy = z.copy();
    new RealTokens(pass.tokens())
        .eachRow(
            noisy,
            (s, number) -> {
              for (int e = 0; e < experts; e++) {
                noisy.add(s, e, random.gumbel((long) number * experts + e));
              }
            });
    return noisy;
  }

  /**
   * The experts of a real token.
   *
   * @param kept how many, or empty where the threshold says it
   * @param g takes g in the token's row, where it is needed
   */
  private int[] active(TokenMatrix noisy, int s, OptionalInt kept, Pass pass, TokenMatrix g) {
    if (kept.isPresent()) {
      return kept.getAsInt() == experts ? every : noisy.largest(s, kept.getAsInt());
    }
    Softmax.row(noisy, s, pass.step().temperature(), g);
    int[] above = g.above(s, options.threshold);
    if (above.length == 0) {
      return new int[] {noisy.argMax(s)};
    }
    return above.length <= options.startExperts ? above : noisy.largest(s, options.startExperts);
  }

  /** 1 at each token's experts [S, E]. */
  private TokenMatrix mask(int[][] active) {
    TokenMatrix mask = new TokenMatrix(active.length, experts);
    mask.eachRow(
        s -> {
          for (int e : active[s]) {
            mask.set(s, e, 1);
          }
        });
    return mask;
  }

  /** How many experts every token has; empty where the threshold says it for each. */
  private OptionalInt keptExperts(StepContext step) {
    Evaluation evaluation = step.training() ? Evaluation.ADAPTIVE : options.evaluation;
    return switch (evaluation) {
      case DENSE -> OptionalInt.of(experts);
      case TOP1 -> OptionalInt.of(1);
      case ADAPTIVE ->
          step.phase() == Phase.HARD ? OptionalInt.of(hardExperts(step)) : OptionalInt.empty();
    };
  }

  private int hardExperts(StepContext step) {
    if (step.hardExperts() > experts) {
      throw new IllegalArgumentException(
          "hardExperts must be at most the experts, %d, was %d"
              .formatted(experts, step.hardExperts()));
    }
    return step.hardExperts();
  }

  private enum Weights {
    P,
    GUMBEL
  }

  private enum Evaluation {
    ADAPTIVE,
    TOP1,
    DENSE
  }

  private enum GateActivation {
    NONE,
    TANH,
    SIGMOID;

    TokenMatrix apply(TokenMatrix z) {
      return switch (this) {
        case NONE -> z;
        case TANH -> z.map(Math::tanh);
        case SIGMOID -> z.map(SigmoidBlend::of);
      };
    }

    /** The gradient of z, from y, what {@link #apply} gave, and its gradient. */
    INDArray gradient(RouterLogits logits, TokenMatrix y, INDArray dy) {
      if (this == NONE) {
        return dy;
      }
      return logits.times(dy, y.map(v -> this == TANH ? 1 - v * v : v * (1 - v)));
    }
  }

  private record Options(
      RouterOptions router,
      int hashLayers,
      double threshold,
      int startExperts,
      boolean noise,
      Weights weights,
      boolean renormalize,
      double balance,
      Evaluation evaluation,
      GateActivation gateActivation) {

    static Options from(GateOptions options, GateSpec spec) {
      RouterOptions router = RouterOptions.from(options);
      int experts = spec.experts();
      return new Options(
          router,
          HashGate.layers(options),
          options.number(
              "threshold", threshold(router.prior(), experts), Bounds.atLeast(0).below(1)),
          options.integer("startExperts", experts, Bounds.atLeast(1).atMost(experts)),
          options.flag("noise", false),
          options.choice("weights", Weights.P),
          options.flag("renormalize", !router.priorElsewhere(spec)),
          options.coefficient("balance", 0.01),
          options.choice("evaluation", Evaluation.ADAPTIVE),
          options.choice("gateActivation", GateActivation.NONE));
    }

    private static double threshold(RouterOptions.Prior prior, int experts) {
      double share = THRESHOLD_SHARE / experts;
      return prior.stays() ? Math.max(share, THRESHOLD_WITH_PRIOR) : share;
    }
  }

  /** Gate {@code evomoe}: one expert is trained and spawned into many, then routed by this gate. */
  public static final class EvolvedProvider implements GateProvider {

    @Override
    public String name() {
      return "evomoe";
    }

    @Override
    public String description() {
      return "one expert spawned into many, then the dense-to-sparse gate (EvoMoE, arXiv"
          + " 2112.14397)";
    }

    @Override
    public Growth growth() {
      return Growth.SPAWNED;
    }

    @Override
    public boolean annealed() {
      return true;
    }

    @Override
    public Gate create(GateSpec spec) {
      return of(name(), spec);
    }
  }

  /** Gate {@code dts}: this gate over independent experts from the first step. */
  public static final class AloneProvider implements GateProvider {

    @Override
    public String name() {
      return "dts";
    }

    @Override
    public String description() {
      return "the dense-to-sparse gate alone, over random experts (EvoMoE, arXiv 2112.14397)";
    }

    @Override
    public boolean annealed() {
      return true;
    }

    @Override
    public Gate create(GateSpec spec) {
      return of(name(), spec);
    }
  }
}
