package io.evomoe.models.text;

import io.evomoe.internal.names.Field;
import io.evomoe.internal.names.Fields;
import io.evomoe.models.text.source.Utf8Text;
import io.evomoe.random.CounterRandom;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/**
 * The rule that divides texts without a split into training, validation and test sets. Each text
 * has the same chance to be chosen, whatever its length and its place. Length and number of the
 * chosen texts are in proportion, class by class if there are classes. Lengths are in UTF-8 bytes.
 * Equal texts are in the same set, and the order of the texts has no effect.
 */
public record HeldOut(
    @Field(doc = "`spread` is the rule of version 0.1.0", initial = "random") Rule rule,
    @Field(
            doc = "share of the text in the validation set, if the data has no split",
            initial = "0.05",
            above = 0,
            below = 1)
        double validShare,
    @Field(
            doc =
                "share of the text in the test set, with `validShare` below 1; 0 for no test "
                    + "set",
            initial = "0",
            min = 0,
            below = 1)
        double testShare,
    @Field(doc = "seed of the selection", initial = "1") long seed) {
  /** 5 % for validation, no test set, seed 1. */
  public static final HeldOut DEFAULT = Fields.defaults(HeldOut.class);

  /** The rule of version 0.1.0, for runs of that version. */
  public static final HeldOut EARLIER = new HeldOut(Rule.SPREAD, 0.05, 0, 1);

  /** How texts are selected. */
  public enum Rule {
    /** At random and in proportion. */
    RANDOM,
    /**
     * The rule of version 0.1.0: a text is taken if it still fits the share, which prefers short
     * texts.
     */
    SPREAD;

    @Override
    public String toString() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /** Rejects shares out of bounds, and a test set with {@link Rule#SPREAD}, which has none. */
  public HeldOut {
    Fields.require(HeldOut.class, rule, validShare, testShare, seed);
    if (testShare + validShare >= 1) {
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

  /** Returns the same rule and seed with other shares. */
  public HeldOut withShares(double valid, double test) {
    return new HeldOut(rule, valid, test, seed);
  }

  /**
   * Rejects non-default values that have no effect, because the texts have a split of their own.
   *
   * @param where place of the texts
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
   * A text that is not divided.
   *
   * @param text identifies it
   * @param length in bytes, with everything that belongs to it
   * @param stratum such as a class; each is divided in proportion and keeps a text in training
   */
  public record Unit(String text, long length, String stratum) {
    /** Returns a unit with the length of {@code all}. */
    public static Unit of(String text, String stratum, String all) {
      return new Unit(text, Utf8Text.length(all), stratum);
    }
  }

  /**
   * The selected texts; all others are in the training set.
   *
   * @param valid validation set; empty only if no stratum has a second text
   * @param test test set; empty if it was not requested, or no stratum has a text left
   */
  public record Sides(Set<String> valid, Set<String> test) {
    /** Whether a text is in the training set. */
    public boolean isTrain(String text) {
      return !valid.contains(text) && !test.contains(text);
    }
  }

  /**
   * Divides texts without cutting any.
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

  /** Returns the test set's share of the text that the validation set leaves. */
  double testShareOfRest() {
    return testShare / (1 - validShare);
  }
}
