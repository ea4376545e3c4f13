package io.evomoe.internal.names;

import io.evomoe.internal.files.Excerpt;
import java.util.List;
import java.util.ServiceLoader;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The providers of one kind, by name.
 *
 * @param <P> a provider
 */
public final class Installed<P> {
  private static final int LONGEST = 40;
  private static final Pattern FORM = Pattern.compile("[a-z0-9]+([-_][a-z0-9]+)*");

  private final String kind;
  private final SortedMap<String, P> byName = new TreeMap<>();

  /**
   * Creates the list of some providers.
   *
   * @param kind what they make, for messages, e.g. {@code gate}
   * @throws IllegalArgumentException if two providers have the same name, or if a name is not plain
   *     ({@link #requireName}); names become folder names
   */
  public Installed(String kind, Iterable<P> providers, Function<P, String> nameOf) {
    this.kind = kind;
    for (P provider : providers) {
      String owner = provider.getClass().getName();
      String name =
          requireName("the name of %s provider %s".formatted(kind, owner), nameOf.apply(provider));
      P other = byName.putIfAbsent(name, provider);
      if (other != null) {
        throw new IllegalArgumentException(
            "%s name must be unique, was %s for %s and %s"
                .formatted(kind, name, other.getClass().getName(), owner));
      }
    }
  }

  /** Returns the providers of all jars on the class path, as {@link ServiceLoader} finds them. */
  public static <P> Installed<P> of(String kind, Class<P> type, Function<P, String> nameOf) {
    return new Installed<>(kind, ServiceLoader.load(type), nameOf);
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
    if (byName.isEmpty()) {
      throw new IllegalArgumentException(
          "%s %s is not installed, nor is any other: add its jar to the class path (io.evomoe:evomoe-gates has the gates), or merge META-INF/services when shading"
              .formatted(kind, Excerpt.of(name)));
    }
    P provider = byName.get(name);
    if (provider == null) {
      throw new IllegalArgumentException(
          "%s must be one of %s, was %s%s"
              .formatted(
                  kind,
                  String.join(", ", names()),
                  Excerpt.of(name),
                  Suggestion.text(name, names())));
    }
    return provider;
  }

  /**
   * Returns a name if it is plain.
   *
   * @param what what it names, for the message
   * @throws IllegalArgumentException if it is null, longer than 40 characters, or contains anything
   *     but small letters a to z and digits with single hyphens or underscores between them
   */
  public static String requireName(String what, @Nullable String name) {
    if (name == null || name.length() > LONGEST || !FORM.matcher(name).matches()) {
      throw new IllegalArgumentException(
          "%s must be of 1 to %d small letters and digits, with single hyphens or underscores between them, was %s"
              .formatted(what, LONGEST, Excerpt.of(String.valueOf(name))));
    }
    return name;
  }
}
