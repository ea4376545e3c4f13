package io.evomoe.training.optimizer;

import io.evomoe.internal.names.Installed;
import io.evomoe.kernel.Kernels;
import io.evomoe.moe.Options;
import io.evomoe.training.optimizer.Optimizer.ParameterGroups;
import java.util.Map;
import java.util.ServiceLoader;
import java.util.function.BiFunction;

/**
 * Creates optimizers of one kind. Providers are found by {@link ServiceLoader}, so an optimizer in
 * a separate jar is available everywhere by its name ({@code training.optimizer}).
 */
public interface OptimizerProvider {

  /**
   * Returns the name for configurations: at most 40 lower-case letters and digits, with single
   * hyphens or underscores between them.
   */
  String name();

  /**
   * Creates an optimizer in its initial state.
   *
   * @throws IllegalArgumentException if an option is unknown or out of bounds
   */
  Optimizer create(Spec spec);

  /**
   * Returns the installed provider of a name.
   *
   * @throws IllegalArgumentException if there is none; the message lists the available names
   */
  static OptimizerProvider named(String name) {
    return Installed.of("training.optimizer", OptimizerProvider.class, OptimizerProvider::name)
        .named(name);
  }

  /**
   * The inputs of {@link #create}. The parameters are not among them, because a spawn creates new
   * ones: an optimizer gets them with each update.
   *
   * @param kernels kernels to compute with
   * @param adamW the run's betas and weight decay
   * @param options options of this optimizer by name, as written in YAML; each optimizer documents
   *     and checks its own
   */
  record Spec(Kernels kernels, AdamW.Config adamW, Map<String, String> options) {

    /** Makes the options unmodifiable. */
    public Spec {
      options = Map.copyOf(options);
    }

    /**
     * Reads the options, with those of {@link ParameterGroups#read}, which every optimizer has.
     *
     * @param name name of the optimizer, for messages
     * @param reader reads every other option and creates the optimizer
     * @throws IllegalArgumentException if an option is unknown or out of bounds
     */
    public <T> T read(String name, BiFunction<Options, ParameterGroups, T> reader) {
      return Options.read(
          "optimizer " + name,
          options,
          read -> reader.apply(read, ParameterGroups.read(read, adamW.weightDecay())));
    }
  }
}
