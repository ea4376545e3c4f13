package io.evomoe.gates;

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
import io.evomoe.nn.TokenBatch;
import io.evomoe.step.StepContext;
import java.util.Comparator;
import java.util.Optional;
import java.util.stream.IntStream;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Expert choice routing (Zhou et al., arXiv 2202.09368, section 3.2). {@code p = softmax(x W)}, and
 * each expert takes the {@code ceil(k S / E)} real tokens with its largest p, with weight p. Ties
 * go to the earlier token.
 *
 * <p>The load is balanced without a loss. A token has any number of experts, including none. Its
 * experts depend on the other tokens of the batch, in evaluation too. The gate is rejected for
 * causal models, because their outputs would depend on later tokens.
 *
 * <p>Options:
 *
 * <ul>
 *   <li>{@code k}: mean number of experts per token, above 0 and at most E, default 2 or E if that
 *       is less. It is the paper's capacity factor c
 *   <li>the options of {@link RouterOptions}
 * </ul>
 */
public final class ExpertChoiceGate extends RouterGate {
  private final double k;

  private ExpertChoiceGate(GateSpec spec, Options options) {
    super(new Router(spec, RouterOptions.from(options)));
    int experts = spec.experts();
    this.k =
        options.number("k", Math.min(Choices.STANDARD, experts), Bounds.above(0).atMost(experts));
  }

  @Override
  public TopKRouting topKRouting(StepContext step) {
    return new TopKRouting.Other("lets the experts choose among the tokens of a batch");
  }

  @Override
  public Routed route(INDArray tokens, Pass pass) {
    RouterLogits logits = router.forward(tokens, pass);
    TokenMatrix p = Softmax.of(logits.values(), 1);
    Routing routing = choose(p, pass.tokens());
    return logits.routed(routing, 0, logits.softmaxPullback(routing));
  }

  private Routing choose(TokenMatrix p, TokenBatch batch) {
    int[] real = batch.realRows();
    int capacity = Routing.capacity(k, real.length, p.columns());
    Routing.Builder routing = new Routing.Builder(p.tokens(), p.columns());
    for (int e = 0; e < p.columns(); e++) {
      int expert = e;
      IntStream.of(real)
          .boxed()
          .sorted(Comparator.comparingDouble(s -> -p.get(s, expert)))
          .limit(capacity)
          .forEach(s -> routing.assign(s, expert, p.get(s, expert)));
    }
    return routing.build();
  }

  /** Gate {@code expertchoice}. */
  public static final class Provider extends BuiltInProvider {
    /** Creates the provider. */
    public Provider() {
      super(
          "expertchoice",
          "each expert takes its top tokens; not for causal models (expert choice, arXiv"
              + " 2202.09368)",
          ExpertChoiceGate::new);
    }

    @Override
    public Optional<String> refusal(boolean causal) {
      return causal
          ? Optional.of(
              "cannot serve in a causal model: its experts choose among all tokens of a batch, so"
                  + " a token's output would depend on later ones")
          : Optional.empty();
    }
  }
}
