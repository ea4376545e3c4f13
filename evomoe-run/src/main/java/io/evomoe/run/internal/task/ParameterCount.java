package io.evomoe.run.internal.task;

import io.evomoe.evolution.SharedExperts;
import io.evomoe.kernel.ActivationFunction;
import io.evomoe.kernel.KernelSelection;
import io.evomoe.models.stack.StackSize;
import io.evomoe.moe.ExpertForm;
import io.evomoe.moe.GateProvider;
import io.evomoe.moe.GateSpec;
import io.evomoe.moe.Growth;
import io.evomoe.moe.Placement;
import io.evomoe.moe.TrainingFacts;
import io.evomoe.nn.AttentionForm;
import io.evomoe.nn.FeedForwardForm;
import io.evomoe.nn.NormForm;
import io.evomoe.nn.QueryKeyNorm;
import io.evomoe.nn.Scope;
import io.evomoe.run.config.RunConfig;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.buffer.DataType;

/**
 * Trainable parameters of a model that has all its experts, from its size alone: nothing is
 * allocated but the gates, one by one, so models larger than the memory can be counted.
 */
final class ParameterCount {
  private final RunConfig config;
  private final int vocabulary;
  private final StackSize size;
  private final long width;

  /**
   * Counts for a run's models.
   *
   * @param vocabulary token ids
   */
  ParameterCount(RunConfig config, int vocabulary) {
    this.config = config;
    this.vocabulary = vocabulary;
    this.size = config.stack(ActivationFunction.GELU);
    this.width = size.width();
  }

  /** Of an embedding with so many entries. */
  ParameterTotal embedding(long entries) {
    return ParameterTotal.array(entries * width);
  }

  /** Of a normalisation. */
  ParameterTotal norm() {
    boolean shifted = size.norm().kind() == NormForm.Kind.LAYER;
    return ParameterTotal.array(width).times(shifted ? 2 : 1);
  }

  /**
   * Of a stack of blocks, without a normalisation at its end.
   *
   * @param attentions of a block: 1, or 2 with one to the encoder
   * @param moeLayers MoE layers in the whole model
   * @param causal whether a token's output must not depend on later tokens
   */
  ParameterTotal stack(int attentions, int moeLayers, boolean causal) {
    long mixtures = size.moeLayers();
    return self()
        .plus(attentions == 2 ? cross() : ParameterTotal.NONE)
        .times(size.layers())
        .plus(norm().plus(net(size.hidden())).times(size.layers() - mixtures))
        .plus(normOfPlace().plus(place()).times(mixtures))
        .plus(gates(moeLayers, causal));
  }

  private ParameterTotal net(long hidden) {
    FeedForwardForm form = size.feedForward();
    return ParameterTotal.linear(width, hidden, form.biased())
        .times(form.gated() ? 2 : 1)
        .plus(ParameterTotal.linear(hidden, width, form.biased()));
  }

  /** Of an attention to the sequence itself, which has its three maps in one array. */
  private ParameterTotal self() {
    AttentionForm form = size.attention();
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
    long ofHead = size.attention().headWidth();
    return ParameterTotal.array(each ? ofHead : queries)
        .plus(ParameterTotal.array(each ? ofHead : keys));
  }

  /** Of an attention to the encoder, which has the maps of its keys and values in one array. */
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
    ParameterTotal expert = net(size.moe().hidden()).plus(normOfNet);
    SharedExperts always = size.moe().shared();
    ParameterTotal shared =
        net(always.hidden())
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
            config.model().width(),
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
