package io.evomoe.training.optimizer;

import io.evomoe.internal.names.FieldBound;
import io.evomoe.kernel.AdamWUpdate;
import io.evomoe.kernel.Kernels;
import io.evomoe.nn.Parameter;
import java.util.List;
import java.util.Map;
import org.nd4j.linalg.api.memory.MemoryWorkspace;

/**
 * Adam with decoupled weight decay (Loshchilov and Hutter, "Decoupled weight decay regularisation",
 * algorithm 2).
 *
 * <p>As in PyTorch, a parameter without a gradient in a step is updated with a zero gradient: its
 * moments decay and it moves by them. Unlike in PyTorch, each parameter counts its own updates, so
 * spawned experts get the bias correction of their own age. Weight decay acts only on parameters
 * with {@link Parameter#decays()}. A frozen parameter does not change and loses its moments.
 */
public sealed class AdamW extends Optimizer permits Muon {
  final Kernels kernels;
  private final Config config;

  /** Creates an optimizer without moments. */
  public AdamW(Kernels kernels, Config config) {
    this(kernels, config, ParameterGroups.decaying(config.weightDecay()));
  }

  /**
   * Creates an optimizer without moments.
   *
   * @param groups weight decay of each parameter, in place of that of the constants
   */
  public AdamW(Kernels kernels, Config config, ParameterGroups groups) {
    this("AdamW", kernels, config, groups);
  }

  AdamW(String name, Kernels kernels, Config config, ParameterGroups groups) {
    super(name, groups);
    this.kernels = kernels;
    this.config = config;
  }

  /** Updates all parameters in one call of the kernels. */
  @Override
  protected void updateAll(Map<Parameter, Update> updates) {
    List<AdamWUpdate> all =
        updates.entrySet().stream().map(entry -> of(entry.getKey(), entry.getValue())).toList();
    try (MemoryWorkspace ignored = workspace()) {
      kernels.adamW(all);
    }
  }

  @Override
  protected void update(Parameter parameter, Update update) {
    updateAll(Map.of(parameter, update));
  }

  /** Returns both moments. */
  @Override
  public Moments zeros(Parameter parameter, long updates) {
    return Moments.zeros(parameter, updates);
  }

  private AdamWUpdate of(Parameter parameter, Update update) {
    Moments moments = next(parameter);
    AdamWUpdate.Step step =
        new AdamWUpdate.Step(
            update.learningRate(),
            config.beta1(),
            config.beta2(),
            config.epsilon(),
            update.weightDecay(),
            update.gradientScale(),
            moments.updates());
    return new AdamWUpdate(
        parameter.value(),
        parameter.gradient(),
        moments.first(),
        moments.second().orElseThrow(),
        step);
  }

  /** Optimizer {@code adamw}. */
  public static final class Provider implements OptimizerProvider {
    @Override
    public String name() {
      return "adamw";
    }

    @Override
    public Optimizer create(Spec spec) {
      return spec.read(
          name(), (options, groups) -> new AdamW(spec.kernels(), spec.adamW(), groups));
    }
  }

  /**
   * Constants of {@link AdamW}.
   *
   * @param beta1 decay of the first moment, in [0, 1)
   * @param beta2 decay of the second moment, in [0, 1)
   * @param epsilon added to the root of the second moment, above 0
   * @param weightDecay decoupled decay, at least 0
   */
  public record Config(double beta1, double beta2, double epsilon, double weightDecay) {

    /** Rejects values out of bounds. */
    public Config {
      FieldBound.belowOne("beta1", beta1);
      FieldBound.belowOne("beta2", beta2);
      FieldBound.positive("epsilon", epsilon);
      FieldBound.notNegative("weightDecay", weightDecay);
    }
  }
}
