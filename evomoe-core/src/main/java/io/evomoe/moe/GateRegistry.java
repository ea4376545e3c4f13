package io.evomoe.moe;

import io.evomoe.internal.names.PlainName;
import io.evomoe.internal.names.Suggestion;
import java.util.List;
import java.util.ServiceLoader;
import java.util.SortedMap;
import java.util.TreeMap;

/** The available gates, by name. */
public final class GateRegistry {
  private final SortedMap<String, GateProvider> byName = new TreeMap<>();

  /**
   * Creates a registry of the given gates.
   *
   * @throws IllegalArgumentException if two gates have the same name, or if a name is not plain
   *     ({@link PlainName}); names become folder names
   */
  public GateRegistry(Iterable<GateProvider> providers) {
    for (GateProvider provider : providers) {
      String owner = provider.getClass().getName();
      String name = PlainName.require("the name of gate provider " + owner, provider.name());
      GateProvider other = byName.putIfAbsent(name, provider);
      if (other != null) {
        throw new IllegalArgumentException(
            "gate name must be unique, was %s for %s and %s"
                .formatted(name, other.getClass().getName(), owner));
      }
    }
  }

  /** Returns the gates of all jars on the class path, as {@link ServiceLoader} finds them. */
  public static GateRegistry installed() {
    return new GateRegistry(ServiceLoader.load(GateProvider.class));
  }

  /** Returns the names in alphabetical order. */
  public List<String> names() {
    return List.copyOf(byName.keySet());
  }

  /** Returns the providers in the order of their names. */
  public List<GateProvider> providers() {
    return List.copyOf(byName.values());
  }

  /**
   * Returns the gate with the given name.
   *
   * @throws IllegalArgumentException if there is no such gate; the message lists the available
   *     names
   */
  public GateProvider provider(String name) {
    GateProvider provider = byName.get(name);
    if (byName.isEmpty()) {
      throw new IllegalArgumentException(
          "gate %s is not installed, nor is any other: add io.evomoe:evomoe-gates to the class path, or merge META-INF/services when shading"
              .formatted(PlainName.shown(name)));
    }
    if (provider == null) {
      throw new IllegalArgumentException(
          "gate must be one of %s, was %s%s"
              .formatted(
                  String.join(", ", names()),
                  PlainName.shown(name),
                  Suggestion.text(name, names())));
    }
    return provider;
  }
}
