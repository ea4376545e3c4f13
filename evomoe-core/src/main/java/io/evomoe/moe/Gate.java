package io.evomoe.moe;

import io.evomoe.nn.Parameter;
import io.evomoe.nn.Pass;
import io.evomoe.nn.Place;
import io.evomoe.step.StepContext;
import java.util.List;
import java.util.Map;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Decides which experts process each token, and with which weight. A gate makes the layer sparse by
 * listing fewer assignments: only listed assignments are computed.
 *
 * <p>A gate keeps no state besides its {@link #parameters()} and {@link #state()}. Time and the
 * random seed come with the {@link Pass}.
 */
public interface Gate {

  /**
   * Routes tokens.
   *
   * @param tokens [S, d], the rows of {@code pass.tokens()}
   * @return assignments, auxiliary loss and the gate's backward pass
   */
  Routed route(INDArray tokens, Pass pass);

  /** Returns the trainable parameters, in a fixed order. */
  List<Parameter> parameters();

  /**
   * Returns the arrays that must be saved besides the parameters, e.g. tables and biases. The
   * arrays are live, and their order is fixed.
   */
  default List<GateState> state() {
    return List.of();
  }

  /** Returns the number of parameters that a token does not use, e.g. table rows of other ids. */
  default long idleParameters() {
    return 0;
  }

  /**
   * Returns the coefficients of the auxiliary losses that this gate adds, by name and in order. A
   * coefficient of 0 means that the loss is switched off. A run prints this map when it starts.
   */
  default Map<String, Double> losses() {
    return Map.of();
  }

  /**
   * Returns whether {@link #route}, evaluated at a step, is top-k of a softmax for every token. If
   * so, the gate can be exported to published models with such a router. The default implementation
   * returns {@link TopKRouting.Other}.
   *
   * @param step phase, temperature and number of experts in the hard phase; treated as evaluation
   *     even if it says training
   * @throws IllegalArgumentException if {@code step} keeps more experts than there are
   */
  default TopKRouting topKRouting(StepContext step) {
    return new TopKRouting.Other("does not say how many experts a token has");
  }

  /**
   * An array of a gate that must be saved although no gradient trains it.
   *
   * @param place position in the model, from the gate's scope; includes an axis if the array has an
   *     entry for each expert
   * @param value live array; restoring a checkpoint writes into it
   * @param namesExperts whether the values are expert indices, fixed before the first step. A model
   *     with another number of experts cannot use them
   */
  record GateState(Place place, INDArray value, boolean namesExperts) {

    /** Creates state that is not a table of expert indices. */
    public GateState(Place place, INDArray value) {
      this(place, value, false);
    }

    /** Returns the dotted path, which is unique in a model. */
    public String name() {
      return place.name();
    }
  }

  /**
   * Whether an evaluated gate is the softmax router with a fixed number of experts of published
   * models ({@link Gate#topKRouting(StepContext)}). In such a router a token uses the k experts
   * with the largest logits {@code z = x W}. Ties go to the lowest expert.
   */
  sealed interface TopKRouting {

    /**
     * The gate is such a router, for all tokens and batches.
     *
     * @param experts k, the experts of every token, 1 to E
     * @param renormalized whether a token's weights are the softmax of its k logits and sum to 1
     *     (Mixtral, arXiv 2401.04088, section 2.1). Otherwise they are the softmax over all E
     *     experts (Switch Transformers, arXiv 2101.03961, section 2.1; OLMoE, arXiv 2409.02060,
     *     section 2)
     * @param router W [d, E], live; z has no bias
     */
    record Fixed(int experts, boolean renormalized, Parameter router) implements TopKRouting {

      /** Rejects a number of experts that W does not have. */
      public Fixed {
        long all = router.value().size(1);
        if (experts < 1 || experts > all) {
          throw new IllegalArgumentException(
              "experts must be in 1..%d, was %d".formatted(all, experts));
        }
      }
    }

    /**
     * The gate is not such a router for all tokens, or does not say.
     *
     * @param reason the end of a sentence that begins with the gate's name, e.g. {@code looks up
     *     its expert by the token's id}
     */
    record Other(String reason) implements TopKRouting {

      /** The value for a layer of one expert. */
      public static final Other ONE_EXPERT =
          new Other("has one expert in each layer and does not route");
    }
  }
}
