package io.evomoe.moe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.evomoe.kernel.KernelSelection;
import io.evomoe.nn.Scope;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

class RouterProjectionTest {

  @ParameterizedTest
  @EnumSource(names = {"FLOAT", "DOUBLE"})
  void should_be_a_matrix_product_and_its_gradients(DataType type) {
    RouterProjection projection = projection(type);
    INDArray x = Nd4j.createFromArray(new double[][] {{1, -2, 0.5}, {0, 3, 1}}).castTo(type);
    INDArray w = projection.weight().value();
    TokenMatrix z = projection.forward(x);
    TokenMatrix dz = TokenMatrix.of(Nd4j.createFromArray(new double[][] {{1, -1}, {2, 0.5}}));
    INDArray dx = projection.backward(x, dz);
    INDArray dw = projection.weight().gradient();

    assertThat(dx.dataType()).isEqualTo(type);
    for (int s = 0; s < 2; s++) {
      for (int e = 0; e < 2; e++) {
        double sum = 0;
        for (int j = 0; j < 3; j++) {
          sum += x.getDouble(s, j) * w.getDouble(j, e);
        }
        assertThat(z.get(s, e)).isCloseTo(sum, within(1e-6));
      }
      for (int j = 0; j < 3; j++) {
        double sum = dz.get(s, 0) * w.getDouble(j, 0) + dz.get(s, 1) * w.getDouble(j, 1);
        assertThat(dx.getDouble(s, j)).isCloseTo(sum, within(1e-6));
      }
    }
    for (int j = 0; j < 3; j++) {
      for (int e = 0; e < 2; e++) {
        double sum = x.getDouble(0, j) * dz.get(0, e) + x.getDouble(1, j) * dz.get(1, e);
        assertThat(dw.getDouble(j, e)).isCloseTo(sum, within(1e-6));
      }
    }
  }

  @Test
  void should_say_which_router_diverged() {
    INDArray x = Nd4j.createFromArray(new double[][] {{1, Double.NaN, 0}});

    assertThatThrownBy(() -> projection(DataType.DOUBLE).forward(x))
        .isInstanceOf(ArithmeticException.class)
        .hasMessageContaining("layer.weight")
        .hasMessageContaining("not finite");
  }

  private static RouterProjection projection(DataType type) {
    Scope scope = Scope.root(3, KernelSelection.forType(type)).child("layer");
    return new RouterProjection(scope, 3, 2);
  }
}
