package io.evomoe.training;

import io.evomoe.evolution.EvolvingLayers;
import io.evomoe.evolution.SpawnMethod;
import io.evomoe.kernel.Kernels;
import io.evomoe.moe.GateState;
import io.evomoe.moe.Growth;
import io.evomoe.nn.Lifetime;
import io.evomoe.nn.Parameter;
import io.evomoe.step.StepContext;
import java.util.List;
import java.util.Map;

/**
 * Something that can be trained on batches of type B. Without MoE layers, a model implements the
 * methods that have no default and nothing else.
 *
 * <p>The models here are safe for use by several threads. Evaluating calls run side by side, each
 * step of a {@link Trainer} runs alone, and {@link #close} waits for all of them. Two threads must
 * not train one model.
 *
 * @param <B> a batch
 */
public interface Model<B> extends AutoCloseable {

  /** The loss of one batch, with its backward pass. */
  Loss loss(B batch, StepContext context);

  /** Trainable parameters in a fixed order; more after a spawn. */
  List<Parameter> parameters();

  /** From which everything random in its making and training is drawn. */
  long seed();

  /** What it computes with. */
  Kernels kernels();

  /**
   * Parameters that take part in the matrix products of one token, when each token has the given
   * mean number of experts; embeddings that are only looked up do not count.
   */
  double activeParameters(double meanActiveExperts);

  /** The feed-forward places that hold experts, or may come to hold them; none by default. */
  default EvolvingLayers evolving() {
    return EvolvingLayers.NONE;
  }

  /** When it has its experts. */
  default Growth growth() {
    return evolving().growth();
  }

  /** What must be saved beside the parameters, by name; live arrays, in order. */
  default List<GateState> state() {
    return evolving().state();
  }

  /**
   * Turns the one expert of every evolving layer into several.
   *
   * @param method how the children differ from their parent
   * @param seed of the draws
   * @return the parameter that each new one comes from; new ones without a parent are left out
   */
  default Map<Parameter, Parameter> spawn(SpawnMethod method, long seed) {
    return evolving().spawn(method, seed);
  }

  /**
   * Calls in progress on this model: those of the {@link io.evomoe.nn.Scope} that made its first
   * parameter. Passes of a model of your own enter it, to be safe while another thread closes it.
   */
  default Lifetime lifetime() {
    return parameters().stream()
        .findFirst()
        .map(Parameter::lifetime)
        .orElseGet(() -> new Lifetime("the model", "make it again"));
  }

  /**
   * Gives back the memory of its parameters, gradients and gate state, all of which must not be
   * used any more. Without it, they go some time after the model was forgotten. Waits for calls in
   * progress; later ones throw {@link IllegalStateException}.
   */
  @Override
  default void close() {
    lifetime()
        .close(
            () -> {
              state().forEach(state -> state.value().close());
              parameters().forEach(Parameter::free);
            });
  }
}
