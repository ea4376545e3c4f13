package io.evomoe.models.metrics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

class ClassificationTest {
  @Test
  void should_equal_the_values_worked_by_hand() {
    // Class 0: TP 2, FP 1, FN 1: 4/6. Class 1: TP 1, FP 1, FN 0: 2/3. Class 2: TP 0, FN 1, FP 0: 0.
    Classification worked = Classification.of(new int[] {0, 0, 1, 1, 0}, new int[] {0, 0, 0, 1, 2});

    assertThat(worked.examples()).isEqualTo(5);
    assertThat(worked.accuracy()).isEqualTo(0.6, within(1e-12));
    assertThat(worked.macroF1()).isEqualTo((4.0 / 6 + 2.0 / 3 + 0) / 3, within(1e-12));
  }

  @Test
  void should_be_one_where_everything_is_right_whatever_classes_there_are() {
    int[] labels = {7, 3, 3, 44};

    assertThat(Classification.of(labels, labels)).isEqualTo(new Classification(4, 1, 1));
  }

  @Test
  void should_count_a_class_that_is_only_predicted_as_zero_and_one_in_neither_not_at_all() {
    // Class 0: TP 1, FN 1: 2/3; class 5 is predicted once, never right: 0; 1 to 4 do not count.
    assertThat(Classification.of(new int[] {0, 5}, new int[] {0, 0}).macroF1())
        .isEqualTo(1.0 / 3, within(1e-12));
  }

  @Test
  void should_answer_the_majority_of_the_training_labels_and_the_lowest_of_equals() {
    // Class 1 wins the tie with 2. F1 of 1: 2 x 2/(4 + 3); of the other three 0.
    Classification majority =
        Classification.majority(new int[] {2, 1, 0, 2, 1}, new int[] {1, 1, 0, 2, 3});

    assertThat(majority.accuracy()).isEqualTo(0.4, within(1e-12));
    assertThat(majority.macroF1()).isEqualTo(4.0 / 7 / 4, within(1e-12));
  }

  @Test
  void should_refuse_what_is_no_pairing_of_classes() {
    int[] two = {0, 1};
    assertThatThrownBy(() -> Classification.of(new int[] {0}, two))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("predictions must be as many as labels (2), were 1");
    assertThatThrownBy(() -> Classification.of(new int[0], new int[0]))
        .hasMessage("labels must be at least 1, were 0");
    assertThatThrownBy(() -> Classification.of(new int[] {0, -1}, two))
        .hasMessage("predictions must be classes of at least 0, held -1");
    assertThatThrownBy(() -> Classification.majority(new int[0], two))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("training labels must be at least 1, were 0");
  }
}
