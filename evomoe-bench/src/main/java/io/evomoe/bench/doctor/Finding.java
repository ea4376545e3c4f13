package io.evomoe.bench.doctor;

import java.util.Locale;

/**
 * One thing that a run depends on.
 *
 * @param name of the thing
 * @param state it is in
 * @param found what is there, in a few words
 * @param advice what to do; empty where nothing is to be done, and then only
 */
public record Finding(String name, State state, String found, String advice) {

  /** How well a run is served. */
  public enum State {
    /** Nothing is to be done. */
    OK,
    /** A run starts, and takes longer than it might. */
    SLOW,
    /** A run starts, without something that others have. */
    MISSING,
    /** No run starts. */
    STOPS;

    /** In small letters. */
    @Override
    public String toString() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /** Rejects advice for what is well, and a fault without any. */
  public Finding {
    if ((state == State.OK) != advice.isEmpty()) {
      throw new IllegalArgumentException(
          "advice must be given for all that is not ok, and for nothing else: %s is %s, advice \"%s\""
              .formatted(name, state, advice));
    }
  }

  static Finding ok(String name, String found) {
    return new Finding(name, State.OK, found, "");
  }

  /** The same, or that all is well. */
  Finding unless(boolean well) {
    return well ? ok(name, found) : this;
  }

  static Finding slow(String name, String found, String advice) {
    return new Finding(name, State.SLOW, found, advice);
  }

  static Finding missing(String name, String found, String advice) {
    return new Finding(name, State.MISSING, found, advice);
  }

  static Finding stops(String name, String found, String advice) {
    return new Finding(name, State.STOPS, found, advice);
  }
}
