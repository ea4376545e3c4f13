package io.evomoe.bench.report;

import java.util.Locale;

/** Numbers as the summary shows them; what was not measured is a dash. */
final class Format {

  static final String MISSING = "-";

  private Format() {}

  static String decimals(double value, int digits) {
    return finite(value) ? String.format(Locale.ROOT, "%,." + digits + "f", value) : MISSING;
  }

  /** Three decimals below 100, one above: perplexities and accuracies share a column. */
  static String metric(double value) {
    return decimals(value, Math.abs(value) < 100 ? 3 : 1);
  }

  static String percent(double share) {
    return finite(share) ? decimals(100 * share, 1) + "%" : MISSING;
  }

  static String ratio(double value) {
    return finite(value) ? decimals(value, 2) + "x" : MISSING;
  }

  static String duration(double seconds) {
    if (!finite(seconds)) {
      return MISSING;
    }
    long whole = Math.round(seconds);
    if (whole < 60) {
      return decimals(seconds, 1) + "s";
    }
    return whole < 3600
        ? String.format(Locale.ROOT, "%dm %02ds", whole / 60, whole % 60)
        : String.format(Locale.ROOT, "%dh %02dm", whole / 3600, whole % 3600 / 60);
  }

  private static boolean finite(double value) {
    return Double.isFinite(value);
  }
}
