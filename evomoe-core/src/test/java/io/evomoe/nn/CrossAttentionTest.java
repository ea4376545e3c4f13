package io.evomoe.nn;

import static io.evomoe.nn.LayerFixture.disturbed;
import static io.evomoe.nn.LayerFixture.random;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.evomoe.nn.CrossAttention.Memory;
import io.evomoe.testing.GradientCheck;
import io.evomoe.testing.LayerGradientCheck;
import io.evomoe.testing.RandomArrays;
import io.evomoe.testing.Scratch;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

class CrossAttentionTest {
  private static final int WIDTH = 6;

  /** Two sequences of four tokens, of which the last two of the second are padding. */
  private static final boolean[] PADDING = {false, false, false, false, false, false, true, true};

  private final TokenBatch source = new TokenBatch(4, new int[8], PADDING);
  private final INDArray x = random(1, 6, WIDTH);
  private final INDArray rows = random(2, 8, WIDTH);
  private final CrossAttention layer =
      disturbed(new CrossAttention(LayerFixture.scope(), WIDTH, 2, LayerFixture.LARGE));

  @Test
  void should_have_the_gradient_of_central_differences_for_its_input_and_parameters() {
    LayerGradientCheck.check(layer, x, pass(memory(rows)));
  }

  @Test
  void should_add_the_gradient_of_central_differences_to_its_memory() {
    Memory memory = memory(rows);
    INDArray dy = random(3, 6, WIDTH);
    layer.forward(x, pass(memory)).pullback().pull(dy);
    layer.forward(x, pass(memory)).pullback().pull(dy);

    GradientCheck.DEFAULT.check(
        () -> 2 * Scratch.compute(() -> value(memory(rows)).mul(dy).sumNumber().doubleValue()),
        "memory",
        rows,
        memory.gradient());
  }

  @Test
  void should_not_see_padded_rows_of_its_memory_or_move_them() {
    INDArray before = value(memory(rows)).dup();
    rows.getRow(6).assign(50);
    rows.getRow(7).assign(-50);
    Memory memory = memory(rows);
    Output output = layer.forward(x, pass(memory));
    output.pullback().pull(random(3, 6, WIDTH));

    assertThat(output.value().equalsWithEps(before, 1e-12)).isTrue();
    assertThat(memory.gradient().getRow(6).amaxNumber().doubleValue()).isZero();
    assertThat(memory.gradient().getRow(7).amaxNumber().doubleValue()).isZero();
    assertThat(memory.gradient().getRow(5).amaxNumber().doubleValue()).isPositive();
  }

  @Test
  void should_equal_an_attention_to_the_unpadded_memory() {
    INDArray secondAlone = random(4, 2, WIDTH);
    secondAlone.getRow(0).assign(rows.getRow(4));
    secondAlone.getRow(1).assign(rows.getRow(5));
    Memory memory = new Memory(secondAlone, TokenBatch.of(2, new int[2]), LayerFixture.KERNELS);
    INDArray queries = RandomArrays.gaussian(DataType.DOUBLE, 9, 3, WIDTH);
    for (int i = 0; i < 3; i++) {
      queries.getRow(i).assign(x.getRow(3 + i));
    }
    Pass alone = LayerFixture.pass(1, 3).withMemory(memory);

    INDArray expected = layer.forward(queries, alone).value();
    INDArray actual = value(memory(rows));
    for (int i = 0; i < 3; i++) {
      assertThat(actual.getRow(3 + i).equalsWithEps(expected.getRow(i), 1e-12)).isTrue();
    }
  }

  @Test
  void should_let_several_sequences_in_a_row_share_one_of_the_memory() {
    Pass shared = LayerFixture.pass(6, 1).withMemory(memory(rows));

    assertThat(layer.forward(x, shared).value().equalsWithEps(value(memory(rows)), 1e-12)).isTrue();
  }

  @Test
  void should_refuse_a_pass_without_a_memory_or_with_one_that_does_not_fit() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> layer.forward(x, LayerFixture.pass(2, 3)))
        .withMessage("cross-attention needs a memory (layer)");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> layer.forward(random(1, 3, WIDTH), pass(memory(rows))))
        .withMessageContaining("must be a multiple of the memory's sequences (2), were 3");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> memory(random(1, 3, WIDTH)))
        .withMessage("a memory must have one row a token (8), had 3");
  }

  @Test
  void should_have_a_zero_gradient_of_the_memory_when_nothing_read_it() {
    assertThat(memory(rows).gradient().amaxNumber().doubleValue()).isZero();
    assertThat(layer.parameters())
        .extracting(Parameter::name)
        .isEqualTo(
            List.of(
                "layer.query.weight",
                "layer.query.bias",
                "layer.keyValue.weight",
                "layer.keyValue.bias",
                "layer.projection.weight",
                "layer.projection.bias"));
  }

  private INDArray value(Memory memory) {
    return layer.forward(x, pass(memory)).value();
  }

  private static Pass pass(Memory memory) {
    return LayerFixture.pass(2, 3).withMemory(memory);
  }

  private Memory memory(INDArray of) {
    return new Memory(of, source, LayerFixture.KERNELS);
  }
}
