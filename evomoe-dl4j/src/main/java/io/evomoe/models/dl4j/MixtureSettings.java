package io.evomoe.models.dl4j;

import io.evomoe.evolution.EvolutionConfig;
import io.evomoe.evolution.EvolutionConfig.TemperatureShape;
import io.evomoe.evolution.EvolutionSchedule;
import io.evomoe.evolution.ExpertPlan;
import io.evomoe.evolution.ExpertPlan.SharedExperts;
import io.evomoe.evolution.SpawnMethod;
import io.evomoe.internal.names.FieldBound;
import io.evomoe.kernel.ActivationFunction;
import io.evomoe.moe.GateProvider;
import io.evomoe.moe.GateProvider.ExpertLifecycle;
import io.evomoe.moe.GateProvider.Placement;
import io.evomoe.moe.Gates;
import io.evomoe.moe.TrainingFacts;
import io.evomoe.nn.FeedForwardConfig;
import io.evomoe.nn.NormConfig;
import io.evomoe.nn.Scope.Initialization;
import io.soabase.recordbuilder.core.RecordBuilder;
import java.util.Map;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * The settings of a {@link MixtureOfExpertsLayer} besides its size and those of every DL4J layer.
 * Its components are the fields of DL4J's JSON and YAML. {@link MixtureOfExpertsLayer.Builder}
 * documents them.
 */
@RecordBuilder
record MixtureSettings(
    String gate,
    Map<String, String> gateOptions,
    int experts,
    int sharedExperts,
    int hidden,
    ActivationFunction hiddenActivation,
    boolean residual,
    int moeLayers,
    boolean causal,
    int vocabulary,
    long iterations,
    @Nullable Evolution evolution) {
  private static final int HIDDEN_PER_WIDTH = 4;

  /** Rejects an unknown gate and numbers out of bounds. Makes the options unmodifiable. */
  MixtureSettings {
    FieldBound.atLeast("experts", experts, 1);
    FieldBound.atLeast("sharedExperts", sharedExperts, 0);
    FieldBound.atLeast("hidden", hidden, 0);
    FieldBound.atLeast("moeLayers", moeLayers, 1);
    FieldBound.atLeast("vocabulary of token ids", vocabulary, 0);
    FieldBound.atLeast("iterations", iterations, 0);
    gateOptions = Map.copyOf(gateOptions);
    GateProvider provider = GateProvider.named(gate);
    provider
        .refusal(causal)
        .ifPresent(
            reason -> {
              throw new IllegalArgumentException("gate " + gate + " " + reason);
            });
    if (residual && provider.placement() == Placement.STREAM) {
      throw new IllegalArgumentException(
          "residual must be false for gate %s, whose output carries its input already, was true"
              .formatted(gate));
    }
    if (evolution != null && evolution.toConfig().finalTopK() > experts) {
      throw new IllegalArgumentException(
          "finalTopK must be at most experts, %d, was %d"
              .formatted(experts, evolution.finalTopK()));
    }
    boolean tellsTime = provider.annealed() || provider.growth() == ExpertLifecycle.SPAWNED;
    if (tellsTime && iterations == 0 && evolution == null) {
      throw new IllegalArgumentException(
          "iterations or evolution must be given for gate %s, which changes with time, had neither"
              .formatted(gate));
    }
  }

  /** Returns the number of input columns that the experts do not see: 1 if there are token ids. */
  int idColumns() {
    return vocabulary > 0 ? 1 : 0;
  }

  /** Returns phase and temperature by iteration. */
  EvolutionSchedule schedule() {
    return new EvolutionSchedule(evolutionConfig(), Math.max(iterations, 1), provider().growth());
  }

  /** Returns when the layer gets its experts. */
  ExpertLifecycle growth() {
    return provider().growth();
  }

  EvolutionConfig evolutionConfig() {
    return evolution == null ? EvolutionConfig.defaults() : evolution.toConfig();
  }

  /**
   * Returns the plan of the layer's experts and gate.
   *
   * @param width d
   */
  ExpertPlan plan(int width) {
    int inside = hidden == 0 ? HIDDEN_PER_WIDTH * width : hidden;
    double deviation = Math.sqrt(2.0 / (width + inside));
    return new ExpertPlan(
        new Gates(
            provider(),
            gateOptions,
            iterations == 0 ? TrainingFacts.UNKNOWN : TrainingFacts.ofSteps(iterations)),
        experts,
        new SharedExperts(sharedExperts, inside, false),
        1,
        moeLayers,
        FeedForwardConfig.plain(width, inside, hiddenActivation),
        NormConfig.LAYER,
        new Initialization(deviation, deviation),
        vocabulary,
        causal);
  }

  private GateProvider provider() {
    return GateProvider.named(gate);
  }

  /**
   * An {@link EvolutionConfig} in plain values, for DL4J's JSON and YAML. Time is counted in
   * iterations. There is no setting for optimizer moments, because DL4J's updater owns them by
   * position. The first child keeps those of its parent, and those of the others start at zero.
   *
   * @param diversifyIterations iterations with one expert before the spawn
   * @param spawn text for {@link SpawnMethod#parse}
   * @param shape shape of the temperature
   * @param maximumTemperature temperature right after the spawn
   * @param minimumTemperature final temperature
   * @param annealingIterations iterations between both
   * @param hardFrom iterations from the spawn to the hard phase; -1 for no hard phase
   * @param finalTopK experts per token in the hard phase
   */
  record Evolution(
      long diversifyIterations,
      String spawn,
      TemperatureShape shape,
      double maximumTemperature,
      double minimumTemperature,
      long annealingIterations,
      long hardFrom,
      int finalTopK) {
    private static final long NEVER = -1;

    /**
     * Returns a configuration in plain values.
     *
     * @param iterations iterations of the training, from which unset values follow; 0 if unknown
     */
    static Evolution of(EvolutionConfig config, long iterations) {
      if (iterations == 0
          && (config.diversifySteps().isEmpty()
              || config.temperatureSteps().isEmpty()
              || (config.hardFrom().isEmpty() && config.hardShare() < 1))) {
        throw new IllegalArgumentException(
            "iterations must be set if evolution does not set diversifySteps and"
                + " temperatureSteps, and hardFrom if there is a hard phase");
      }
      EvolutionSchedule schedule =
          new EvolutionSchedule(config, iterations, ExpertLifecycle.SPAWNED);
      return new Evolution(
          schedule.diversifySteps(),
          config.spawn(),
          config.schedule(),
          config.maxTemperature(),
          config.minTemperature(),
          schedule.temperatureSteps(),
          schedule.hardFrom().orElse(NEVER),
          config.finalTopK());
    }

    /**
     * Returns the configuration.
     *
     * @throws IllegalArgumentException for values out of their bounds
     */
    EvolutionConfig toConfig() {
      return new EvolutionConfig(
          OptionalLong.of(diversifyIterations),
          EvolutionConfig.defaults().diversifyShare(),
          spawn,
          false,
          shape,
          maximumTemperature,
          minimumTemperature,
          OptionalLong.of(annealingIterations),
          hardFrom == NEVER ? OptionalLong.empty() : OptionalLong.of(hardFrom),
          1,
          finalTopK);
    }
  }
}
