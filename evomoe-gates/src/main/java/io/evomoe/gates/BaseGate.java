package io.evomoe.gates;

import io.evomoe.moe.GateSpec;
import io.evomoe.moe.Options;
import io.evomoe.moe.Routed;
import io.evomoe.moe.Router.RouterLogits;
import io.evomoe.moe.RouterOptions;
import io.evomoe.moe.TokenMatrix;
import io.evomoe.nn.Pass;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * The gate of BASE layers (Lewis et al., arXiv 2103.16716, sections 3.1 to 3.3).
 *
 * <p>Training assigns tokens to experts in a {@link BalancedAssignment} by the affinities {@code
 * x_s . c_e}: the numbers of tokens per expert differ by at most one. Evaluation selects the expert
 * with the highest affinity. The output is {@code y = s f_e(x) + (1 - s) x} with {@code s =
 * sigmoid(x . c_e)}. The gradient of c, and that of x through the gate, come from s alone. There is
 * no loss of its own. The options are those of the prior in {@link RouterOptions}, which is added
 * to the affinities.
 *
 * <p>f is the residual expert of the published code, {@code u + contract(act(expand(LN u)))}. As
 * there, the layer takes the residual stream and returns y. In the published code it is placed
 * between whole blocks of a decoder. Here it replaces a block's feed-forward net. Affinities that
 * are not finite are rejected; the published code replaces them by the smallest finite value.
 */
public final class BaseGate extends CentroidGate {
  private BaseGate(GateSpec spec, Options options) {
    super(spec, options);
  }

  @Override
  public Routed route(INDArray tokens, Pass pass) {
    RouterLogits logits = router.forward(tokens, pass);
    TokenMatrix a = logits.values();
    RealTokens real = new RealTokens(pass.tokens());
    TokenMatrix scores = real.of(a);
    boolean training = pass.step().training();
    int[] expertOf = training ? BalancedAssignment.of(scores) : scores.argMax();
    SigmoidBlend blend = SigmoidBlend.of(a, real.spread(expertOf, SigmoidBlend.NONE));
    return blend.routed(logits);
  }

  /** Gate {@code base}. */
  public static final class Provider extends StreamProvider {
    /** Creates the provider. */
    public Provider() {
      super(
          "base",
          "balanced assignment in training, top-1 in evaluation (BASE layers, arXiv 2103.16716)",
          BaseGate::new);
    }
  }
}
