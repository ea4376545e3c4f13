package io.evomoe.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import io.evomoe.testing.Differences;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/** The whole contract at the accuracy of bfloat16, two products one after the other. */
public abstract class Bf16KernelsContract extends KernelsContract {
  /** The most that a rounded operand is off, relative to itself. */
  private static final double ROUNDING = 1.0 / 512;

  @Override
  public double tolerance() {
    return 4 * ROUNDING;
  }

  /** Both factors have the roundings of x and a weight, and their product is rounded once more. */
  @Override
  public double toleranceOfGated() {
    return 6 * ROUNDING;
  }

  @Test
  void should_round_the_operands_but_not_the_sum() {
    INDArray ones = random(1, 1, 4096).assign(1);
    INDArray fine = random(1, 4096, 1).assign(1 + 1.0 / 512);
    assertThat(kernels().multiply(ones, false, fine, false).getDouble(0)).isEqualTo(4096);
    INDArray coarse = random(1, 4096, 1).assign(1 + 1.0 / 128);
    assertThat(kernels().multiply(ones, false, coarse, false).getDouble(0)).isEqualTo(4096 + 32);
  }

  @Test
  void should_map_to_rows_that_products_read() {
    INDArray x = random(1, 33, 24);
    INDArray weight = random(2, 24, 17);
    INDArray bias = random(3, 17);
    INDArray y = kernels().linearOperand(x, weight, bias);
    INDArray rounded = kernels().linear(x, weight, bias).castTo(y.dataType());
    assertThat(Differences.elements(y)).isEqualTo(Differences.elements(rounded));
  }

  @Test
  void should_give_the_gradient_of_rows_in_their_type() {
    INDArray x = random(1, 33, 24);
    INDArray weight = random(2, 24, 17);
    INDArray y = kernels().linearOperand(x, weight, null);
    INDArray operand = kernels().linearOperand(x, random(3, 24, 24), null);
    INDArray dy = y.dup('c');
    INDArray ofOperands = garbage(24, 17);
    INDArray ofFloats = garbage(24, 17);
    INDArray biasOfOperands = garbage(17);
    INDArray biasOfFloats = garbage(17);
    INDArray dx =
        kernels()
            .linearGradient(
                operand,
                weight,
                dy,
                new Accumulator(ofOperands, 0),
                new Accumulator(biasOfOperands, 0));
    INDArray exact = operand.castTo(dataType());
    INDArray expected =
        kernels()
            .linearGradient(
                exact,
                weight,
                dy.castTo(dataType()),
                new Accumulator(ofFloats, 0),
                new Accumulator(biasOfFloats, 0));
    assertThat(dx.dataType()).isEqualTo(operand.dataType());
    assertThat(Differences.elements(dx))
        .isEqualTo(Differences.elements(expected.castTo(dx.dataType())));
    assertThat(Differences.elements(ofOperands)).isEqualTo(Differences.elements(ofFloats));
    assertThat(Differences.elements(biasOfOperands)).isEqualTo(Differences.elements(biasOfFloats));
    assertThat(Differences.elements(kernels().linear(operand, weight, null)))
        .isEqualTo(Differences.elements(kernels().linear(exact, weight, null)));
  }

  /** Up to a few chunks of rows and a rest, which are cut apart. */
  @ParameterizedTest
  @ValueSource(ints = {511, 528, 767, 768, 1062, 1536})
  void should_sum_over_any_number_of_rows(int rows) {
    INDArray a = random(1, rows, 40);
    INDArray b = random(2, rows, 24);
    double[] sum = Differences.elements(kernels().multiply(a, true, b, false));
    INDArray exact = a.castTo(DataType.DOUBLE).transpose().mmul(b.castTo(DataType.DOUBLE));
    assertThat(Differences.relative(sum, Differences.elements(exact))).isLessThan(tolerance());
  }

  @Test
  void should_be_exact_where_that_is_asked_for() {
    INDArray a = random(1, 33, 64);
    INDArray b = random(2, 64, 17);
    double[] exact = Differences.elements(kernels().exact().multiply(a, false, b, false));
    double[] reference =
        Differences.elements(a.castTo(DataType.DOUBLE).mmul(b.castTo(DataType.DOUBLE)));
    assertThat(Differences.relative(exact, reference)).isLessThan(1e-6);
    double[] rounded = Differences.elements(kernels().multiply(a, false, b, false));
    assertThat(Differences.relative(rounded, reference)).isGreaterThan(1e-4);
  }
}
