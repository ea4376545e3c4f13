package io.evomoe.training;

import io.evomoe.evolution.EvolvingLayers;
import io.evomoe.evolution.SpawnMethod;
import io.evomoe.kernel.Kernels;
import io.evomoe.moe.Gate.GateState;
import io.evomoe.moe.GateProvider.ExpertLifecycle;
import io.evomoe.nn.Lifetime;
import io.evomoe.nn.Parameter;
import io.evomoe.step.StepContext;
import java.util.List;
import java.util.Map;

/**
 * A model that can be trained on batches of type B. A model without MoE layers implements only the
 * methods without a default.
 *
 * <p>The models of this library are thread-safe. Evaluating calls run in parallel, each step of a
 * {@link Trainer} runs alone, and {@link #close} waits for all of them. Two threads must not train
 * the same model.
 *
 * @param <B> a batch
 */
public interface Model<B> extends AutoCloseable {

  /** Computes the loss of one batch, with its backward pass. */
  Loss loss(B batch, StepContext context);

  /** Returns the trainable parameters in a fixed order. Their number grows at a spawn. */
  List<Parameter> parameters();

  /** Returns the seed of all random draws in its creation and training. */
  long seed();

  /** Returns the kernels that it computes with. */
  Kernels kernels();

  /**
   * Returns the number of parameters that take part in the matrix products of one token, given the
   * mean number of experts per token. Embedding tables that are only looked up do not count.
   */
  double activeParameters(double meanActiveExperts);

  /** Returns the feed-forward layers that have experts or can get them. None by default. */
  default EvolvingLayers evolving() {
    return EvolvingLayers.NONE;
  }

  /** Returns when the model gets its experts. */
  default ExpertLifecycle growth() {
    return evolving().growth();
  }

  /**
   * Returns the arrays that must be saved besides the parameters, by name. They are live and in a
   * fixed order.
   */
  default List<GateState> state() {
    return evolving().state();
  }

  /**
   * Replaces the single expert of every evolving layer by several.
   *
   * @param method how the children differ from their parent
   * @param seed seed of the draws
   * @return the parent of each new parameter; new parameters without a parent are left out
   */
  default Map<Parameter, Parameter> spawn(SpawnMethod method, long seed) {
    return evolving().spawn(method, seed);
  }

  /**
   * Returns the tracker of calls in progress on this model, taken from the {@link
   * io.evomoe.nn.Scope} of its first parameter. Passes of your own model should enter it. Then the
   * model is safe if another thread closes it.
   */
  default Lifetime lifetime() {
    return parameters().stream()
        .findFirst()
        .map(Parameter::lifetime)
        .orElseGet(() -> new Lifetime("the model", "make it again"));
  }

  /**
   * Frees the memory of its parameters, gradients and gate state, which must not be used
   * afterwards. Without this call, the memory is freed some time after the model becomes
   * unreachable. Waits for calls in progress; later calls throw {@link IllegalStateException}.
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
