package io.evomoe.moe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.evomoe.nn.TokenBatch;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.factory.Nd4j;

class LoadBalancingTest {
  private static final TokenBatch FOUR = TokenBatch.of(4, new int[4]);

  @Test
  void should_be_one_where_the_first_choices_are_shared_equally() {
    TokenMatrix mask = matrix(new double[][] {{1, 0}, {0, 1}, {0, 1}, {1, 0}});
    TokenMatrix skewed = matrix(new double[][] {{0.9, 0.1}, {0.4, 0.6}, {0.3, 0.7}, {0.8, 0.2}});

    assertThat(new LoadBalancing(skewed, mask, FOUR).loss()).isCloseTo(1, within(1e-15));
  }

  @Test
  void should_be_the_number_of_experts_where_one_has_all() {
    TokenMatrix all = matrix(new double[][] {{0, 1}, {0, 1}, {0, 1}, {0, 1}});

    assertThat(new LoadBalancing(all, all, FOUR).loss()).isCloseTo(2, within(1e-15));
  }

  @Test
  void should_leave_padding_out_of_loss_and_gradient() {
    TokenMatrix weights = matrix(new double[][] {{0.5, 0.25}, {9, 9}, {0.75, 0}, {9, 9}});
    TokenMatrix mask = matrix(new double[][] {{1, 1}, {0, 0}, {1, 0}, {0, 0}});
    TokenBatch batch = new TokenBatch(4, new int[4], new boolean[] {false, true, false, true});
    LoadBalancing balance = new LoadBalancing(weights, mask, batch);
    TokenMatrix gradient = new TokenMatrix(4, 2);
    balance.addGradient(3, gradient);

    assertThat(balance.loss()).isCloseTo(2 * (0.625 * 1 + 0.125 * 0.5), within(1e-15));
    assertThat(gradient.get(0, 0)).isCloseTo(3 * 2 * 1.0 / 2, within(1e-15));
    assertThat(gradient.get(2, 1)).isCloseTo(3 * 2 * 0.5 / 2, within(1e-15));
    assertThat(gradient.get(1, 0)).isZero();
    assertThat(gradient.get(3, 1)).isZero();
  }

  private static TokenMatrix matrix(double[][] rows) {
    return TokenMatrix.of(Nd4j.createFromArray(rows));
  }
}
