package io.evomoe.moe;

import io.evomoe.internal.names.Installed;
import io.evomoe.moe.GateProvider.ExpertForm;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Creates gates of one kind. Providers are found by {@link java.util.ServiceLoader}, so a gate in a
 * separate jar is available everywhere by its name.
 */
public interface GateProvider {

  /**
   * Returns the name for the command line, configurations and folders: at most 40 lower-case
   * letters and digits, with single hyphens or underscores between them.
   */
  String name();

  /** Returns one line that says what the gate computes, with the paper. */
  String description();

  /**
   * Returns when layers with this gate get their experts. The default is {@link
   * ExpertLifecycle#FROM_START}.
   */
  default ExpertLifecycle growth() {
    return ExpertLifecycle.FROM_START;
  }

  /** Returns the kind of network of the experts. The default is {@link ExpertForm#PLAIN}. */
  default ExpertForm expertForm() {
    return ExpertForm.PLAIN;
  }

  /** Returns the position of the layer in a block. The default is {@link Placement#BRANCH}. */
  default Placement placement() {
    return Placement.BRANCH;
  }

  /**
   * Returns whether the temperature of a pass affects this gate. If not, training curves leave the
   * temperature empty. The default is false.
   */
  default boolean annealed() {
    return false;
  }

  /**
   * Returns the fields of {@code evolution} in a configuration that have another default in runs
   * with this gate, by name, e.g. {@code schedule: LINEAR}. The default is none.
   */
  default Map<String, Object> evolution() {
    return Map.of();
  }

  /**
   * Returns why this gate cannot be used in a model, as the end of a sentence that begins with the
   * gate's name. Empty if it can be used. A comparison of all gates leaves out the gates with a
   * reason.
   *
   * @param causal whether a token's output must not depend on later tokens
   */
  default Optional<String> refusal(boolean causal) {
    return Optional.empty();
  }

  /**
   * Creates the gate of one layer.
   *
   * @throws IllegalArgumentException if an option is unknown or out of bounds, or if {@link
   *     #refusal} gives a reason for this model
   */
  Gate create(GateSpec spec);

  /**
   * Returns the gates of all jars on the class path, in the order of their names.
   *
   * @throws IllegalArgumentException if two gates have the same name, or if a name is not plain
   *     ({@link #name})
   */
  static List<GateProvider> installed() {
    return Installed.of("gate", GateProvider.class, GateProvider::name).providers();
  }

  /**
   * Returns the installed gate of a name.
   *
   * @throws IllegalArgumentException if there is none; the message lists the available names
   */
  static GateProvider named(String name) {
    return Installed.of("gate", GateProvider.class, GateProvider::name).named(name);
  }

  /** When a layer gets its experts. */
  enum ExpertLifecycle {
    /** Independent experts from the first step. */
    FROM_START,
    /** One expert at first. The others are spawned from it (EvoMoE's expert-diversify phase). */
    SPAWNED,
    /** Always one expert: a plain feed-forward net. */
    NEVER
  }

  /** The kind of network that an expert is. */
  enum ExpertForm {
    /** A {@link io.evomoe.nn.FeedForward}. */
    PLAIN,
    /**
     * A {@linkplain io.evomoe.nn.FeedForward#residual residual} one, which starts as the identity.
     */
    RESIDUAL
  }

  /** The position of an expert layer in a block. */
  enum Placement {
    /** In a residual branch, after or before the block's norm: {@code x + layer(norm(x))}. */
    BRANCH,
    /**
     * In the residual stream: the block's output is {@code layer(x)}, without norm, residual or
     * dropout. The gate passes the stream on, by a bypass or by weights that sum to 1. The experts
     * are {@link ExpertForm#RESIDUAL}, so they pass it on too.
     */
    STREAM
  }
}
