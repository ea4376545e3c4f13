package io.evomoe.models.gguf;

import java.util.OptionalInt;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Where a published tensor goes.
 *
 * @param published its name, with {@code {block}} and {@code {expert}} for their numbers
 * @param name in GGUF, with {@code {block}}; null where it is left out
 * @param layout how it lies there
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

  /** For a tensor that nothing is computed from, or that repeats another. */
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

  /** Name in GGUF of a tensor that matches and is not left out. */
  String name(String tensor) {
    if (name == null) {
      throw new IllegalStateException(tensor + " is left out");
    }
    return name.contains(BLOCK) ? name.replace(BLOCK, number(tensor, "block")) : name;
  }

  /** Which of several tensors that are stacked in one a matching tensor is. */
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
