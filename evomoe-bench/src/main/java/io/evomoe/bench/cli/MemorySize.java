package io.evomoe.bench.cli;

import io.evomoe.run.task.MemoryLimit;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Reads and writes amounts of memory: {@code 512m}, {@code 4g}, {@code 1.5g}. */
final class MemorySize implements ITypeConverter<Long> {
  private static final Pattern TEXT = Pattern.compile("(\\d+(?:\\.\\d+)?)([kmgt])b?");
  private static final String UNITS = "kmgt";

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

  /** The limit that was asked for, or the machine's. */
  static MemoryLimit limit(@Nullable Long asked) {
    return asked == null
        ? MemoryLimit.ofMachine()
        : new MemoryLimit(asked, "--max-memory " + MemoryLimit.text((double) asked));
  }
}
