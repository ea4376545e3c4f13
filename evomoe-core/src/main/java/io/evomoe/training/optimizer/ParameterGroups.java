package io.evomoe.training.optimizer;

import io.evomoe.moe.Options;
import io.evomoe.moe.Options.Bounds;
import io.evomoe.nn.Parameter;

/** A rule that gives each parameter its learning rate and weight decay. */
@FunctionalInterface
public interface ParameterGroups {

  /** Returns the group of a parameter. It must not change between two updates. */
  Group of(Parameter parameter);

  /**
   * The numbers that parameters of a group share.
   *
   * @param rateScale factor on the learning rate, at least 0
   * @param weightDecay decoupled weight decay, at least 0
   */
  record Group(double rateScale, double weightDecay) {}

  /** Returns the rule that matrices and tables decay, and biases and norms do not. */
  static ParameterGroups decaying(double weightDecay) {
    return parameter -> new Group(1, parameter.decays() ? weightDecay : 0);
  }

  /**
   * Returns {@link #decaying} with the options {@code gateRate} and {@code embeddingRate}, both at
   * least 0 and 1 by default. They are factors on the learning rate of the gates' parameters, and
   * of the matrices outside of blocks: embeddings and output heads.
   */
  static ParameterGroups read(Options options, double weightDecay) {
    double gates = options.number("gateRate", 1, Bounds.atLeast(0));
    double embeddings = options.number("embeddingRate", 1, Bounds.atLeast(0));
    return parameter -> {
      boolean embedding = parameter.decays() && parameter.place().block().isEmpty();
      double scale = parameter.place().ofGate() ? gates : embedding ? embeddings : 1;
      return new Group(scale, parameter.decays() ? weightDecay : 0);
    };
  }
}
