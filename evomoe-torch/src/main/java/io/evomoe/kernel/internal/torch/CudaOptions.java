package io.evomoe.kernel.internal.torch;

import java.util.Locale;
import java.util.OptionalDouble;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Options for computing on a card, as system properties.
 *
 * @param gibibytes {@code evomoe.cuda.memory}: maximum memory of ND4J's arrays on the card; empty
 *     for {@link #SHARE} of the free memory at the start
 * @param fast {@code evomoe.cuda.algorithms}: {@code fast} allows algorithms with sums in any
 *     order; the default is {@code deterministic}
 * @param tf32 {@code evomoe.cuda.tf32}: whether float32 products may round their operands to 10
 *     bits; off by default
 */
record CudaOptions(OptionalDouble gibibytes, boolean fast, boolean tf32) {
  static final String MEMORY = "evomoe.cuda.memory";
  static final String ALGORITHMS = "evomoe.cuda.algorithms";
  static final String TF32 = "evomoe.cuda.tf32";

  /** Share of the free memory for arrays; the rest is for torch's intermediate tensors. */
  static final double SHARE = 0.7;

  private static final double GIBI = 1L << 30;

  /** Returns the options of this process. */
  static CudaOptions here() {
    return of(System::getProperty);
  }

  /**
   * Returns the options of property values, null if one is not set.
   *
   * @throws IllegalArgumentException for an invalid value
   */
  static CudaOptions of(Function<String, @Nullable String> properties) {
    return new CudaOptions(
        memory(properties.apply(MEMORY)),
        oneOf(ALGORITHMS, properties.apply(ALGORITHMS), "deterministic", "fast"),
        oneOf(TF32, properties.apply(TF32), "false", "true"));
  }

  /** Returns the maximum bytes of arrays on a card with this free memory. */
  long cap(long freeBytes) {
    return (long) (gibibytes.isPresent() ? gibibytes.getAsDouble() * GIBI : SHARE * freeBytes);
  }

  /** Returns a text for messages: {@code 1.5 GiB}. */
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

  /** Whether the value is {@code other}; rejects values that are neither. */
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
