package io.evomoe.gates;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.evomoe.moe.Softmax;
import io.evomoe.moe.TokenMatrix;
import io.evomoe.nn.TokenBatch;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.factory.Nd4j;

class RouterZLossTest {
  private static final double[][] ROWS = {{1, -2, 0.5}, {9, 9, 9}, {0.25, 3, -1}};
  private static final TokenBatch MIDDLE_IS_PADDING =
      new TokenBatch(3, new int[3], new boolean[] {false, true, false});

  @Test
  void should_be_the_mean_square_of_the_logarithm_of_the_sum_of_exponentials() {
    double first = Math.log(Math.exp(1) + Math.exp(-2) + Math.exp(0.5));
    double last = Math.log(Math.exp(0.25) + Math.exp(3) + Math.exp(-1));

    assertThat(loss(TokenMatrix.of(Nd4j.createFromArray(ROWS))))
        .isCloseTo((first * first + last * last) / 2, within(1e-12));
  }

  @Test
  void should_be_zero_where_a_row_of_logits_sums_to_a_partition_of_one() {
    TokenMatrix logits = TokenMatrix.of(Nd4j.createFromArray(new double[][] {{0.25, 0.75}}));
    logits.set(0, 0, Math.log(0.25));
    logits.set(0, 1, Math.log(0.75));

    assertThat(new RouterZLoss(logits, TokenBatch.of(1, new int[1])).loss())
        .isCloseTo(0, within(1e-30));
  }

  @Test
  void should_have_the_gradient_of_central_differences() {
    TokenMatrix logits = TokenMatrix.of(Nd4j.createFromArray(ROWS));
    TokenMatrix gradient = new TokenMatrix(3, 3);
    new RouterZLoss(logits, MIDDLE_IS_PADDING).addGradient(0.5, Softmax.of(logits, 1), gradient);

    double step = 1e-5;
    for (int s = 0; s < 3; s++) {
      for (int e = 0; e < 3; e++) {
        TokenMatrix above = logits.copy();
        above.add(s, e, step);
        TokenMatrix below = logits.copy();
        below.add(s, e, -step);
        double slope = 0.5 * (loss(above) - loss(below)) / (2 * step);
        assertThat(gradient.get(s, e)).isCloseTo(slope, within(1e-8));
      }
    }
  }

  @Test
  void should_be_zero_where_all_is_padding() {
    TokenBatch padding = new TokenBatch(3, new int[3], new boolean[] {true, true, true});

    assertThat(new RouterZLoss(TokenMatrix.of(Nd4j.createFromArray(ROWS)), padding).loss())
        .isZero();
  }

  private static double loss(TokenMatrix logits) {
    return new RouterZLoss(logits, MIDDLE_IS_PADDING).loss();
  }
}
