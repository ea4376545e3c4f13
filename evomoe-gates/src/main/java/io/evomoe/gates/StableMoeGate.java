package io.evomoe.gates;

import io.evomoe.kernel.Kernels;
import io.evomoe.moe.Bounds;
import io.evomoe.moe.ExpertForm;
import io.evomoe.moe.Gate;
import io.evomoe.moe.GateOptions;
import io.evomoe.moe.GateSpec;
import io.evomoe.moe.Placement;
import io.evomoe.moe.Routed;
import io.evomoe.moe.RouterOptions;
import io.evomoe.moe.TokenMatrix;
import io.evomoe.moe.TopKRouting;
import io.evomoe.nn.Output;
import io.evomoe.nn.Parameter;
import io.evomoe.nn.Pass;
import io.evomoe.step.StepContext;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * The gate of StableMoE (Dai et al., arXiv 2204.08396, section 3). It learns the routing in stage 1
 * and keeps it fixed in stage 2.
 *
 * <p>Stage 1: a token uses the expert with the highest affinity {@code x . c_e}. Two losses are
 * added. The balance loss is {@code sum_e (n_e - n) / n * sum of sigmoid(x_t . c_e) over e's
 * tokens}, with n_e the number of tokens of expert e and n their mean. The other loss is the
 * cross-entropy of a {@link DistilledRouter} to the choice. Both are divided by the number of real
 * tokens, as in the reference code. The losses of all MoE layers are summed; the reference code
 * keeps only those of the last layer.
 *
 * <p>Stage 2: the distilled router decides, its parameters are frozen permanently, and no loss is
 * added.
 *
 * <p>In both stages {@code y = a f_e(x) + (1 - a) x} with {@code a = sigmoid(x . c_e)} and f the
 * residual expert of the reference code. So c is also trained in stage 2, through a. The layer
 * takes the residual stream and returns y, as with {@link BaseGate}.
 *
 * <p>Evaluation routes like training at the same step. The reference code evaluates with the
 * distilled router already in stage 1. There is no capacity; the reference code passes tokens above
 * twice the mean load through unchanged.
 *
 * <p>Options:
 *
 * <ul>
 *   <li>{@code stageOneSteps}: at least 0, default a tenth of the training, rounded up. Required if
 *       the number of training steps is unknown
 *   <li>{@code balance}: factor of the balance loss, 0 to 1000, default 0.3
 *   <li>{@code distill}: factor of the cross-entropy, 0 to 1000, default 0.3
 *   <li>the options of the prior in {@link RouterOptions}, which is added to the affinities
 * </ul>
 */
public final class StableMoeGate implements Gate {
  private static final String STAGE_ONE = "stageOneSteps";
  private static final int SHARE = 10;

  private final Kernels kernels;
  private final PriorAffinities affinities;
  private final DistilledRouter distilled;
  private final int stageOneSteps;
  private final double balance;
  private final double distill;

  private StableMoeGate(GateSpec spec, GateOptions options) {
    this.kernels = spec.scope().kernels().exact();
    this.affinities = new PriorAffinities(spec, RouterOptions.ofPrior(options));
    this.distilled = new DistilledRouter(spec.scope().child("distilled"), spec);
    this.stageOneSteps = options.integer(STAGE_ONE, tenth(spec), Bounds.atLeast(0));
    this.balance = options.coefficient("balance", 0.3);
    this.distill = options.coefficient("distill", 0.3);
  }

  @Override
  public List<Parameter> parameters() {
    return Stream.concat(affinities.parameters().stream(), distilled.parameters().stream())
        .toList();
  }

  @Override
  public long idleParameters() {
    return affinities.idleParameters() + distilled.idleParameters();
  }

  @Override
  public Map<String, Double> losses() {
    return new TreeMap<>(Map.of("balance", balance, "distillation", distill));
  }

  @Override
  public TopKRouting topKRouting(StepContext step) {
    return SigmoidBlend.TOP_K_ROUTING;
  }

  @Override
  public Routed route(INDArray tokens, Pass pass) {
    RealTokens real = new RealTokens(pass.tokens());
    boolean learning = pass.step().step() < stageOneSteps && !distilled.isFrozen();
    if (!learning && pass.step().training()) {
      distilled.freeze();
    }
    if (real.count() == 0) {
      TokenMatrix a = affinities.of(tokens, pass);
      return blended(tokens, a, real.spread(new int[0], SigmoidBlend.NONE), pass);
    }
    Output words = distilled.words(real.ids());
    List<TokenMatrix> read =
        TokenMatrix.of(kernels, List.of(affinities.array(tokens, pass), distilled.array(words)));
    TokenMatrix a = affinities.requireFinite(read.get(0), tokens, pass);
    TokenMatrix logits = distilled.requireFinite(read.get(1));
    int[] chosen = (learning ? real.of(a) : logits).argMax();
    int[] expertOf = real.spread(chosen, SigmoidBlend.NONE);
    return learning
        ? learned(tokens, a, expertOf, words, logits, chosen, pass)
        : blended(tokens, a, expertOf, pass);
  }

  /** Routes in stage 2, by the distilled router's choice. */
  private Routed blended(INDArray tokens, TokenMatrix a, int[] expertOf, Pass pass) {
    SigmoidBlend blend = new SigmoidBlend(a, expertOf);
    return new Routed(
        blend.routing(),
        0,
        gradient -> affinities.backward(tokens, blend.gradient(kernels, gradient), pass));
  }

  /** Routes in stage 1, with both losses. */
  private Routed learned(
      INDArray tokens,
      TokenMatrix a,
      int[] expertOf,
      Output words,
      TokenMatrix logits,
      int[] chosen,
      Pass pass) {
    SigmoidBlend blend = new SigmoidBlend(a, expertOf);
    OverloadLoss overload = new OverloadLoss(a, blend.routing());
    return new Routed(
        blend.routing(),
        balance * overload.loss() + distill * DistilledRouter.crossEntropy(logits, chosen),
        gradient -> {
          distilled.addGradient(words, logits, distill, chosen);
          double[] ofLoss = overload.gradient(balance);
          INDArray dAffinities = blend.gradient(kernels, gradient, ofLoss);
          return affinities.backward(tokens, dAffinities, pass);
        });
  }

  private static int tenth(GateSpec spec) {
    if (spec.options().containsKey(STAGE_ONE)) {
      return 0;
    }
    long steps =
        spec.training()
            .steps()
            .orElseThrow(
                () ->
                    new IllegalArgumentException(
                        "option stageOneSteps of gate stablemoe must be set if the number of"
                            + " training steps is unknown"));
    return (int) Math.min(Integer.MAX_VALUE, (steps - 1) / SHARE + 1);
  }

  /** Gate {@code stablemoe}. */
  public static final class Provider extends BuiltInProvider {
    /** Creates the provider. */
    public Provider() {
      super(
          "stablemoe",
          "learns to route, then follows a frozen distilled router (StableMoE, arXiv"
              + " 2204.08396)");
    }

    @Override
    public ExpertForm expertForm() {
      return ExpertForm.RESIDUAL;
    }

    @Override
    public Placement placement() {
      return Placement.STREAM;
    }

    @Override
    Gate create(GateSpec spec, GateOptions options) {
      HashGate.requireIds(name(), spec);
      return new StableMoeGate(spec, options);
    }
  }
}
