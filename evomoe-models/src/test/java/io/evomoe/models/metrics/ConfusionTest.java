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
    assertThat(worked.examples()).isEqualTo(5);
    assertThat(worked.accuracy()).isEqualTo(0.6, within(1e-12));
    assertThat(worked.macroF1()).isEqualTo((4.0 / 6 + 2.0 / 3 + 0) / 3, within(1e-12));
    assertThat(worked.of(0)).isEqualTo(new Confusion.ClassMeasure(3, 3, 2));
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

    assertThat(IntStream.range(0, 12).map(c -> confusion.of(c).right()).sum() / 500.0)
        .isEqualTo(confusion.accuracy());
    assertThat(
            IntStream.range(0, 12)
                .mapToDouble(c -> confusion.of(c).f1())
                .filter(Double::isFinite)
                .average())
        .hasValueCloseTo(confusion.macroF1(), within(1e-12));
  }

  @Test
  void should_be_one_where_everything_is_right_whatever_classes_there_are() {
    int[] labels = {7, 3, 3, 44};

    Confusion right = Confusion.of(labels, labels, 50);

    assertThat(right.examples()).isEqualTo(4);
    assertThat(right.accuracy()).isEqualTo(1);
    assertThat(right.macroF1()).isEqualTo(1);
  }

  @Test
  void should_count_a_class_that_is_only_predicted_as_zero_and_one_in_neither_not_at_all() {
    // Class 0: TP 1, FN 1: 2/3; class 5 is predicted once, never right: 0; 1 to 4 do not count.
    assertThat(Confusion.of(new int[] {0, 5}, new int[] {0, 0}, 6).macroF1())
        .isEqualTo(1.0 / 3, within(1e-12));
  }

  @Test
  void should_answer_the_majority_of_the_training_labels_and_the_lowest_of_equals() {
    // Class 1 wins the tie with 2. F1 of 1: 2 x 2/(4 + 3); of the other three 0.
    Confusion majority =
        Confusion.majority(new int[] {2, 1, 0, 2, 1}, new int[] {1, 1, 0, 2, 3}, 4);

    assertThat(majority.accuracy()).isEqualTo(0.4, within(1e-12));
    assertThat(majority.macroF1()).isEqualTo(4.0 / 7 / 4, within(1e-12));
  }

  @Test
  void should_refuse_what_is_no_pairing_of_classes() {
    int[] two = {0, 1};
    assertThatThrownBy(() -> Confusion.of(new int[] {0}, two, 2))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("predictions must be as many as labels (2), were 1");
    assertThatThrownBy(() -> Confusion.of(new int[0], new int[0], 2))
        .hasMessage("labels must be at least 1, were 0");
    assertThatThrownBy(() -> Confusion.of(new int[] {0, -1}, two, 2))
        .hasMessage("predictions must be classes in 0..1, held -1");
    assertThatThrownBy(() -> Confusion.majority(new int[0], two, 2))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("training labels must be at least 1, were 0");
  }

  @Test
  void should_refuse_classes_that_there_are_not() {
    assertThatThrownBy(() -> Confusion.of(new int[] {2}, new int[] {0}, 2))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("predictions must be classes in 0..1, held 2");
    assertThatThrownBy(() -> Confusion.of(new int[] {0}, new int[] {5}, 2))
        .hasMessage("labels must be classes in 0..1, held 5");
  }
}
