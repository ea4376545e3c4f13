package io.evomoe.models.llama;

import io.evomoe.evolution.ExpertPlan.SharedExperts;
import io.evomoe.evolution.SpawnMethod;
import io.evomoe.gates.DtsGate;
import io.evomoe.kernel.ActivationFunction;
import io.evomoe.kernel.KernelSelection;
import io.evomoe.models.stack.BlockConfig;
import io.evomoe.models.stack.LanguageModelConfig;
import io.evomoe.models.stack.MoeConfig;
import io.evomoe.models.stack.StackConfig;
import io.evomoe.moe.GateProvider;
import io.evomoe.moe.GateProvider.ExpertLifecycle;
import io.evomoe.moe.Gates;
import io.evomoe.nn.AttentionConfig;
import io.evomoe.nn.AttentionConfig.QueryKeyNorm;
import io.evomoe.nn.AttentionConfig.Rotary;
import io.evomoe.nn.FeedForwardConfig;
import io.evomoe.nn.NormConfig;
import io.evomoe.nn.Scope;
import io.evomoe.testing.LayerGradientCheck;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.buffer.DataType;

/**
 * A Llama of two layers whose weights are large enough to matter: two query heads to each of two
 * heads of keys and values, which are wider together than the model, and in the second layer
 * experts and a shared one, of widths of their own.
 */
final class SmallLlama {
  static final int VOCABULARY = 11;
  static final int POSITIONS = 6;
  static final int WIDTH = 6;
  static final int EXPERTS = 3;
  static final int EXPERT_HIDDEN = 5;
  static final GateProvider EVOMOE = new DtsGate.EvolvedProvider();

  private SmallLlama() {}

  /**
   * A size.
   *
   * @param tied whether the head is the token embedding
   * @param span of the norm of queries and keys; null for none
   */
  static LanguageModelConfig config(
      boolean tied, QueryKeyNorm.@Nullable Span span, double dropout) {
    QueryKeyNorm norm = span == null ? null : new QueryKeyNorm(span, NormConfig.DEFAULT_EPSILON);
    Rotary rotary = new Rotary(100, new Rotary.Scaling(2, 1, 4, 16));
    StackConfig stack =
        StackConfig.of(
                2,
                new BlockConfig(
                    new AttentionConfig(WIDTH, 4, 2, 4, true, false, norm, rotary),
                    new FeedForwardConfig(WIDTH, 8, ActivationFunction.SILU, true, false),
                    new MoeConfig(EXPERTS, EXPERT_HIDDEN, new SharedExperts(1, 7, true)),
                    new NormConfig(NormConfig.Kind.RMS, NormConfig.DEFAULT_EPSILON),
                    dropout,
                    false))
            .withMoeEvery(1, 1);
    return new LanguageModelConfig(VOCABULARY, POSITIONS, 0, 0, tied, stack);
  }

  /** A model with its experts. */
  static Llama of(
      LanguageModelConfig config, GateProvider gates, Map<String, String> options, DataType type) {
    Llama model =
        new Llama(config, Gates.of(gates, options), Scope.root(3, KernelSelection.forType(type)));
    if (gates.growth() == ExpertLifecycle.SPAWNED) {
      model.spawn(SpawnMethod.mask(0.3), 5);
    }
    LayerGradientCheck.disturb(model.parameters(), 0.5);
    return model;
  }
}
