package io.evomoe.moe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;
import org.nd4j.linalg.factory.Nd4j;

class SoftmaxTest {
  private static final TokenMatrix LOGITS = matrix(new double[][] {{1, 2, -0.5}, {0, -3, 0.25}});

  @Test
  void should_be_the_quotient_of_exponentials() {
    TokenMatrix p = Softmax.of(LOGITS, 0.5);

    double sum = Math.exp(2) + Math.exp(4) + Math.exp(-1);
    assertThat(p.get(0, 0)).isCloseTo(Math.exp(2) / sum, within(1e-15));
    assertThat(p.get(0, 1)).isCloseTo(Math.exp(4) / sum, within(1e-15));
    assertThat(p.get(0, 2)).isCloseTo(Math.exp(-1) / sum, within(1e-15));
  }

  @Test
  void should_not_overflow() {
    TokenMatrix p = Softmax.of(matrix(new double[][] {{1e300, -1e300, 1e300}}), 1e-3);

    assertThat(p.get(0, 0)).isEqualTo(0.5);
    assertThat(p.get(0, 1)).isZero();
    assertThat(Softmax.logSumExp(matrix(new double[][] {{1000, 1000}}), 0))
        .isCloseTo(1000 + Math.log(2), within(1e-12));
  }

  @Test
  void should_give_nothing_to_a_logit_of_minus_infinity() {
    TokenMatrix p = Softmax.of(matrix(new double[][] {{3, Double.NEGATIVE_INFINITY}}), 2);

    assertThat(p.get(0, 0)).isEqualTo(1);
    assertThat(p.get(0, 1)).isZero();
  }

  @Test
  void should_have_the_gradient_of_central_differences() {
    double temperature = 0.7;
    TokenMatrix dp = matrix(new double[][] {{0.3, -1, 2}, {1, 1.5, -0.2}});
    TokenMatrix dz = new TokenMatrix(2, 3);
    Softmax.addGradient(Softmax.of(LOGITS, temperature), dp, temperature, dz);

    double step = 1e-6;
    for (int s = 0; s < 2; s++) {
      for (int e = 0; e < 3; e++) {
        double above = dot(Softmax.of(changed(s, e, step), temperature), dp);
        double below = dot(Softmax.of(changed(s, e, -step), temperature), dp);
        assertThat(dz.get(s, e)).isCloseTo((above - below) / (2 * step), within(1e-8));
      }
    }
  }

  @Test
  void should_find_the_lowest_of_equal_maxima() {
    assertThat(matrix(new double[][] {{-2, -1, -1}}).argMax(0)).isEqualTo(1);
  }

  private static TokenMatrix changed(int s, int e, double by) {
    TokenMatrix z = LOGITS.copy();
    z.add(s, e, by);
    return z;
  }

  private static double dot(TokenMatrix a, TokenMatrix b) {
    TokenMatrix product = a.times(b);
    double sum = 0;
    for (int s = 0; s < product.tokens(); s++) {
      for (int e = 0; e < product.columns(); e++) {
        sum += product.get(s, e);
      }
    }
    return sum;
  }

  private static TokenMatrix matrix(double[][] rows) {
    return TokenMatrix.of(Nd4j.createFromArray(rows));
  }
}
