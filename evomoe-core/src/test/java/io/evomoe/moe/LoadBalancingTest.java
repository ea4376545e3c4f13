package io.evomoe.moe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.evomoe.nn.TokenBatch;
import io.evomoe.random.CounterRandom;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.buffer.DataType;
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

  @Test
  void should_be_the_same_to_the_bit_of_loads_and_of_their_mask() {
    CounterRandom random = new CounterRandom(3);
    int[] loads = new int[40];
    boolean[] padding = new boolean[3001];
    TokenMatrix weights = new TokenMatrix(padding.length, loads.length);
    TokenMatrix mask = new TokenMatrix(padding.length, loads.length);
    for (int s = 0; s < padding.length; s++) {
      padding[s] = s % 7 == 3;
      for (int e = 0; e < loads.length; e++) {
        weights.set(s, e, random.uniform((long) s * loads.length + e));
        if (!padding[s] && weights.get(s, e) > 0.6) {
          mask.set(s, e, 1);
          loads[e]++;
        }
      }
    }
    TokenBatch batch = new TokenBatch(padding.length, new int[padding.length], padding);
    LoadBalancing ofMask = new LoadBalancing(weights, mask, batch);
    LoadBalancing ofLoads = new LoadBalancing(weights, loads, batch);

    assertThat(ofLoads.loss()).isEqualTo(ofMask.loss()).isEqualTo(inOrder(weights, mask, batch));
    assertThat(ofLoads.logitGradient(2, weights, 0.7).toArray(DataType.DOUBLE))
        .isEqualTo(
            Softmax.gradient(weights, gradient(ofMask, weights), 0.7).toArray(DataType.DOUBLE));
  }

  private static TokenMatrix gradient(LoadBalancing balance, TokenMatrix weights) {
    TokenMatrix gradient = new TokenMatrix(weights.tokens(), weights.columns());
    balance.addGradient(2, gradient);
    return gradient;
  }

  /** Token by token, on one thread. */
  private static double inOrder(TokenMatrix weights, TokenMatrix mask, TokenBatch batch) {
    double sum = 0;
    for (int e = 0; e < weights.columns(); e++) {
      double weight = 0;
      double share = 0;
      for (int s = 0; s < weights.tokens(); s++) {
        if (!batch.isPadding(s)) {
          weight += weights.get(s, e) / batch.realTokens();
          share += mask.get(s, e) / batch.realTokens();
        }
      }
      sum += weight * share;
    }
    return weights.columns() * sum;
  }

  private static TokenMatrix matrix(double[][] rows) {
    return TokenMatrix.of(Nd4j.createFromArray(rows));
  }
}
