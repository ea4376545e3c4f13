package io.evomoe.bench.cli.doctor;

import java.util.Locale;

/**
 * One thing that a run depends on.
 *
 * @param name of the thing
 * @param state it is in
 * @param found what is there, in a few words
 * @param advice what to do; empty where nothing is to be done, and then only
 */
record Finding(String name, State state, String found, String advice) {
  /** How well a run is served. */
  enum State {
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

  static Finding ok(String name, String found) {
    return new Finding(name, State.OK, found, "");
  }

  /** The same, or that all is well. */
  Finding unless(boolean well) {
    return well ? ok(name, found) : this;
  }
}
