package io.evomoe.gates;

import io.evomoe.moe.Gate;
import io.evomoe.moe.Gate.TopKRouting;
import io.evomoe.moe.GateProvider.ExpertLifecycle;
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
import io.evomoe.random.CounterRandom;
import io.evomoe.step.StepContext;
import io.evomoe.step.StepContext.Phase;
import java.util.Map;
import java.util.OptionalInt;
import java.util.stream.IntStream;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * The Dense-To-Sparse gate of EvoMoE (Nie et al., arXiv 2112.14397, section 4.2).
 *
 * <p>{@code z = x W}, {@code p = softmax(z)}, and {@code g = softmax((z + zeta) / tau)}. In
 * training, zeta is drawn from Gumbel(0, 1) for each token and expert. The weights are {@code w = m
 * p} with a mask m.
 *
 * <p>In the soft phase, m is 1 if {@code g > threshold} and at argmax g, so a token always has its
 * first expert. If the threshold is below 1/E, a high temperature tau makes g flat and all experts
 * active. As tau falls, fewer experts pass the threshold. In the hard phase, m is 1 at the {@link
 * StepContext#hardExperts} experts with the largest g; one by default and in the paper. The
 * gradient treats m as a constant.
 *
 * <p>In the hard phase without noise, this is the router of published models with a fixed k.
 * Renormalized, it is a softmax over the k largest logits (Mixtral, arXiv 2401.04088, section 2.1).
 * Otherwise the weights are their p (OLMoE, arXiv 2409.02060, section 2).
 *
 * <p>Four defaults differ from the paper or its code:
 *
 * <ul>
 *   <li>There is no noise.
 *   <li>The weights are divided by their sum over the token's experts.
 *   <li>The threshold is just below the even share 1/E, so few tokens keep several experts.
 *   <li>Evaluation uses the mask of training instead of the first expert only.
 * </ul>
 *
 * <p>With a prior, the defaults of threshold and renormalization change as described below. The
 * gate {@code evomoe-paper} has the options of the official scripts ({@link PaperProvider}).
 *
 * <p>Options:
 *
 * <ul>
 *   <li>{@code threshold}: at least 0 and below 1, default 0.8 / E. In a stack with a lasting prior
 *       ({@code fixed} or {@code learned}), the default is the larger of 0.3 and 0.8 / E. From 1/E
 *       on, the start is not dense: a token with even weights has only its first expert
 *   <li>{@code startExperts}: maximum number of experts per token in the soft phase, 1 to E,
 *       default E. Use it for a less dense start. It is not in the paper
 *   <li>{@code noise}: Gumbel noise in training, default false. Evaluation never has noise
 *   <li>{@code weights}: {@code p} (default) or {@code gumbel} for {@code w = m g}
 *   <li>{@code renormalize}: divides w by its sum over the token's experts, default true. A token
 *       with one expert then has w = 1, and its router weights get no gradient from w. The default
 *       is therefore false in a layer without a prior if another layer of the stack has a lasting
 *       one ({@code priorLayers: last}). Routing there depends only on W, and most tokens have one
 *       expert
 *   <li>{@code balance}: factor of the loss {@code E sum_e mean(w_e) mean(m_e)}, 0 to 1000, default
 *       0.01. The loss is divided by the number of MoE layers. If w is renormalized, p (or g) of
 *       all experts replaces w, because the weight 1 of a single expert has no gradient
 *   <li>{@code evaluation}: {@code adaptive} (default), {@code top1} (argmax p) or {@code dense}
 *       (every expert, also in the hard phase)
 *   <li>{@code gateActivation}: {@code none} (default), {@code tanh} or {@code sigmoid}, applied to
 *       z first. Bounded logits can speed up convergence (arXiv 2401.13875)
 *   <li>{@code hashLayers}: number of first MoE layers of each stack that use {@link HashGate} with
 *       a random table, as in DeepSeek-V4; at least 0, default 0. Larger values mean all layers
 *   <li>the options of {@link RouterOptions}
 * </ul>
 */
public final class DtsGate extends RouterGate {
  /** Default threshold as a share of the even weight 1/E. */
  private static final double THRESHOLD_SHARE = 0.8;

  /** Minimum default threshold in a stack with a lasting prior. */
  private static final double THRESHOLD_WITH_PRIOR = 0.3;

  private static final int[] NO_EXPERT = {};

  private final Settings options;
  private final String layer;
  private final int experts;
  private final int[] every;
  private final double balanceCoefficient;

  private static Gate of(String name, GateSpec spec, Options options) {
    Settings read = Settings.from(options, spec);
    return HashGate.inFirst(read.hashLayers, name, spec, () -> new DtsGate(spec, read));
  }

  private DtsGate(GateSpec spec, Settings options) {
    super(new Router(spec, options.router));
    this.options = options;
    this.layer = spec.scope().name();
    this.experts = spec.experts();
    this.every = IntStream.range(0, experts).toArray();
    this.balanceCoefficient = options.balance / spec.moeLayers();
  }

  @Override
  Map<String, Double> ownLosses() {
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
            "keeps every expert above its threshold until the hard phase (use"
                + " --experts-per-token for a fixed number)")
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
          // this row of all contains g until p replaces it
          active[s] = pass.tokens().isPadding(s) ? NO_EXPERT : active(noisy, s, kept, pass, all);
          Softmax.row(scores, s, temperature, all);
          if (options.renormalize) {
            Softmax.row(scores, s, active[s], temperature, weights);
          }
        });
    Routing routing = Routing.of(active, weights);
    TokenMatrix shares = options.renormalize ? all : all.times(mask(active));
    LoadBalancing balance = new LoadBalancing(shares, routing.loads(), pass.tokens());
    return logits.routed(
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

  /** Returns the gradient of the balance loss for weights m p, or m g, without renormalization. */
  private TokenMatrix ofActive(
      LoadBalancing balance, TokenMatrix mask, TokenMatrix all, double temperature) {
    TokenMatrix dWeights = new TokenMatrix(all.tokens(), all.columns());
    balance.addGradient(balanceCoefficient, dWeights);
    return Softmax.gradient(all, dWeights.times(mask), temperature);
  }

  private TokenMatrix withGumbelNoise(TokenMatrix z, Pass pass) {
    CounterRandom random = pass.step().random(layer + ".gumbel");
    TokenMatrix noisy = z.copy();
    new RealTokens(pass.tokens()).addDraws(noisy, random::gumbel);
    return noisy;
  }

  /**
   * Returns the experts of a real token.
   *
   * @param kept number of experts, or empty if the threshold decides
   * @param g receives g in the token's row, if it is needed
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

  /** Returns a matrix with 1 at each token's experts [S, E]. */
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

  /** Returns the number of experts of every token, or empty if the threshold decides per token. */
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
        case SIGMOID -> z.map(SigmoidBlend::sigmoid);
      };
    }

    /** Returns the gradient of z, given y, the result of {@link #apply}, and its gradient. */
    INDArray gradient(RouterLogits logits, TokenMatrix y, INDArray dy) {
      if (this == NONE) {
        return dy;
      }
      return logits.times(dy, y.map(v -> this == TANH ? 1 - v * v : v * (1 - v)));
    }
  }

  private record Settings(
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

    static Settings from(Options options, GateSpec spec) {
      RouterOptions router = RouterOptions.from(options);
      int experts = spec.experts();
      return new Settings(
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

  /**
   * Gate {@code evomoe}: one expert is trained, many are spawned from it, and this gate routes to
   * them.
   */
  public static final class EvolvedProvider extends SpawnedProvider {
    /** Creates the provider. */
    public EvolvedProvider() {
      super(
          "evomoe",
          "one expert spawned into many, then the dense-to-sparse gate (EvoMoE, arXiv"
              + " 2112.14397)",
          Map.of());
    }
  }

  /**
   * Gate {@code evomoe-paper}: {@code evomoe} with the options of the paper and its official
   * scripts. All experts are active after the spawn, and the temperature takes them away. Runs have
   * the schedule of the scripts, in shares of the steps: a temperature that falls linearly from 2.0
   * to 0.5, then the hard phase.
   */
  public static final class PaperProvider extends SpawnedProvider {
    /** Creates the provider. */
    public PaperProvider() {
      super(
          "evomoe-paper",
          "evomoe with the options of the paper's scripts: all experts after the spawn, one at"
              + " the end",
          Map.of(
              "threshold", "0.001",
              "noise", "true",
              "renormalize", "false",
              "balance", "0",
              "routerInit", "uniform",
              "evaluation", "top1"));
    }

    @Override
    public Map<String, Object> evolution() {
      return Map.of(
          "spawn", "mask:0.3",
          "schedule", "LINEAR",
          "maxTemperature", 2.0,
          "minTemperature", 0.5,
          "hardShare", 0.9);
    }
  }

  private abstract static class SpawnedProvider extends BuiltInProvider {
    SpawnedProvider(String name, String description, Map<String, String> form) {
      super(name, description, form, (spec, options) -> of(name, spec, options));
    }

    @Override
    public final ExpertLifecycle growth() {
      return ExpertLifecycle.SPAWNED;
    }

    @Override
    public final boolean annealed() {
      return true;
    }
  }

  /** Gate {@code dts}: this gate with independent experts from the first step. */
  public static final class AloneProvider extends BuiltInProvider {
    /** Creates the provider. */
    public AloneProvider() {
      super(
          "dts",
          "the dense-to-sparse gate alone, over random experts (EvoMoE, arXiv 2112.14397)",
          (spec, options) -> of("dts", spec, options));
    }

    @Override
    public boolean annealed() {
      return true;
    }
  }
}
