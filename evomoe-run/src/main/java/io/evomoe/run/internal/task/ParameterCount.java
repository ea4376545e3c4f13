package io.evomoe.run.internal.task;

import io.evomoe.evolution.SharedExperts;
import io.evomoe.kernel.ActivationFunction;
import io.evomoe.kernel.KernelSelection;
import io.evomoe.models.stack.BlockConfig;
import io.evomoe.models.stack.MoeConfig;
import io.evomoe.models.stack.StackConfig;
import io.evomoe.moe.ExpertForm;
import io.evomoe.moe.GateProvider;
import io.evomoe.moe.GateSpec;
import io.evomoe.moe.Growth;
import io.evomoe.moe.Placement;
import io.evomoe.moe.TrainingFacts;
import io.evomoe.nn.AttentionConfig;
import io.evomoe.nn.FeedForwardConfig;
import io.evomoe.nn.NormConfig;
import io.evomoe.nn.QueryKeyNorm;
import io.evomoe.nn.Scope;
import io.evomoe.run.config.RunConfig;
import io.evomoe.run.task.ParameterTotal;
import java.util.Objects;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.buffer.DataType;

/**
 * Counts the trainable parameters of a model with all its experts from its size. Nothing is
 * allocated except the gates, one by one, so models larger than the memory can be counted.
 */
final class ParameterCount {
  private final RunConfig config;
  private final int vocabulary;
  private final StackConfig size;
  private final BlockConfig block;
  private final long width;

  /**
   * Creates the counter of a run's models.
   *
   * @param vocabulary number of token ids
   */
  ParameterCount(RunConfig config, int vocabulary) {
    this.config = config;
    this.vocabulary = vocabulary;
    this.size = config.stack(ActivationFunction.GELU);
    this.block = size.block();
    this.width = size.hiddenSize();
  }

  /** Returns the parameters of an embedding with this number of entries. */
  ParameterTotal embedding(long entries) {
    return ParameterTotal.array(entries * width);
  }

  /** Returns the parameters of a normalization. */
  ParameterTotal norm() {
    boolean shifted = size.norm().kind() == NormConfig.Kind.LAYER;
    return ParameterTotal.array(width).times(shifted ? 2 : 1);
  }

  /**
   * Returns the parameters of a stack of blocks, without a final normalization.
   *
   * @param attentions of a block: 1, or 2 with cross-attention
   * @param moeLayers MoE layers in the whole model
   * @param causal whether a token's output must not depend on later tokens
   */
  ParameterTotal stack(int attentions, int moeLayers, boolean causal) {
    long mixtures = size.moeLayers();
    return self()
        .plus(attentions == 2 ? cross() : ParameterTotal.NONE)
        .times(size.numHiddenLayers())
        .plus(norm().plus(net(block.intermediateSize())).times(size.numHiddenLayers() - mixtures))
        .plus(mixtures == 0 ? ParameterTotal.NONE : normOfPlace().plus(place()).times(mixtures))
        .plus(gates(moeLayers, causal));
  }

  private ParameterTotal net(long hidden) {
    FeedForwardConfig form = block.feedForward();
    return ParameterTotal.linear(width, hidden, form.biased())
        .times(form.gated() ? 2 : 1)
        .plus(ParameterTotal.linear(hidden, width, form.biased()));
  }

  /**
   * Returns the parameters of self-attention, which has its three input projections in one array.
   */
  private ParameterTotal self() {
    AttentionConfig form = block.attention();
    long queries = form.queryWidth();
    long keys = form.keyWidth();
    return norm()
        .plus(ParameterTotal.linear(width, queries + 2 * keys, form.biased()))
        .plus(headNorms(form.norm(), queries, keys))
        .plus(ParameterTotal.linear(queries, width, form.projectionBiased()));
  }

  private ParameterTotal headNorms(@Nullable QueryKeyNorm norm, long queries, long keys) {
    if (norm == null) {
      return ParameterTotal.NONE;
    }
    boolean each = norm.span() == QueryKeyNorm.Span.HEAD;
    long ofHead = block.attention().headDim();
    return ParameterTotal.array(each ? ofHead : queries)
        .plus(ParameterTotal.array(each ? ofHead : keys));
  }

  /**
   * Returns the parameters of cross-attention, which has key and value projections in one array.
   */
  private ParameterTotal cross() {
    return norm()
        .plus(ParameterTotal.linear(width, width, true))
        .plus(ParameterTotal.linear(width, 2 * width, true))
        .plus(ParameterTotal.linear(width, width, true));
  }

  private ParameterTotal normOfPlace() {
    return config.provider().placement() == Placement.STREAM ? ParameterTotal.NONE : norm();
  }

  private ParameterTotal place() {
    GateProvider provider = config.provider();
    ParameterTotal normOfNet =
        provider.expertForm() == ExpertForm.RESIDUAL ? norm() : ParameterTotal.NONE;
    MoeConfig moe = Objects.requireNonNull(block.moe());
    ParameterTotal expert = net(moe.intermediateSize()).plus(normOfNet);
    SharedExperts always = moe.shared();
    ParameterTotal shared =
        net(always.intermediateSize())
            .plus(normOfNet)
            .times(always.count())
            .plus(ParameterTotal.array(always.gated() ? width : 0));
    return provider.growth() == Growth.NEVER
        ? expert.plus(shared)
        : expert.times(config.model().experts()).plus(shared);
  }

  private ParameterTotal gates(int moeLayers, boolean causal) {
    return config.provider().growth() == Growth.NEVER
        ? ParameterTotal.NONE
        : IntStream.range(0, size.moeLayers())
            .mapToObj(layer -> gate(layer, moeLayers, causal))
            .reduce(ParameterTotal.NONE, ParameterTotal::plus);
  }

  private ParameterTotal gate(int layer, int moeLayers, boolean causal) {
    Scope scope = Scope.root(config.seed(), KernelSelection.forType(DataType.FLOAT));
    GateSpec spec =
        new GateSpec(
            scope,
            config.model().hiddenSize(),
            config.model().experts(),
            layer,
            size.moeLayers(),
            moeLayers,
            vocabulary,
            causal,
            config.options(),
            TrainingFacts.ofSteps(config.training().steps()));
    return config.provider().create(spec).parameters().stream()
        .map(parameter -> ParameterTotal.array(parameter.length()))
        .reduce(ParameterTotal.NONE, ParameterTotal::plus);
  }
}
