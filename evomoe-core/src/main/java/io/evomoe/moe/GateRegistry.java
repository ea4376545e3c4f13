package io.evomoe.moe;

import io.evomoe.names.Suggestion;
import java.util.List;
import java.util.ServiceLoader;
import java.util.SortedMap;
import java.util.TreeMap;

/** The gates there are, by name. */
public final class GateRegistry {
  private final SortedMap<String, GateProvider> byName = new TreeMap<>();

  /**
   * A registry of the given gates.
   *
   * @throws IllegalArgumentException if two have the same name
   */
  public GateRegistry(Iterable<GateProvider> providers) {
    for (GateProvider provider : providers) {
      GateProvider other = byName.putIfAbsent(provider.name(), provider);
      if (other != null) {
        throw new IllegalArgumentException(
            "gate name must be unique, was %s for %s and %s"
                .formatted(
                    provider.name(), other.getClass().getName(), provider.getClass().getName()));
      }
    }
  }

  /** The gates of all jars on the class path, as {@link ServiceLoader} finds them. */
  public static GateRegistry installed() {
    return new GateRegistry(ServiceLoader.load(GateProvider.class));
  }

  /** Names in alphabetical order. */
  public List<String> names() {
    return List.copyOf(byName.keySet());
  }

  /** Providers in the order of their names. */
  public List<GateProvider> providers() {
    return List.copyOf(byName.values());
  }

  /**
   * The gate of that name.
   *
   * @throws IllegalArgumentException if there is none; the message lists the names there are
   */
  public GateProvider provider(String name) {
    GateProvider provider = byName.get(name);
    if (provider == null) {
      throw new IllegalArgumentException(
          "gate must be one of %s, was %s%s"
              .formatted(String.join(", ", names()), name, Suggestion.text(name, names())));
    }
    return provider;
  }
}
