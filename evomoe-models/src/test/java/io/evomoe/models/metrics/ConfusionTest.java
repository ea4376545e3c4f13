package io.evomoe.models.metrics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class ConfusionTest {
  @Test
  void should_equal_the_values_worked_by_hand() {
    // Class 0: TP 2, FP 1, FN 1. Class 1: TP 1, FP 1. Class 2: FN 1. Class 3 is in neither.
    Confusion worked = Confusion.of(new int[] {0, 0, 1, 1, 0}, new int[] {0, 0, 0, 1, 2}, 4);

    assertThat(worked.count(0, 0)).isEqualTo(2);
    assertThat(worked.count(0, 1)).isEqualTo(1);
    assertThat(worked.count(2, 0)).isEqualTo(1);
    assertThat(worked.count(1, 0)).isZero();
    assertThat(worked.of(0)).isEqualTo(new ClassMeasure(3, 3, 2));
    assertThat(worked.of(0).precision()).isEqualTo(2.0 / 3, within(1e-12));
    assertThat(worked.of(1).precision()).isEqualTo(0.5, within(1e-12));
    assertThat(worked.of(1).recall()).isEqualTo(1);
    assertThat(worked.of(1).f1()).isEqualTo(2.0 / 3, within(1e-12));
    assertThat(worked.of(2).precision()).isNaN();
    assertThat(worked.of(2).f1()).isZero();
    assertThat(worked.of(3).recall()).isNaN();
    assertThat(worked.of(3).f1()).isNaN();
  }

  @Test
  void its_classes_should_make_up_what_all_examples_reach() {
    Random random = new Random(7);
    int[] labels = random.ints(500, 0, 9).toArray();
    int[] predicted =
        Arrays.stream(labels).map(l -> random.nextBoolean() ? l : random.nextInt(9)).toArray();

    Confusion confusion = Confusion.of(predicted, labels, 12);

    assertThat(confusion.all()).isEqualTo(Classification.of(predicted, labels));
    assertThat(IntStream.range(0, 12).map(c -> confusion.of(c).right()).sum() / 500.0)
        .isEqualTo(confusion.all().accuracy());
    assertThat(
            IntStream.range(0, 12)
                .mapToDouble(c -> confusion.of(c).f1())
                .filter(Double::isFinite)
                .average())
        .hasValueCloseTo(confusion.all().macroF1(), within(1e-12));
  }

  @Test
  void should_refuse_classes_that_there_are_not() {
    assertThatThrownBy(() -> Confusion.of(new int[] {2}, new int[] {0}, 2))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("predictions must be below 2 (classes), held 2");
    assertThatThrownBy(() -> Confusion.of(new int[] {0}, new int[] {5}, 2))
        .hasMessage("labels must be below 2 (classes), held 5");
  }
}
