package io.evomoe.bench.cli.bench;

import io.evomoe.kernel.Kernels;
import io.evomoe.models.causal.CausalLanguageModel;
import io.evomoe.models.gpt.Gpt;
import io.evomoe.models.llama.Llama;
import io.evomoe.models.stack.LanguageModelConfig;
import io.evomoe.moe.GateProvider;
import io.evomoe.moe.GateProvider.ExpertLifecycle;
import io.evomoe.moe.Gates;
import io.evomoe.moe.TrainingFacts;
import io.evomoe.moe.TrainingFacts.TokenFrequencies;
import io.evomoe.nn.Scope;
import io.evomoe.random.CounterRandom;
import io.evomoe.run.config.ModelConfig.Architecture;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.stream.IntStream;

/**
 * A decoder with fresh weights, whose speed is measured on random tokens.
 *
 * @param gate by name
 * @param gateOptions options of the gate, by name
 * @param architecture of the blocks
 * @param size of the model
 */
record UntrainedModel(
    String gate,
    Map<String, String> gateOptions,
    Architecture architecture,
    LanguageModelConfig size) {
  /** Seed of the weights and of random tokens. */
  static final long SEED = 1;

  /**
   * Makes it.
   *
   * @param steps that its gates are told they will be trained for
   */
  CausalLanguageModel make(Kernels kernels, long steps) {
    TokenFrequencies uniform =
        TokenFrequencies.count(IntStream.range(0, size.vocabulary()), size.vocabulary());
    TrainingFacts facts = new TrainingFacts(OptionalLong.of(steps), Optional.of(uniform), Set.of());
    Gates gates = new Gates(GateProvider.named(gate), gateOptions, facts);
    Scope root = Scope.root(SEED, kernels);
    return switch (architecture) {
      case GPT -> new Gpt(size, gates, root);
      case LLAMA -> new Llama(size, gates, root);
    };
  }

  /** Ids of the vocabulary, the same for the same number. */
  int[] randomTokens(long number, int count) {
    CounterRandom random = new CounterRandom(CounterRandom.fold(SEED, number));
    return IntStream.range(0, count).map(i -> random.below(size.vocabulary(), i)).toArray();
  }

  /** MoE blocks; 0 for a dense model. */
  int mixtures() {
    boolean mixed = GateProvider.named(gate).growth() != ExpertLifecycle.NEVER;
    return mixed ? size.stack().moeLayers() : 0;
  }
}
