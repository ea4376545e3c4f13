package io.evomoe.kernel.internal.torch;

import java.util.Locale;
import java.util.OptionalDouble;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * What can be set about computing on a card, as system properties.
 *
 * @param gibibytes {@code evomoe.cuda.memory}: how much of the card's memory ND4J's arrays may
 *     take; empty for {@link #SHARE} of what is free at the start
 * @param fast {@code evomoe.cuda.algorithms}: {@code fast} lets torch take algorithms whose sums
 *     come in any order; by default they are {@code deterministic}
 * @param tf32 {@code evomoe.cuda.tf32}: whether products of float32 may round their operands to 10
 *     bits; off by default
 */
record CudaOptions(OptionalDouble gibibytes, boolean fast, boolean tf32) {
  static final String MEMORY = "evomoe.cuda.memory";
  static final String ALGORITHMS = "evomoe.cuda.algorithms";
  static final String TF32 = "evomoe.cuda.tf32";

  /** Of the free memory, for arrays; the rest is for what torch makes on the way. */
  static final double SHARE = 0.7;

  private static final double GIBI = 1L << 30;

  /** Those of this process. */
  static CudaOptions here() {
    return of(System::getProperty);
  }

  /**
   * By the values of properties, null where one is not set.
   *
   * @throws IllegalArgumentException for a value that is none
   */
  static CudaOptions of(Function<String, @Nullable String> properties) {
    return new CudaOptions(
        memory(properties.apply(MEMORY)),
        oneOf(ALGORITHMS, properties.apply(ALGORITHMS), "deterministic", "fast"),
        oneOf(TF32, properties.apply(TF32), "false", "true"));
  }

  /** Bytes that arrays may take on a card with so many free. */
  long cap(long freeBytes) {
    return (long) (gibibytes.isPresent() ? gibibytes.getAsDouble() * GIBI : SHARE * freeBytes);
  }

  /** As messages say it: {@code 1.5 GiB}. */
  static String inGibi(long bytes) {
    return String.format(Locale.ROOT, "%.1f GiB", bytes / GIBI);
  }

  private static OptionalDouble memory(@Nullable String value) {
    if (value == null) {
      return OptionalDouble.empty();
    }
    double number;
    try {
      number = Double.parseDouble(value);
    } catch (NumberFormatException e) {
      number = Double.NaN;
    }
    if (!(number > 0 && number < Integer.MAX_VALUE)) {
      throw new IllegalArgumentException(MEMORY + " must be a number of GiB above 0, was " + value);
    }
    return OptionalDouble.of(number);
  }

  /** Whether it is the second. */
  private static boolean oneOf(
      String property, @Nullable String value, String usual, String other) {
    if (value == null || value.equals(usual)) {
      return false;
    }
    if (value.equals(other)) {
      return true;
    }
    throw new IllegalArgumentException(
        "%s must be %s or %s, was %s".formatted(property, usual, other, value));
  }
}
