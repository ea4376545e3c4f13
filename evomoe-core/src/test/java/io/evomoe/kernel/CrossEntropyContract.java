package io.evomoe.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import io.evomoe.testing.RandomArrays;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.api.ndarray.INDArray;

/** Laws of the loss. */
interface CrossEntropyContract extends KernelFixture {

  @ParameterizedTest
  @CsvSource({"1,1", "1,17", "17,3", "33,127", "127,64"})
  default void should_average_over_the_rows_that_count(int n, int classes) {
    int[] all = RandomArrays.integers(n, classes, 5);
    check(random(1, n, classes), all);
    for (int i = 0; i < n; i += 3) {
      all[i] = -1 - i;
    }
    check(random(1, n, classes), all);
    all[0] = classes - 1;
    Arrays.fill(all, 1, n, -100);
    check(random(1, n, classes), all);
  }

  @Test
  default void should_be_zero_when_nothing_counts() {
    INDArray logits = random(1, 3, 17);
    int[] none = {-1, -100, -1};
    assertThat(kernels().crossEntropy(logits.dup(), none, false)).isZero();
    assertThat(kernels().crossEntropy(logits, none, true)).isZero();
    assertClose(logits, new double[3][17]);
  }

  @Test
  default void should_not_read_rows_that_do_not_count() {
    INDArray logits = random(1, 3, 17);
    logits.getRow(1).assign(Double.NaN);
    assertThat(kernels().crossEntropy(logits, new int[] {3, -1, 5}, true)).isFinite();
    assertThat(vector(logits.getRow(1))).containsOnly(0);
    assertThat(vector(logits)).doesNotContain(Double.NaN);
  }

  @Test
  default void should_stay_finite_for_huge_logits() {
    check(random(1, 17, 33).muli(1000), RandomArrays.integers(17, 33, 2));
    check(random(1, 17, 33).addi(500), RandomArrays.integers(17, 33, 2));
  }

  @Test
  default void should_refuse_a_target_that_is_no_class() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> kernels().crossEntropy(random(1, 2, 3), new int[] {0, 3}, true))
        .withMessageContaining("3");
  }

  @ParameterizedTest
  @ValueSource(doubles = {-0.1, 1, Double.NaN})
  default void should_refuse_smoothing_out_of_its_bounds(double smoothing) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> kernels().crossEntropy(random(1, 2, 3), new int[2], smoothing, true))
        .withMessage("label smoothing must be in [0, 1), was " + smoothing);
  }

  private void check(INDArray logits, int[] targets) {
    check(logits.dup(), targets, 0);
    if (logits.columns() > 1) { // with one class the gradient is 0, where nothing is relative
      check(logits.dup(), targets, 0.1);
      check(logits.dup(), targets, 0.5);
    }
  }

  private void check(INDArray logits, int[] targets, double smoothing) {
    double[][] rows = matrix(logits);
    long count = Arrays.stream(targets).filter(target -> target >= 0).count();
    double loss = 0;
    double[][] gradient = new double[rows.length][rows[0].length];
    for (int i = 0; i < rows.length; i++) {
      if (targets[i] >= 0) {
        gradient[i] = SlowMath.softmax(rows[i], rows[i].length);
        for (int c = 0; c < rows[i].length; c++) {
          double wanted = smoothing / rows[i].length + (c == targets[i] ? 1 - smoothing : 0);
          loss += wanted * negativeLogLikelihood(rows[i], c) / count;
          gradient[i][c] -= wanted;
        }
        gradient[i] = Arrays.stream(gradient[i]).map(g -> g / count).toArray();
      }
    }
    double allowed = tolerance() * Math.max(1, loss);
    assertThat(kernels().crossEntropy(logits.dup(), targets, smoothing, false))
        .isCloseTo(loss, within(allowed));
    assertThat(kernels().crossEntropy(logits, targets, smoothing, true))
        .isCloseTo(loss, within(allowed));
    assertClose(logits, gradient);
  }

  private static double negativeLogLikelihood(double[] logits, int target) {
    double largest = Arrays.stream(logits).max().orElseThrow();
    double sum = Arrays.stream(logits).map(logit -> Math.exp(logit - largest)).sum();
    return Math.log(sum) + largest - logits[target];
  }
}
