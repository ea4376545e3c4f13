package io.evomoe.bench.task;

import io.evomoe.bench.run.ModelSize;
import io.evomoe.bench.run.RunConfig;
import io.evomoe.kernel.KernelSelection;
import io.evomoe.moe.ExpertForm;
import io.evomoe.moe.GateProvider;
import io.evomoe.moe.GateSpec;
import io.evomoe.moe.Growth;
import io.evomoe.moe.Placement;
import io.evomoe.moe.TrainingFacts;
import io.evomoe.nn.Parameter;
import io.evomoe.nn.Scope;
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
  long embedding(long entries) {
    return entries * width;
  }

  /** Of a layer normalisation. */
  long norm() {
    return 2 * width;
  }

  /** Of a linear map with its bias. */
  static long linear(long in, long out) {
    return in * out + out;
  }

  /**
   * Of a stack of blocks, without a normalisation at its end.
   *
   * @param attentions of a block: 1, or 2 with one to the encoder
   * @param moeLayers MoE layers in the whole model
   * @param causal whether a token's output must not depend on later tokens
   */
  long stack(int attentions, int moeLayers, boolean causal) {
    ModelSize size = config.model();
    long attention = norm() + linear(width, 3 * width) + linear(width, width);
    long mixtures = size.layers() / size.moeEvery();
    long feedForward = linear(width, size.hidden()) + linear(size.hidden(), width);
    return (long) size.layers() * attentions * attention
        + (size.layers() - mixtures) * (norm() + feedForward)
        + mixtures * (normOfPlace() + place(feedForward, moeLayers, causal));
  }

  private long normOfPlace() {
    return config.provider().placement() == Placement.STREAM ? 0 : norm();
  }

  private long place(long feedForward, int moeLayers, boolean causal) {
    GateProvider provider = config.provider();
    long expert = feedForward + (provider.expertForm() == ExpertForm.RESIDUAL ? norm() : 0);
    long shared = config.model().sharedExperts() * expert;
    return provider.growth() == Growth.NEVER
        ? expert + shared
        : config.model().experts() * expert + shared + gate(provider, moeLayers, causal);
  }

  private long gate(GateProvider provider, int moeLayers, boolean causal) {
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
    return provider.create(spec).parameters().stream().mapToLong(Parameter::length).sum();
  }
}
