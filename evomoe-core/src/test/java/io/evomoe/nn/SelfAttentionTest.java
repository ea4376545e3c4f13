package io.evomoe.nn;

import static io.evomoe.nn.LayerFixture.disturbed;
import static io.evomoe.nn.LayerFixture.pass;
import static io.evomoe.nn.LayerFixture.random;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import io.evomoe.testing.LayerGradientCheck;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.api.ndarray.INDArray;

class SelfAttentionTest {
  private static final int SEQUENCES = 2;
  private static final int LENGTH = 4;
  private static final int HEADS = 2;
  private static final int WIDTH = 6;

  private final INDArray x = random(1, SEQUENCES * LENGTH, WIDTH);

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void should_mix_the_values_of_its_own_sequence_in_each_head(boolean causal) {
    SelfAttention layer = layer(causal);
    INDArray y = layer.forward(x, pass(SEQUENCES, LENGTH)).value();
    INDArray qkv = affine(x, layer, 0);
    INDArray mixed = random(1, SEQUENCES * LENGTH, WIDTH);
    for (int head = 0; head < HEADS; head++) {
      for (int s = 0; s < SEQUENCES * LENGTH; s++) {
        slowRow(qkv, mixed, s, head, causal);
      }
    }

    assertThat(y.equalsWithEps(affine(mixed, layer, 2), 1e-12)).isTrue();
  }

  /** Writes what token s gets from one head. */
  private static void slowRow(INDArray qkv, INDArray mixed, int s, int head, boolean causal) {
    int size = WIDTH / HEADS;
    int first = s / LENGTH * LENGTH;
    int end = causal ? s + 1 : first + LENGTH;
    double[] out = new double[size];
    double sum = 0;
    for (int t = first; t < end; t++) {
      double score = 0;
      for (int j = head * size; j < (head + 1) * size; j++) {
        score += qkv.getDouble(s, j) * qkv.getDouble(t, WIDTH + j);
      }
      double weight = Math.exp(score / Math.sqrt(size));
      sum += weight;
      for (int j = 0; j < size; j++) {
        out[j] += weight * qkv.getDouble(t, 2 * WIDTH + head * size + j);
      }
    }
    for (int j = 0; j < size; j++) {
      mixed.putScalar(s, head * size + j, out[j] / sum);
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void should_have_the_gradient_of_central_differences(boolean causal) {
    LayerGradientCheck.check(layer(causal), x, pass(SEQUENCES, LENGTH));
  }

  @Test
  void should_not_see_later_positions_or_other_sequences_where_causal() {
    INDArray before = layer(true).forward(x, pass(SEQUENCES, LENGTH)).value().dup();
    x.getRow(2).addi(1);
    INDArray after = layer(true).forward(x, pass(SEQUENCES, LENGTH)).value();

    for (int s = 0; s < SEQUENCES * LENGTH; s++) {
      boolean same = after.getRow(s).equalsWithEps(before.getRow(s), 1e-12);
      assertThat(same).as("row %d", s).isEqualTo(s < 2 || s >= LENGTH);
    }
  }

  @Test
  void should_give_the_value_of_a_single_token_to_itself() {
    SelfAttention layer = layer(true);
    INDArray one = random(2, 1, WIDTH);
    INDArray values = affine(one, layer, 0).dup();
    INDArray mixed = random(1, 1, WIDTH);
    for (int j = 0; j < WIDTH; j++) {
      mixed.putScalar(0, j, values.getDouble(0, 2 * WIDTH + j));
    }

    assertThat(layer.forward(one, pass(1, 1)).value().toDoubleVector())
        .containsExactly(affine(mixed, layer, 2).toDoubleVector(), within(1e-12));
  }

  @ParameterizedTest
  @ValueSource(ints = {0, -1, 4, 7})
  void should_refuse_heads_that_do_not_divide_the_width(int heads) {
    assertThatIllegalArgumentException()
        .isThrownBy(
            () ->
                new SelfAttention(
                    LayerFixture.scope(),
                    AttentionConfig.plain(WIDTH, heads),
                    true,
                    LayerFixture.LARGE))
        .withMessage(
            (heads < 1
                    ? "numAttentionHeads must be at least 1, was "
                    : "numAttentionHeads must divide hiddenSize, 6, was ")
                + heads);
  }

  private static SelfAttention layer(boolean causal) {
    return disturbed(
        new SelfAttention(
            LayerFixture.scope(), AttentionConfig.plain(WIDTH, HEADS), causal, LayerFixture.LARGE));
  }

  /** The linear map whose weight is parameter {@code weight}, and its bias the next. */
  private static INDArray affine(INDArray rows, Layer layer, int weight) {
    return rows.mmul(layer.parameters().get(weight).value())
        .addRowVector(layer.parameters().get(weight + 1).value());
  }
}
