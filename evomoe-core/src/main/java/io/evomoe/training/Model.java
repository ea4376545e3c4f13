package io.evomoe.training;

import io.evomoe.evolution.EvolvingFeedForward;
import io.evomoe.evolution.SpawnMethod;
import io.evomoe.moe.GateState;
import io.evomoe.nn.Parameter;
import io.evomoe.step.StepContext;
import java.util.List;
import java.util.Map;

/**
 * Something that can be trained on batches of type B.
 *
 * @param <B> a batch
 */
public interface Model<B> {

  /** The loss of one batch, with its backward pass. */
  Loss loss(B batch, StepContext context);

  /** Trainable parameters in a fixed order; more after a spawn. */
  List<Parameter> parameters();

  /** What must be saved beside the parameters, by name; live arrays, in order. */
  default List<GateState> state() {
    return List.of();
  }

  /** The feed-forward positions that hold experts, or may come to hold them, in order. */
  List<EvolvingFeedForward> evolvingLayers();

  /**
   * Turns the one expert of every evolving layer into several.
   *
   * @param method how the children differ from their parent
   * @param seed of the draws
   * @return the parameter that each new one comes from; new ones without a parent are left out
   */
  Map<Parameter, Parameter> spawn(SpawnMethod method, long seed);

  /**
   * Parameters that take part in the matrix products of one token, when each token has the given
   * mean number of experts; embeddings that are only looked up do not count.
   */
  double activeParameters(double meanActiveExperts);
}
