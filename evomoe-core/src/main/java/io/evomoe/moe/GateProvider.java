package io.evomoe.moe;

import java.util.Optional;

/**
 * Makes gates of one kind; found by {@link java.util.ServiceLoader}, so a gate in a jar of its own
 * appears everywhere by its name.
 */
public interface GateProvider {

  /**
   * Name for the command line, configurations and folders: at most 40 small letters and digits,
   * with single hyphens or underscores between them.
   */
  String name();

  /** One line: what it computes, and the paper. */
  String description();

  /** When layers with this gate have their experts; {@link Growth#FROM_START} by default. */
  default Growth growth() {
    return Growth.FROM_START;
  }

  /** What the experts of layers with this gate compute; {@link ExpertForm#PLAIN} by default. */
  default ExpertForm expertForm() {
    return ExpertForm.PLAIN;
  }

  /** Where layers with this gate stand in a block; {@link Placement#BRANCH} by default. */
  default Placement placement() {
    return Placement.BRANCH;
  }

  /**
   * Whether the temperature of a pass changes what this gate does; where it does not, curves leave
   * it empty. False by default.
   */
  default boolean annealed() {
    return false;
  }

  /**
   * Why this gate cannot serve in a model, as the end of a sentence that begins with the gate's
   * name; empty where it can. A comparison of all gates leaves those out that refuse.
   *
   * @param causal whether a token's output must not depend on later tokens
   */
  default Optional<String> refusal(boolean causal) {
    return Optional.empty();
  }

  /**
   * A gate for one layer.
   *
   * @throws IllegalArgumentException for an option that is unknown or out of its bounds, or a model
   *     that {@link #refusal} names
   */
  Gate create(GateSpec spec);
}
