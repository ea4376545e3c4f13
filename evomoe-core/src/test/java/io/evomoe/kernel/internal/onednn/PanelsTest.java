package io.evomoe.kernel.internal.onednn;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Objects;
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
    INDArray copy = Objects.requireNonNull(panels.of(weight));
    assertThat(copy.getFloat(0)).isEqualTo(0);
    assertThat(copy.getFloat(255)).isEqualTo(255);
    assertThat(copy.getFloat(256)).isEqualTo(300);
    assertThat(copy.getFloat(512)).isEqualTo(256);
    assertThat(copy.getFloat(556)).isEqualTo(556);
    assertThat(copy.getFloat(599)).isEqualTo(599);
  }

  @Test
  void a_copy_of_a_transpose_should_have_some_rows_of_all_columns_then_the_others() {
    INDArray table = Nd4j.arange(600).castTo(DataType.FLOAT).reshape(300, 2);
    panels.hold(List.of(table));
    INDArray copy = Objects.requireNonNull(panels.ofTransposed(table));
    assertThat(copy.getFloat(0)).isEqualTo(0);
    assertThat(copy.getFloat(255)).isEqualTo(510);
    assertThat(copy.getFloat(256)).isEqualTo(1);
    assertThat(copy.getFloat(512)).isEqualTo(512);
    assertThat(copy.getFloat(556)).isEqualTo(513);
    assertThat(copy.getFloat(599)).isEqualTo(599);
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
  void a_weight_of_one_panel_or_of_nobody_should_have_no_copy() {
    INDArray narrow = Nd4j.create(DataType.FLOAT, 3, Panels.COLUMNS);
    panels.hold(List.of(narrow));
    assertThat(panels.of(narrow)).isNull();
    assertThat(panels.of(weight)).isNull();
  }
}
