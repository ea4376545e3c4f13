package io.evomoe.moe;

import io.evomoe.internal.names.PlainName;
import io.evomoe.internal.names.Suggestion;
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
   * @throws IllegalArgumentException if a name is not plain ({@link PlainName}), for it becomes
   *     that of folders, or if two have the same
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
