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

  @Test
  void should_be_of_some_experts_as_if_the_others_had_minus_infinity() {
    TokenMatrix z = matrix(new double[][] {{0.3, 2, -1, 1.7, 0.9}});
    TokenMatrix others = z.copy();
    others.set(0, 1, Double.NEGATIVE_INFINITY);
    others.set(0, 4, Double.NEGATIVE_INFINITY);
    TokenMatrix expected = Softmax.of(others, 0.6);
    TokenMatrix p = new TokenMatrix(1, 5);
    p.set(0, 4, 7);
    int[] experts = {3, 0, 2};
    Softmax.row(z, 0, experts, 0.6, p);

    assertThat(experts).containsExactly(3, 0, 2);
    assertThat(p.get(0, 4)).isEqualTo(7);
    for (int e = 0; e < 4; e++) {
      assertThat(p.get(0, e)).isEqualTo(expected.get(0, e));
    }
  }

  @Test
  void should_leave_a_row_without_experts_as_it_is() {
    TokenMatrix p = LOGITS.copy();
    Softmax.row(LOGITS, 1, new int[0], 1, p);

    assertThat(p.get(1, 2)).isEqualTo(0.25);
  }

  @Test
  void should_take_the_place_of_the_logits() {
    TokenMatrix z = LOGITS.copy();
    Softmax.row(z, 1, 0.5, z);

    assertThat(z.get(0, 0)).isEqualTo(1);
    for (int e = 0; e < 3; e++) {
      assertThat(z.get(1, e)).isEqualTo(Softmax.of(LOGITS, 0.5).get(1, e));
    }
  }

  private static TokenMatrix matrix(double[][] rows) {
    return TokenMatrix.of(Nd4j.createFromArray(rows));
  }
}
