package io.evomoe.models.gguf;

import java.util.Objects;
import java.util.OptionalInt;
import java.util.function.UnaryOperator;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * The destination of a published tensor.
 *
 * @param published its name, with {@code {block}} and {@code {expert}} for the indices
 * @param name in GGUF, with {@code {block}}; null to leave it out
 * @param layout conversion of the layout
 */
record TensorRule(Pattern published, @Nullable String name, Layout layout) {
  private static final String BLOCK = "{block}";
  private static final String EXPERT = "{expert}";

  /**
   * The conversion of a published tensor's layout to GGUF.
   *
   * @param shape new shape from the published one
   * @param values new values from the published ones; a view if possible
   */
  record Layout(UnaryOperator<long[]> shape, UnaryOperator<INDArray> values) {
    /** The published layout. */
    static final Layout SAME = new Layout(UnaryOperator.identity(), UnaryOperator.identity());

    /** The transposed matrix. */
    static final Layout TRANSPOSED =
        new Layout(shape -> new long[] {shape[1], shape[0]}, INDArray::transpose);

    /** The one row of a matrix. */
    static final Layout ROW =
        new Layout(shape -> new long[] {shape[1]}, row -> row.reshape(row.length()));

    /**
     * Reorders the rows of each head. Hugging Face rotates the pairs (0, n/2), (1, n/2 + 1), ...;
     * llama.cpp rotates neighbours (0, 1), (2, 3), ... ({@code permute} in its converter).
     *
     * @param heads number of heads, whose rows follow each other
     */
    static Layout neighbours(int heads) {
      return new Layout(UnaryOperator.identity(), rows -> neighbours(rows, heads));
    }

    private static INDArray neighbours(INDArray rows, int heads) {
      long half = rows.size(0) / heads / 2;
      long columns = rows.length() / rows.size(0);
      return rows.dup('c')
          .reshape('c', heads, 2, half, columns)
          .permute(0, 2, 1, 3)
          .dup('c')
          .reshape('c', rows.shape());
    }
  }

  static TensorRule same(String published, String name) {
    return of(published, name, Layout.SAME);
  }

  static TensorRule of(String published, String name, Layout layout) {
    return new TensorRule(pattern(published), name, layout);
  }

  /** A rule for a tensor that is not used, or that repeats another one. */
  static TensorRule leftOut(String published) {
    return new TensorRule(pattern(published), null, Layout.SAME);
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
    String template = Objects.requireNonNull(name, tensor);
    return template.contains(BLOCK) ? template.replace(BLOCK, number(tensor, "block")) : template;
  }

  /** Returns the index of a matching tensor among those that are stacked in one. */
  OptionalInt expert(String tensor) {
    return published.pattern().contains("<expert>")
        ? OptionalInt.of(Integer.parseInt(number(tensor, "expert")))
        : OptionalInt.empty();
  }

  private String number(String tensor, String group) {
    return published.matcher(tensor).replaceFirst("${" + group + "}");
  }
}
