package io.evomoe.gates;

import io.evomoe.kernel.Kernels;
import io.evomoe.moe.GateSpec;
import io.evomoe.moe.Options;
import io.evomoe.moe.Options.Bounds;
import io.evomoe.moe.Routed;
import io.evomoe.moe.Router.RouterLogits;
import io.evomoe.moe.RouterOptions;
import io.evomoe.moe.RouterProjection;
import io.evomoe.moe.Routing;
import io.evomoe.moe.Softmax;
import io.evomoe.moe.TokenMatrix;
import io.evomoe.nn.Embedding;
import io.evomoe.nn.Output;
import io.evomoe.nn.Parameter;
import io.evomoe.nn.Pass;
import io.evomoe.nn.Scope;
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
 * <p>Stage 2: the distilled router decides, its parameters are frozen permanently, and neither loss
 * is added.
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
public final class StableMoeGate extends CentroidGate {
  private static final String STAGE_ONE = "stageOneSteps";
  private static final int SHARE = 10;

  private final DistilledRouter distilled;
  private final int stageOneSteps;
  private final double balance;
  private final double distill;

  private StableMoeGate(GateSpec spec, Options options) {
    super(spec, options);
    HashGate.requireIds("stablemoe", spec);
    this.distilled = new DistilledRouter(spec.scope().child("distilled"), spec);
    this.stageOneSteps = options.integer(STAGE_ONE, tenth(spec), Bounds.atLeast(0));
    this.balance = options.coefficient("balance", 0.3);
    this.distill = options.coefficient("distill", 0.3);
  }

  @Override
  public List<Parameter> parameters() {
    return Stream.concat(super.parameters().stream(), distilled.parameters().stream()).toList();
  }

  @Override
  public long idleParameters() {
    return super.idleParameters() + distilled.idleParameters();
  }

  @Override
  Map<String, Double> ownLosses() {
    return new TreeMap<>(Map.of("balance", balance, "distillation", distill));
  }

  @Override
  public Routed route(INDArray tokens, Pass pass) {
    RealTokens real = new RealTokens(pass.tokens());
    boolean learning = pass.step().step() < stageOneSteps && !distilled.isFrozen();
    if (!learning && pass.step().training()) {
      distilled.freeze();
    }
    if (real.count() == 0) {
      RouterLogits a = router.forward(tokens, pass);
      int[] none = real.spread(new int[0], SigmoidBlend.NONE);
      return SigmoidBlend.of(a.values(), none).routed(a);
    }
    Output words = distilled.embedding.lookUp(real.ids());
    INDArray affinities = router.array(tokens, pass);
    List<TokenMatrix> read = distilled.read(affinities, words);
    RouterLogits a = router.logits(tokens, pass, affinities, read.get(0));
    TokenMatrix logits = distilled.centroids.requireFinite(read.get(1));
    int[] chosen = (learning ? real.of(a.values()) : logits).argMax();
    SigmoidBlend blend = SigmoidBlend.of(a.values(), real.spread(chosen, SigmoidBlend.NONE));
    return learning ? learned(a, blend, words, logits, chosen) : blend.routed(a);
  }

  /** Routes in stage 1, with both losses. */
  private Routed learned(
      RouterLogits a, SigmoidBlend blend, Output words, TokenMatrix logits, int[] chosen) {
    OverloadLoss overload = new OverloadLoss(blend.routing());
    return a.routed(
        blend.routing(),
        balance * overload.loss() + distill * DistilledRouter.crossEntropy(logits, chosen),
        gradient -> {
          distilled.addGradient(words, logits, distill, chosen);
          return a.backward(blend.gradient(a.kernels(), gradient, overload.gradient(balance)));
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
  public static final class Provider extends StreamProvider {
    /** Creates the provider. */
    public Provider() {
      super(
          "stablemoe",
          "learns to route, then follows a frozen distilled router (StableMoE, arXiv"
              + " 2204.08396)",
          StableMoeGate::new);
    }
  }

  /**
   * StableMoE's balance loss (Dai et al., arXiv 2204.08396, equation 6) for one expert per token:
   * {@code sum_e (n_e - n) / n * sum of sigmoid(a_te) over e's tokens}. n_e is the number of tokens
   * of expert e and n their mean. Here the sum is divided by the number of tokens.
   *
   * <p>The loss lowers affinities to experts with too many tokens and raises the others. It is 0 at
   * perfect balance and {@code (E - 1) sigmoid(a)} at collapse. The gradient treats n_e as a
   * constant.
   *
   * @param routing with {@code sigmoid(a_te)} as its weights
   */
  private record OverloadLoss(Routing routing) {

    /** Returns the loss without a coefficient. */
    double loss() {
      double sum = 0;
      for (int e = 0; e < routing.experts(); e++) {
        for (int i = routing.offset(e); i < routing.offset(e + 1); i++) {
          sum += slope(e) * routing.weight(i);
        }
      }
      return sum;
    }

    /**
     * Returns the gradient of {@code coefficient * loss()} with respect to the affinity of each
     * assignment [A]. Other affinities have none.
     */
    double[] gradient(double coefficient) {
      double[] gradient = new double[routing.assignments()];
      for (int e = 0; e < routing.experts(); e++) {
        for (int i = routing.offset(e); i < routing.offset(e + 1); i++) {
          double sigmoid = routing.weight(i);
          gradient[i] = coefficient * slope(e) * sigmoid * (1 - sigmoid);
        }
      }
      return gradient;
    }

    private double slope(int expert) {
      double mean = (double) routing.assignments() / routing.experts();
      return (routing.load(expert) - mean) / mean / routing.assignments();
    }
  }

  /**
   * StableMoE's distilled router (Dai et al., arXiv 2204.08396, section 3.2): a word embedding of
   * dimension 50, multiplied by a centroid of each expert. It uses only the token's id.
   */
  private static final class DistilledRouter {
    private static final int WIDTH = 50;
    private static final double EMBEDDING_DEVIATION = 1;

    private final Embedding embedding;
    private final RouterProjection centroids;
    private final Kernels kernels;

    /** Creates {@code embedding.weight} [vocabulary, 50] and {@code centroids} [E, 50]. */
    DistilledRouter(Scope scope, GateSpec spec) {
      this.embedding =
          new Embedding(scope.child("embedding"), spec.vocabulary(), WIDTH, EMBEDDING_DEVIATION);
      this.centroids = RouterProjection.ofCentroids(scope, WIDTH, spec.experts());
      this.kernels = scope.kernels().exact();
    }

    List<Parameter> parameters() {
      return Stream.concat(embedding.parameters().stream(), Stream.of(centroids.weight())).toList();
    }

    /**
     * Returns the parameters of all embedding rows except one, for {@link
     * io.evomoe.moe.Gate#idleParameters}.
     */
    long idleParameters() {
      return (long) (embedding.entries() - 1) * WIDTH;
    }

    /** Returns whether its training has ended. */
    boolean isFrozen() {
      return parameters().stream().allMatch(Parameter::frozen);
    }

    /** Ends its training permanently. */
    void freeze() {
      parameters().forEach(Parameter::freeze);
    }

    /** Reads the affinities of the gate and the logits of embeddings [n, E], in one wait. */
    List<TokenMatrix> read(INDArray affinities, Output words) {
      return TokenMatrix.of(kernels, List.of(affinities, centroids.logits(words.value())));
    }

    /** Returns the mean cross-entropy to the chosen experts, in nats. */
    static double crossEntropy(TokenMatrix logits, int[] expertOf) {
      double[] logSumExp = Softmax.logSumExp(logits);
      double sum = 0;
      for (int i = 0; i < expertOf.length; i++) {
        sum += logSumExp[i] - logits.get(i, expertOf[i]);
      }
      return sum / expertOf.length;
    }

    /**
     * Adds the gradients of {@code coefficient * crossEntropy(expertOf)} with respect to the
     * parameters.
     */
    void addGradient(Output words, TokenMatrix logits, double coefficient, int[] expertOf) {
      TokenMatrix dLogits = Softmax.of(logits, 1);
      dLogits.eachRow(
          i -> {
            dLogits.add(i, expertOf[i], -1);
            for (int e = 0; e < dLogits.columns(); e++) {
              dLogits.set(i, e, coefficient * dLogits.get(i, e) / expertOf.length);
            }
          });
      INDArray dWords = centroids.backward(words.value(), dLogits);
      words.pullback().pull(dWords);
    }
  }
}
