package io.evomoe.bench.cli;

import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Reads and writes amounts of memory: {@code 512m}, {@code 4g}, {@code 1.5g}. */
final class MemorySize implements ITypeConverter<Long> {
  private static final Pattern TEXT = Pattern.compile("(\\d+(?:\\.\\d+)?)([kmgt])b?");
  private static final String UNITS = "kmgt";
  private static final double GIBIBYTE = 1 << 30;

  @Override
  public Long convert(String value) {
    Matcher matcher = TEXT.matcher(value.strip().toLowerCase(Locale.ROOT));
    double bytes =
        matcher.matches()
            ? Double.parseDouble(matcher.group(1))
                * Math.pow(1024, UNITS.indexOf(matcher.group(2)) + 1)
            : 0;
    if (bytes < 1 || bytes > Long.MAX_VALUE) {
      throw new TypeConversionException(
          "must be an amount of memory above 0, such as 512m or 4g, was " + value);
    }
    return (long) bytes;
  }

  static String text(double bytes) {
    return "%.1f GiB".formatted(bytes / GIBIBYTE);
  }
}
