package io.evomoe.moe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.evomoe.moe.SameDiffGate.ExpressionGraph;
import java.util.Map;
import java.util.Objects;
import java.util.function.BinaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** Gradients of rows and columns, which ND4J takes for something else. */
class ExpressionGraphTest {
  private static final double EPSILON = 1e-6;

  private static final Map<String, BinaryOperator<SDVariable>> OPERATIONS =
      Map.of(
          "div", (x, s) -> x.div(s),
          "rdiv", (x, s) -> x.rdiv(s),
          "mul", (x, s) -> x.mul(s),
          "add", (x, s) -> x.add(s),
          "sub", (x, s) -> x.sub(s),
          "rsub", (x, s) -> x.rsub(s));

  private static Stream<Object[]> cases() {
    return OPERATIONS.keySet().stream()
        .flatMap(
            name ->
                Stream.of(
                    new Object[] {name, 1, 4},
                    new Object[] {name, 3, 1},
                    new Object[] {name, 1, 1},
                    new Object[] {name, 3, 4}));
  }

  @ParameterizedTest
  @MethodSource("cases")
  void should_have_the_gradient_of_central_differences(String operation, int rows, int columns) {
    long length = (long) rows * columns;
    INDArray input = Nd4j.linspace(DataType.DOUBLE, 0.5, 0.7, length).reshape(rows, columns);
    INDArray weights = Nd4j.linspace(DataType.DOUBLE, -1, 1.1, length).reshape(rows, columns);

    ExpressionGraph graph = new ExpressionGraph("x", input.dup());
    SDVariable result = result(graph, operation);
    graph.value(result);
    graph.seed(result, weights);
    INDArray gradient = Objects.requireNonNull(graph.gradient());

    for (long i = 0; i < input.length(); i++) {
      double expected =
          (loss(input, i, EPSILON, operation, weights)
                  - loss(input, i, -EPSILON, operation, weights))
              / (2 * EPSILON);
      assertThat(gradient.getDouble(i))
          .as("element %d", i)
          .isCloseTo(expected, within(1e-6 * Math.max(1, Math.abs(expected))));
    }
  }

  private static SDVariable result(ExpressionGraph graph, String operation) {
    SDVariable x = graph.input();
    return Objects.requireNonNull(OPERATIONS.get(operation)).apply(x, x.sum(true, 1));
  }

  private static double loss(
      INDArray input, long i, double change, String operation, INDArray weights) {
    INDArray moved = input.dup();
    moved.putScalar(i, moved.getDouble(i) + change);
    ExpressionGraph graph = new ExpressionGraph("x", moved);
    return graph.value(result(graph, operation)).mul(weights).sumNumber().doubleValue();
  }
}
