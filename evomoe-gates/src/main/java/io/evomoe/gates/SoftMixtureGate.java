package io.evomoe.gates;

import io.evomoe.moe.Gate.TopKRouting;
import io.evomoe.moe.GateSpec;
import io.evomoe.moe.Options;
import io.evomoe.moe.Routed;
import io.evomoe.moe.Router;
import io.evomoe.moe.Router.RouterLogits;
import io.evomoe.moe.RouterOptions;
import io.evomoe.moe.Routing;
import io.evomoe.moe.Softmax;
import io.evomoe.moe.TokenMatrix;
import io.evomoe.nn.Pass;
import io.evomoe.nn.TokenBatch;
import io.evomoe.step.StepContext;
import java.util.Arrays;
import java.util.stream.IntStream;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * The dense mixture of experts (Jacobs et al. 1991): every token uses every expert with the weight
 * {@code softmax(x W)}. It is a baseline without sparsity. It has no loss of its own and no
 * capacity. Its options are those of {@link RouterOptions}.
 */
public final class SoftMixtureGate extends RouterGate {
  private final int experts;

  private SoftMixtureGate(GateSpec spec, Options options) {
    super(new Router(spec, RouterOptions.from(options)));
    this.experts = spec.experts();
  }

  @Override
  public TopKRouting topKRouting(StepContext step) {
    return router.topKRouting(step, experts, false);
  }

  @Override
  public Routed route(INDArray tokens, Pass pass) {
    RouterLogits logits = router.forward(tokens, pass);
    TokenMatrix p = Softmax.of(logits.values(), 1);
    Routing routing = Routing.of(everyExpert(pass.tokens()), p);
    return logits.routed(routing, 0, logits.softmaxPullback(routing));
  }

  private int[][] everyExpert(TokenBatch batch) {
    int[] every = IntStream.range(0, experts).toArray();
    int[][] expertsOf = new int[batch.size()][];
    Arrays.setAll(expertsOf, s -> batch.isPadding(s) ? new int[0] : every);
    return expertsOf;
  }

  /** Gate {@code softmix}. */
  public static final class Provider extends BuiltInProvider {
    /** Creates the provider. */
    public Provider() {
      super(
          "softmix",
          "every expert for every token, weighted by softmax: no sparsity",
          SoftMixtureGate::new);
    }
  }
}
