package io.evomoe.moe;

import io.evomoe.internal.files.Excerpt;
import io.evomoe.internal.names.Installed;
import java.util.List;
import java.util.ServiceLoader;

/** The available gates, by name. */
public final class GateRegistry {
  private final Installed<GateProvider> gates;

  /**
   * Creates a registry of the given gates.
   *
   * @throws IllegalArgumentException if two gates have the same name, or if a name is not plain
   *     ({@link Installed#requireName}); names become folder names
   */
  public GateRegistry(Iterable<GateProvider> providers) {
    gates = new Installed<>("gate", providers, GateProvider::name);
  }

  /** Returns the gates of all jars on the class path, as {@link ServiceLoader} finds them. */
  public static GateRegistry installed() {
    return new GateRegistry(ServiceLoader.load(GateProvider.class));
  }

  /** Returns the names in alphabetical order. */
  public List<String> names() {
    return gates.names();
  }

  /** Returns the providers in the order of their names. */
  public List<GateProvider> providers() {
    return gates.providers();
  }

  /**
   * Returns the gate with the given name.
   *
   * @throws IllegalArgumentException if there is no such gate; the message lists the available
   *     names
   */
  public GateProvider provider(String name) {
    if (gates.names().isEmpty()) {
      throw new IllegalArgumentException(
          "gate %s is not installed, nor is any other: add io.evomoe:evomoe-gates to the class path, or merge META-INF/services when shading"
              .formatted(Excerpt.of(name)));
    }
    return gates.named(name);
  }
}
