package io.evomoe.kernel.internal.onednn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import io.evomoe.testing.RandomArrays;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

class OperandsTest {
  private final Operands operands =
      new Operands(new Rounding(DataType.BFLOAT16), new Panels(new PrimitiveCache()));
  private final INDArray exact = RandomArrays.gaussian(DataType.FLOAT, 1, 3, 4);

  @Test
  void should_reject_an_operand_that_comes_too_late_to_be_rounded() {
    operands.ready();

    assertThatIllegalStateException()
        .isThrownBy(() -> operands.of(exact))
        .withMessage("an operand that needs rounding must be added before ready(), was FLOAT");
  }

  @Test
  void should_take_an_operand_of_the_right_type_at_any_time() {
    operands.ready();

    INDArray rounded = exact.castTo(DataType.BFLOAT16);
    assertThat(operands.of(rounded).address()).isEqualTo(Address.of(rounded));
  }
}
