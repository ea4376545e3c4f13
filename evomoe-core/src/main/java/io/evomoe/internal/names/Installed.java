package io.evomoe.internal.names;

import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Function;

/**
 * The providers of one kind, by name.
 *
 * @param <P> a provider
 */
public final class Installed<P> {
  private final String kind;
  private final SortedMap<String, P> byName = new TreeMap<>();

  /**
   * Creates the list of some providers.
   *
   * @param kind what they make, for messages, e.g. {@code gate}
   * @throws IllegalArgumentException if two providers have the same name, or if a name is not plain
   *     ({@link PlainName}); names become folder names
   */
  public Installed(String kind, Iterable<P> providers, Function<P, String> nameOf) {
    this.kind = kind;
    for (P provider : providers) {
      String owner = provider.getClass().getName();
      String name =
          PlainName.require(
              "the name of %s provider %s".formatted(kind, owner), nameOf.apply(provider));
      P other = byName.putIfAbsent(name, provider);
      if (other != null) {
        throw new IllegalArgumentException(
            "%s name must be unique, was %s for %s and %s"
                .formatted(kind, name, other.getClass().getName(), owner));
      }
    }
  }

  /** Returns the names in alphabetical order. */
  public List<String> names() {
    return List.copyOf(byName.keySet());
  }

  /** Returns the providers in the order of their names. */
  public List<P> providers() {
    return List.copyOf(byName.values());
  }

  /**
   * Returns the provider of a name.
   *
   * @throws IllegalArgumentException if there is none; the message lists the available names
   */
  public P named(String name) {
    P provider = byName.get(name);
    if (provider == null) {
      throw new IllegalArgumentException(
          "%s must be one of %s, was %s%s"
              .formatted(
                  kind,
                  String.join(", ", names()),
                  PlainName.shown(name),
                  Suggestion.text(name, names())));
    }
    return provider;
  }
}
