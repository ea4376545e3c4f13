package io.evomoe.models.text;

import io.evomoe.models.text.source.Utf8Text;
import io.evomoe.random.CounterRandom;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/**
 * How texts that come without a split are divided: at random by a seed, in proportion. Each text
 * has the same chance to be held out, whatever its length and its place, and length and number of
 * the texts that are held out are in proportion as well, class by class where they have classes.
 * Lengths are counted in UTF-8 bytes, of which tokens are made. Equal texts are on one side. The
 * same texts in another order are divided in the same way.
 *
 * @param rule how texts are chosen
 * @param validShare share of the text that is held out for measuring, in (0, 1)
 * @param testShare share of the text that is held out for a last measurement, at least 0, with
 *     {@code validShare} below 1; 0 for no such side
 * @param seed from which the choice is drawn
 */
public record HeldOut(Rule rule, double validShare, double testShare, long seed) {
  /** 5 % for measuring, nothing for a last measurement, seed 1. */
  public static final HeldOut DEFAULT = new HeldOut(Rule.RANDOM, 0.05, 0, 1);

  /** What version 0.1.0 did, for the runs that it made. */
  public static final HeldOut EARLIER = new HeldOut(Rule.SPREAD, 0.05, 0, 1);

  /** How texts are chosen. */
  public enum Rule {
    /** At random and in proportion. */
    RANDOM,
    /** The rule of version 0.1.0, which prefers short texts: wherever one still fits the share. */
    SPREAD;

    @Override
    public String toString() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /** Refuses shares out of their bounds, and a test side with the rule that has none. */
  public HeldOut {
    if (!(validShare > 0 && validShare < 1)) {
      throw new IllegalArgumentException("validShare must be in (0, 1), was " + validShare);
    }
    if (!(testShare >= 0 && testShare + validShare < 1)) {
      throw new IllegalArgumentException(
          "testShare must be at least 0, and below 1 together with validShare %s, was %s"
              .formatted(validShare, testShare));
    }
    if (rule == Rule.SPREAD && testShare > 0) {
      throw new IllegalArgumentException(
          "testShare must be 0 with rule %s, was %s".formatted(rule, testShare));
    }
  }

  @Override
  public String toString() {
    return String.format(
        Locale.ROOT,
        "rule %s, validShare %s, testShare %s, seed %d",
        rule,
        validShare,
        testShare,
        seed);
  }

  /** The same rule and seed with other shares. */
  public HeldOut withShares(double valid, double test) {
    return new HeldOut(rule, valid, test, seed);
  }

  /**
   * Refuses what would be left unheard where texts come with a split of their own.
   *
   * @param where they are
   */
  public void requireUnasked(Object where) {
    if (!equals(DEFAULT) && !equals(EARLIER)) {
      throw new IllegalArgumentException(
          ("validShare, testShare and seed of the split are for texts that have none,"
                  + " %s has one of its own")
              .formatted(where));
    }
  }

  /**
   * A text that goes to one side, whole.
   *
   * @param text that tells it from others
   * @param length in bytes, of all that goes with it
   * @param stratum such as a class, each of which is divided in proportion and keeps a text in
   *     training
   */
  public record Unit(String text, long length, String stratum) {
    /** Of the length of all that goes to the side. */
    public static Unit of(String text, String stratum, String all) {
      return new Unit(text, Utf8Text.length(all), stratum);
    }
  }

  /**
   * Texts that are held out; all others are in training.
   *
   * @param valid for measuring; empty only if no stratum has a second text
   * @param test for a last measurement; empty if that was not asked for, or no stratum has a text
   *     to spare
   */
  public record Sides(Set<String> valid, Set<String> test) {
    /** Whether a text is in training. */
    public boolean isTrain(String text) {
      return !valid.contains(text) && !test.contains(text);
    }
  }

  /**
   * Divides texts, none of which is cut.
   *
   * @param units in their order; equal texts count together
   */
  public Sides divide(List<Unit> units) {
    if (rule == Rule.SPREAD) {
      return new Sides(SpreadRule.choose(units, validShare), Set.of());
    }
    Set<String> valid = WholeTexts.choose(units, validShare, validSeed());
    if (testShare == 0) {
      return new Sides(valid, Set.of());
    }
    List<Unit> rest = units.stream().filter(unit -> !valid.contains(unit.text())).toList();
    return new Sides(valid, WholeTexts.choose(rest, testShareOfRest(), testSeed()));
  }

  long validSeed() {
    return CounterRandom.fold(seed, "valid");
  }

  long testSeed() {
    return CounterRandom.fold(seed, "test");
  }

  /** Of what is left when the valid side has been taken. */
  double testShareOfRest() {
    return testShare / (1 - validShare);
  }
}
