package io.evomoe.training.optimizer;

import io.evomoe.kernel.Kernels;
import io.evomoe.moe.Options;
import java.util.Map;
import java.util.function.BiFunction;

/**
 * The inputs of {@link OptimizerProvider#create}. The parameters are not among them, because a
 * spawn creates new ones: an optimizer gets them with each update.
 *
 * @param kernels kernels to compute with
 * @param adamW the run's betas and weight decay
 * @param options options of this optimizer by name, as written in YAML; each optimizer documents
 *     and checks its own
 */
public record OptimizerSpec(Kernels kernels, AdamW.Config adamW, Map<String, String> options) {

  /** Makes the options unmodifiable. */
  public OptimizerSpec {
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
