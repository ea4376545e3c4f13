package io.evomoe.models.gguf;

import java.util.OptionalInt;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The destination of a published tensor.
 *
 * @param published its name, with {@code {block}} and {@code {expert}} for the indices
 * @param name in GGUF, with {@code {block}}; null to leave it out
 * @param layout conversion of the layout
 */
record TensorRule(Pattern published, @Nullable String name, TensorLayout layout) {
  private static final String BLOCK = "{block}";
  private static final String EXPERT = "{expert}";

  static TensorRule same(String published, String name) {
    return of(published, name, TensorLayout.SAME);
  }

  static TensorRule of(String published, String name, TensorLayout layout) {
    return new TensorRule(pattern(published), name, layout);
  }

  /** A rule for a tensor that is not used, or that repeats another one. */
  static TensorRule leftOut(String published) {
    return new TensorRule(pattern(published), null, TensorLayout.SAME);
  }

  private static Pattern pattern(String template) {
    return Pattern.compile(
        Pattern.quote(template)
            .replace(BLOCK, "\\E(?<block>\\d+)\\Q")
            .replace(EXPERT, "\\E(?<expert>\\d+)\\Q"));
  }

  boolean matches(String tensor) {
    return published.matcher(tensor).matches();
  }

  /** Returns the GGUF name of a matching tensor that is not left out. */
  String name(String tensor) {
    if (name == null) {
      throw new IllegalStateException(tensor + " is left out");
    }
    return name.contains(BLOCK) ? name.replace(BLOCK, number(tensor, "block")) : name;
  }

  /** Returns the index of a matching tensor among those that are stacked in one. */
  OptionalInt expert(String tensor) {
    return published.pattern().contains("<expert>")
        ? OptionalInt.of(Integer.parseInt(number(tensor, "expert")))
        : OptionalInt.empty();
  }

  private String number(String tensor, String group) {
    Matcher matcher = published.matcher(tensor);
    if (!matcher.matches()) {
      throw new IllegalStateException(tensor + " does not match " + published);
    }
    return matcher.group(group);
  }
}
