package io.evomoe.training.optimizer;

import io.evomoe.internal.names.Installed;
import java.util.List;
import java.util.ServiceLoader;

/**
 * Creates optimizers of one kind. Providers are found by {@link ServiceLoader}, so an optimizer in
 * a separate jar is available everywhere by its name ({@code training.optimizer}).
 */
public interface OptimizerProvider {

  /**
   * Returns the name for configurations: at most 40 lower-case letters and digits, with single
   * hyphens or underscores between them.
   */
  String name();

  /** Returns one line that says what the optimizer computes, with the paper. */
  String description();

  /**
   * Creates an optimizer in its initial state.
   *
   * @throws IllegalArgumentException if an option is unknown or out of bounds
   */
  Optimizer create(OptimizerSpec spec);

  /** Returns the installed providers in the order of their names. */
  static List<OptimizerProvider> installed() {
    return byName().providers();
  }

  /**
   * Returns the installed provider of a name.
   *
   * @throws IllegalArgumentException if there is none; the message lists the available names
   */
  static OptimizerProvider named(String name) {
    return byName().named(name);
  }

  private static Installed<OptimizerProvider> byName() {
    return new Installed<>(
        "training.optimizer", ServiceLoader.load(OptimizerProvider.class), OptimizerProvider::name);
  }
}
