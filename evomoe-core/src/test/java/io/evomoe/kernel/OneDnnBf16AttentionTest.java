package io.evomoe.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.evomoe.kernel.Kernels.Attended;
import io.evomoe.testing.Differences;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/** The laws of attention where queries, keys and values are bfloat16. */
class OneDnnBf16AttentionTest implements AttentionContract {
  @BeforeEach
  void skip_where_bf16_cannot_run() {
    UsableOneDnn.assumeUsable(Precision.BF16);
  }

  @Override
  public Kernels kernels() {
    return UsableOneDnn.kernels(Precision.BF16);
  }

  @Override
  public DataType dataType() {
    return DataType.BFLOAT16;
  }

  /** 512 heads of queries that share a key add 1 to the gradient of its value: a sum of 512. */
  @Test
  void should_round_a_sum_of_many_terms_once() {
    AttentionShape shape = new AttentionShape(1, 512, 1, 2, 2, false);
    INDArray q = random(1, 2, 512).assign(0);
    INDArray k = random(2, 2, 1).assign(0);
    INDArray dOutput = random(3, 2, 512).assign(1);
    Attended attended = kernels().attention(q, k, k, shape);
    INDArray dv = garbage(2, 1);
    attended.pull(dOutput, garbage(2, 512), garbage(2, 1), dv);
    assertThat(Differences.elements(dv)).containsExactly(512, 512);
  }

  @Test
  void should_refuse_rows_of_different_types() {
    AttentionShape shape = new AttentionShape(1, 1, 3, 3, false);
    INDArray q = random(1, 3, 4);
    INDArray k = q.castTo(DataType.FLOAT);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> kernels().attention(q, k, q, shape))
        .withMessage(
            "queries, keys and values must be of one type, were [BFLOAT16, FLOAT, BFLOAT16]");
    Attended attended = kernels().attention(q, q, q, shape);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> attended.pull(k, q.like(), q.like(), q.like()))
        .withMessage(
            "values, and gradients of an attention, must be of one type, were [BFLOAT16, FLOAT,"
                + " BFLOAT16, BFLOAT16, BFLOAT16]");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> kernels().exact().linear(q, random(2, 4, 4), null))
        .withMessage("an operand must be FLOAT, was BFLOAT16");
  }
}
