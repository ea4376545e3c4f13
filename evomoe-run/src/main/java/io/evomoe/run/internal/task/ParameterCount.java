package io.evomoe.run.internal.task;

import io.evomoe.kernel.KernelSelection;
import io.evomoe.moe.ExpertForm;
import io.evomoe.moe.GateProvider;
import io.evomoe.moe.GateSpec;
import io.evomoe.moe.Growth;
import io.evomoe.moe.Placement;
import io.evomoe.moe.TrainingFacts;
import io.evomoe.nn.Scope;
import io.evomoe.run.config.ModelConfig;
import io.evomoe.run.config.RunConfig;
import org.nd4j.linalg.api.buffer.DataType;

/**
 * Trainable parameters of a model that has all its experts, from its size alone: nothing is
 * allocated but one gate, so models larger than the memory can be counted.
 */
final class ParameterCount {
  private final RunConfig config;
  private final int vocabulary;
  private final long width;

  /**
   * Counts for a run's models.
   *
   * @param vocabulary token ids
   */
  ParameterCount(RunConfig config, int vocabulary) {
    this.config = config;
    this.vocabulary = vocabulary;
    this.width = config.model().width();
  }

  /** Of an embedding with so many entries. */
  ParameterTotal embedding(long entries) {
    return ParameterTotal.array(entries * width);
  }

  /** Of a layer normalisation. */
  ParameterTotal norm() {
    return ParameterTotal.array(width).times(2);
  }

  /**
   * Of a stack of blocks, without a normalisation at its end.
   *
   * @param attentions of a block: 1, or 2 with one to the encoder
   * @param moeLayers MoE layers in the whole model
   * @param causal whether a token's output must not depend on later tokens
   */
  ParameterTotal stack(int attentions, int moeLayers, boolean causal) {
    ModelConfig size = config.model();
    long mixtures = size.moeLayers();
    ParameterTotal feedForward =
        ParameterTotal.linear(width, size.hidden())
            .plus(ParameterTotal.linear(size.hidden(), width));
    return self()
        .plus(attentions == 2 ? cross() : ParameterTotal.NONE)
        .times(size.layers())
        .plus(norm().plus(feedForward).times(size.layers() - mixtures))
        .plus(normOfPlace().plus(place(feedForward, moeLayers, causal)).times(mixtures));
  }

  /** Of an attention to the sequence itself, which has its three maps in one array. */
  private ParameterTotal self() {
    return norm()
        .plus(ParameterTotal.linear(width, 3 * width))
        .plus(ParameterTotal.linear(width, width));
  }

  /** Of an attention to the encoder, which has the maps of its keys and values in one array. */
  private ParameterTotal cross() {
    return norm()
        .plus(ParameterTotal.linear(width, width))
        .plus(ParameterTotal.linear(width, 2 * width))
        .plus(ParameterTotal.linear(width, width));
  }

  private ParameterTotal normOfPlace() {
    return config.provider().placement() == Placement.STREAM ? ParameterTotal.NONE : norm();
  }

  private ParameterTotal place(ParameterTotal feedForward, int moeLayers, boolean causal) {
    GateProvider provider = config.provider();
    ParameterTotal expert =
        provider.expertForm() == ExpertForm.RESIDUAL ? feedForward.plus(norm()) : feedForward;
    ParameterTotal shared = expert.times(config.model().sharedExperts());
    return provider.growth() == Growth.NEVER
        ? expert.plus(shared)
        : expert
            .times(config.model().experts())
            .plus(shared)
            .plus(gate(provider, moeLayers, causal));
  }

  private ParameterTotal gate(GateProvider provider, int moeLayers, boolean causal) {
    Scope scope = Scope.root(config.seed(), KernelSelection.forType(DataType.FLOAT));
    GateSpec spec =
        new GateSpec(
            scope,
            config.model().width(),
            config.model().experts(),
            moeLayers,
            vocabulary,
            causal,
            config.options(),
            TrainingFacts.ofSteps(config.training().steps()));
    return provider.create(spec).parameters().stream()
        .map(parameter -> ParameterTotal.array(parameter.length()))
        .reduce(ParameterTotal.NONE, ParameterTotal::plus);
  }
}
