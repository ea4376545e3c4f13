package io.evomoe.training.optimizer;

import io.evomoe.kernel.AdamWStep;
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
public final class AdamW extends MomentOptimizer {
  private final Kernels kernels;
  private final AdamWConfig config;

  /** Creates an optimizer without moments. */
  public AdamW(Kernels kernels, AdamWConfig config) {
    this(kernels, config, ParameterGroups.decaying(config.weightDecay()));
  }

  /**
   * Creates an optimizer without moments.
   *
   * @param groups weight decay of each parameter, in place of that of the constants
   */
  public AdamW(Kernels kernels, AdamWConfig config, ParameterGroups groups) {
    super("AdamW", groups);
    this.kernels = kernels;
    this.config = config;
  }

  /** Updates all parameters in one call of the kernels. */
  @Override
  protected void updateAll(Map<Parameter, Update> updates) {
    List<AdamWUpdate> all =
        updates.entrySet().stream()
            .map(entry -> of(entry.getKey(), next(entry.getKey()), config, entry.getValue()))
            .toList();
    try (MemoryWorkspace ignored = workspace()) {
      kernels.adamW(all);
    }
  }

  @Override
  protected void update(Parameter parameter, Update update) {
    kernels.adamW(List.of(of(parameter, next(parameter), config, update)));
  }

  /** Returns both moments. */
  @Override
  public Moments zeros(Parameter parameter, long updates) {
    return Moments.zeros(parameter, updates);
  }

  static AdamWUpdate of(Parameter parameter, Moments moments, AdamWConfig config, Update update) {
    AdamWStep step =
        new AdamWStep(
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
        moments.secondMoment().orElseThrow(),
        step);
  }

  /** Optimizer {@code adamw}. */
  public static final class Provider implements OptimizerProvider {
    @Override
    public String name() {
      return "adamw";
    }

    @Override
    public String description() {
      return "Adam with decoupled weight decay (arXiv 1711.05101)";
    }

    @Override
    public Optimizer create(OptimizerSpec spec) {
      return spec.read(
          name(), (options, groups) -> new AdamW(spec.kernels(), spec.adamW(), groups));
    }
  }
}
