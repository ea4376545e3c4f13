package io.evomoe.kernel.internal.onednn;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

class PanelsTest {
  private final Panels panels = new Panels(new PrimitiveCache());

  /** [2, 300] with the numbers of its elements. */
  private final INDArray weight = Nd4j.arange(600).castTo(DataType.FLOAT).reshape(2, 300);

  @Test
  void a_copy_should_have_some_columns_of_all_rows_then_the_others() {
    panels.hold(List.of(weight));
    double[] expected =
        Panels.BLOCKED
            ? new double[] {0, 15, 300, 16, 256, 599}
            : new double[] {0, 255, 300, 256, 556, 599};
    assertThat(numbers(panels.of(weight))).containsExactly(expected);
  }

  @Test
  void a_copy_of_a_transpose_should_have_some_rows_of_all_columns_then_the_others() {
    INDArray table = Nd4j.arange(600).castTo(DataType.FLOAT).reshape(300, 2);
    panels.hold(List.of(table));
    double[] expected =
        Panels.BLOCKED
            ? new double[] {0, 30, 1, 32, 512, 599}
            : new double[] {0, 510, 1, 512, 513, 599};
    assertThat(numbers(panels.ofTransposed(table))).containsExactly(expected);
  }

  @Test
  void copies_should_be_freed_by_their_last_holder() {
    Runnable first = panels.hold(List.of(weight));
    Runnable second = panels.hold(List.of(weight));
    INDArray copy = Objects.requireNonNull(panels.of(weight));
    INDArray transposed = Objects.requireNonNull(panels.ofTransposed(weight));
    first.run();
    first.run();
    assertThat(panels.of(weight)).isSameAs(copy);
    second.run();
    assertThat(copy.wasClosed()).isTrue();
    assertThat(transposed.wasClosed()).isTrue();
    assertThat(panels.of(weight)).isNull();
    assertThat(panels.ofTransposed(weight)).isNull();
  }

  @Test
  void a_copy_should_be_used_by_the_threads_that_hold_it() {
    panels.hold(List.of(weight));
    INDArray copy = panels.of(weight);
    assertThat(copy).isNotNull();
    Runnable other =
        () -> {
          assertThat(panels.of(weight)).isNull();
          assertThat(panels.ofTransposed(weight)).isNull();
          Runnable release = panels.hold(List.of(weight));
          assertThat(panels.of(weight)).isSameAs(copy);
          release.run();
        };
    CompletableFuture.runAsync(other).join();
    assertThat(panels.of(weight)).isSameAs(copy);
  }

  @Test
  void a_narrow_weight_or_one_of_nobody_should_have_no_copy() {
    INDArray narrow = Nd4j.create(DataType.FLOAT, 3, Panels.LEAST - 1);
    panels.hold(List.of(narrow));
    assertThat(panels.of(narrow)).isNull();
    assertThat(panels.of(weight)).isNull();
  }

  /**
   * Returns the numbers at the edges of both panels, which have 256 and 44 columns, or of blocks
   * with room for 16 rows of 16 columns.
   */
  private static double[] numbers(@Nullable INDArray copy) {
    INDArray made = Objects.requireNonNull(copy);
    IntStream edges =
        Panels.BLOCKED
            ? IntStream.of(0, 15, 16, 256, 4096, 4635)
            : IntStream.of(0, 255, 256, 512, 556, 599);
    return edges.mapToDouble(i -> made.getFloat(i)).toArray();
  }
}
