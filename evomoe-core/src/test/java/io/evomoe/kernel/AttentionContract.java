package io.evomoe.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import io.evomoe.kernel.Kernels.Attended;
import io.evomoe.testing.RandomArrays;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.indexing.NDArrayIndex;

/** Laws of multi-head attention. */
interface AttentionContract extends KernelFixture {

  @ParameterizedTest
  @CsvSource({
    "1,1,1,1,1,false",
    "1,1,1,1,3,true",
    "2,3,17,17,5,true",
    "2,1,33,33,16,false",
    "3,2,1,17,4,false",
    "2,4,17,3,1,false",
    "2,2,3,17,8,true",
    "2,2,17,3,8,true",
    "1,2,64,127,3,false"
  })
  default void should_attend_in_every_head(
      int batch, int heads, int queries, int keys, int width, boolean causal) {
    AttentionShape shape = new AttentionShape(batch, heads, queries, keys, causal);
    int d = heads * width;
    INDArray q = random(1, (long) batch * queries, d);
    INDArray k = random(2, (long) batch * keys, d);
    INDArray v = random(3, (long) batch * keys, d);
    check(shape, AttentionMask.none(), q, k, v, random(4, (long) batch * queries, d));
    check(shape, padding(batch, keys), q, k, v, random(4, (long) batch * queries, d));
  }

  /** Heads of queries that share keys and values: 1, 2, 4 of them, or all. */
  @ParameterizedTest
  @CsvSource({
    "2,4,4,9,9,8,true",
    "2,4,2,17,17,8,true",
    "2,8,2,17,17,5,true",
    "3,6,1,9,9,4,true",
    "1,4,2,130,130,16,true",
    "2,4,2,33,17,16,false",
    "2,6,2,7,1,8,false",
    "3,4,2,1,9,8,true",
    "3,4,1,1,1,8,true",
    "3,8,2,1,33,8,false",
    "1,8,1,1,100,32,false"
  })
  default void should_share_keys_among_heads_of_queries(
      int batch, int heads, int own, int queries, int keys, int width, boolean causal) {
    AttentionShape shape = new AttentionShape(batch, heads, own, queries, keys, causal);
    INDArray q = random(1, (long) batch * queries, heads * (long) width);
    INDArray k = random(2, (long) batch * keys, own * (long) width);
    INDArray v = random(3, (long) batch * keys, own * (long) width);
    INDArray dOutput = random(4, (long) batch * queries, heads * (long) width);
    check(shape, AttentionMask.none(), q, k, v, dOutput);
    check(shape, padding(batch, keys), q, k, v, dOutput);
    INDArray wide = random(5, (long) batch * queries, heads * (long) width + 6);
    INDArray view = wide.get(NDArrayIndex.all(), NDArrayIndex.interval(3, 3 + heads * width));
    List<INDArray> answering = columnViews(6, 2, batch * keys, own * width);
    check(shape, padding(batch, keys), view, answering.get(0), answering.get(1), dOutput);
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 3, 8})
  default void should_refuse_keys_that_heads_cannot_share_evenly(int own) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new AttentionShape(1, 4, own, 2, 2, false))
        .withMessage("keyValueHeads must be at least 1 and divide the heads, 4, was " + own);
  }

  /** All but the first key of a sequence may be padding. */
  private static AttentionMask padding(int batch, int keys) {
    boolean[] padding = new boolean[batch * keys];
    int[] draws = RandomArrays.integers(padding.length, 2, 6);
    for (int row = 0; row < padding.length; row++) {
      padding[row] = row % keys > 0 && draws[row] == 0;
    }
    return AttentionMask.ofPadding(padding);
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  default void should_not_depend_on_padded_keys(boolean causal) {
    AttentionShape shape = new AttentionShape(2, 3, 5, 5, causal);
    boolean[] flags = {false, false, true, true, true, false, false, false, false, true};
    AttentionMask padding = AttentionMask.ofPadding(flags);
    INDArray q = random(1, 10, 12);
    INDArray k = random(2, 10, 12);
    INDArray v = random(3, 10, 12);
    INDArray before = kernels().attention(q, k, v, shape, padding).output().dup();
    for (int row = 0; row < 10; row++) {
      if (flags[row]) {
        k.getRow(row).assign(100);
        v.getRow(row).assign(-1e30); // shows any probability that is not exactly 0
      }
    }
    assertThat(kernels().attention(q, k, v, shape, padding).output()).isEqualTo(before);
  }

  @ParameterizedTest
  @CsvSource({"2,1,7", "2,7,1", "2,1,1", "1,1,7", "1,7,1", "1,1,1"})
  default void should_read_and_write_column_views_of_single_rows(int heads, int queries, int keys) {
    List<INDArray> asked = columnViews(1, 3, 3 * queries, 8);
    List<INDArray> answering = columnViews(2, 3, 3 * keys, 8);
    AttentionShape shape = new AttentionShape(3, heads, queries, keys, false);
    INDArray dOutput = random(4, 3L * queries, 8);
    check(shape, AttentionMask.none(), asked.get(0), answering.get(1), answering.get(2), dOutput);
  }

  /** As a decoder does with cached keys and values. */
  @ParameterizedTest
  @CsvSource({
    "2,2,6,8",
    "3,4,6,4",
    "1,2,40,16",
    "5,1,2,8",
    "1,1,40,16",
    "1,8,128,32",
    "4,8,100,32"
  })
  default void should_attend_from_single_strided_queries_to_padded_keys(
      int batch, int heads, int keys, int width) {
    int d = heads * width;
    INDArray q = columnViews(1, 3, batch, d).get(0);
    List<INDArray> cached = columnViews(2, 2, batch * keys, d);
    AttentionShape shape = new AttentionShape(batch, heads, 1, keys, false);
    INDArray dOutput = random(4, batch, d);
    check(shape, AttentionMask.none(), q, cached.get(0), cached.get(1), dOutput);
    check(shape, padding(batch, keys), q, cached.get(0), cached.get(1), dOutput);
  }

  @Test
  default void should_stay_finite_where_every_key_is_padding() {
    AttentionShape shape = new AttentionShape(1, 1, 2, 2, false);
    AttentionMask all = AttentionMask.ofPadding(new boolean[] {true, true});
    INDArray x = random(1, 2, 4);
    assertThat(kernels().attention(x, x, x, shape, all).output().sumNumber().doubleValue())
        .isFinite();
  }

  /** Packed into one sequence, each document is attended to as if it stood alone. */
  @ParameterizedTest
  @CsvSource({
    "1,2,2,5,4,true",
    "2,4,2,33,8,true",
    "2,4,1,33,8,false",
    "3,2,2,17,4,true",
    "1,4,4,150,16,true",
    "2,8,2,200,16,true"
  })
  default void should_attend_within_documents(
      int batch, int heads, int own, int length, int width, boolean causal) {
    AttentionShape shape = new AttentionShape(batch, heads, own, length, length, causal);
    int n = batch * length;
    INDArray q = random(1, n, heads * (long) width);
    List<INDArray> answering = columnViews(2, 2, n, own * width);
    INDArray k = answering.get(0);
    INDArray v = answering.get(1);
    INDArray dOutput = random(4, n, heads * (long) width);
    int[] documents = documents(n, length);
    for (boolean padded : new boolean[] {false, true}) {
      boolean[] flags = new boolean[n];
      for (int row = 1; padded && row < n; row++) {
        // not the first of a document, which its second could see nothing but
        flags[row] = row % 5 == 0 && row % length > 0 && documents[row] == documents[row - 1];
      }
      AttentionMask mask = AttentionMask.ofPadding(flags).withDocuments(documents);
      Attended attended = kernels().attention(q, k, v, shape, mask);
      INDArray dq = paddedView(q);
      INDArray dk = paddedView(k);
      INDArray dv = paddedView(v);
      attended.pull(dOutput, dq, dk, dv);
      int end;
      for (int first = 0; first < n; first = end) {
        end = first + 1;
        while (end % length > 0 && documents[end] == documents[first]) {
          end++;
        }
        int size = end - first;
        SlowAttention alone =
            new SlowAttention(
                rows(q, first, end),
                rows(k, first, end),
                rows(v, first, end),
                new AttentionShape(1, heads, own, size, size, causal),
                AttentionMask.ofPadding(Arrays.copyOfRange(flags, first, end)),
                rows(dOutput, first, end));
        assertRows(attended.output(), first, alone.output);
        assertRows(dq, first, alone.dq);
        assertRows(dk, first, alone.dk);
        assertRows(dv, first, alone.dv);
      }
    }
  }

  /** Of 1 to 7 tokens, or of 40; the numbers go on from one sequence to the next. */
  private static int[] documents(int n, int length) {
    int[] documents = new int[n];
    int[] draws = RandomArrays.integers(n, 7, 9);
    int left = 0;
    for (int row = 1; row < n; row++) {
      left--;
      boolean starts = left <= 0 && row % length > 0;
      documents[row] = documents[row - 1] + (starts ? 1 : 0);
      left = starts ? (row % 3 == 0 ? 40 : 1 + draws[row]) : left;
    }
    return documents;
  }

  private double[][] rows(INDArray x, int first, int end) {
    return Arrays.copyOfRange(matrix(x), first, end);
  }

  private void assertRows(INDArray actual, int first, double[][] expected) {
    double[][] values = matrix(actual);
    for (int i = 0; i < expected.length; i++) {
      assertThat(values[first + i]).containsExactly(expected[i], within(10 * tolerance()));
    }
  }

  @Test
  default void should_refuse_documents_that_do_not_fit() {
    INDArray x = random(1, 2, 4);
    AttentionMask three = AttentionMask.none().withDocuments(new int[3]);
    AttentionMask two = AttentionMask.none().withDocuments(new int[2]);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> kernels().attention(x, x, x, new AttentionShape(1, 1, 2, 2, true), three))
        .withMessage("documents must have one number a key row (2), had 3");
    assertThatIllegalArgumentException()
        .isThrownBy(
            () ->
                kernels()
                    .attention(random(1, 1, 4), x, x, new AttentionShape(1, 1, 1, 2, false), two))
        .withMessage("an attention with documents must have as many queries as keys (2), had 1");
  }

  @Test
  default void should_refuse_padding_of_another_number_of_keys() {
    AttentionShape shape = new AttentionShape(1, 1, 2, 2, false);
    AttentionMask three = AttentionMask.ofPadding(new boolean[] {false, true, true});
    INDArray x = random(1, 2, 4);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> kernels().attention(x, x, x, shape, three))
        .withMessage("key padding must have one flag a key row (2), had 3");
  }

  @ParameterizedTest
  @CsvSource({"1,1,1,1", "3,2,1,4", "2,3,17,5", "3,2,33,1", "1,4,64,16"})
  default void should_read_and_write_column_views(int batch, int heads, int length, int width) {
    int d = heads * width;
    List<INDArray> qkv = columnViews(1, 3, batch * length, d);
    AttentionShape shape = new AttentionShape(batch, heads, length, length, true);
    check(
        shape,
        padding(batch, length),
        qkv.get(0),
        qkv.get(1),
        qkv.get(2),
        random(4, (long) batch * length, d));
  }

  @Test
  default void should_stay_finite_for_huge_scores() {
    INDArray q = random(1, 17, 8).muli(1000);
    AttentionShape shape = new AttentionShape(1, 2, 17, 17, true);
    Attended attended = kernels().attention(q, q, random(3, 17, 8), shape);
    double[][] slow =
        new SlowAttention(
                matrix(q),
                matrix(q),
                matrix(random(3, 17, 8)),
                shape,
                AttentionMask.none(),
                matrix(q))
            .output;
    assertClose(attended.output(), slow);
  }

  private void check(
      AttentionShape shape,
      AttentionMask padding,
      INDArray q,
      INDArray k,
      INDArray v,
      INDArray dOutput) {
    SlowAttention slow =
        new SlowAttention(matrix(q), matrix(k), matrix(v), shape, padding, matrix(dOutput));
    Attended[] attended = new Attended[1];
    withoutChanging(() -> attended[0] = kernels().attention(q, k, v, shape, padding), q, k, v);
    assertResult(attended[0].output(), q.shape());
    assertClose(attended[0].output(), slow.output);
    checkGradients(slow, List.of(q, k, v), attended[0], dOutput);
  }

  private void checkGradients(
      SlowAttention slow, List<INDArray> qkv, Attended attended, INDArray dOutput) {
    INDArray q = qkv.get(0);
    INDArray k = qkv.get(1);
    INDArray v = qkv.get(2);
    INDArray dq = paddedView(q);
    INDArray dk = paddedView(k);
    INDArray dv = paddedView(v);
    withoutChanging(() -> attended.pull(dOutput, dq, dk, dv), q, k, v, dOutput, attended.output());
    assertClose(dv, slow.dv);
    assertGradient(dq, slow.dq);
    assertGradient(dk, slow.dk);
  }

  /** Exactly 0 where only one key is seen, so the scale is that of a gradient, not the largest. */
  private void assertGradient(INDArray actual, double[][] expected) {
    double[][] values = matrix(actual);
    for (int i = 0; i < values.length; i++) {
      for (int j = 0; j < values[i].length; j++) {
        assertThat(values[i][j]).isCloseTo(expected[i][j], within(10 * tolerance()));
      }
    }
  }

  /** A column view of the same shape in a wider array, with old content. */
  private INDArray paddedView(INDArray like) {
    INDArray wide = garbage(like.rows(), like.columns() + 3L);
    return wide.get(NDArrayIndex.all(), NDArrayIndex.interval(2, 2 + like.columns()));
  }
}
