package io.evomoe.moe;

import io.evomoe.kernel.ActivationFunction;
import io.evomoe.kernel.KernelSelection;
import io.evomoe.nn.FeedForward;
import io.evomoe.nn.FeedForwardConfig;
import io.evomoe.nn.Parameter;
import io.evomoe.nn.Pass;
import io.evomoe.nn.Scope;
import io.evomoe.nn.Scope.Initialization;
import io.evomoe.nn.TokenBatch;
import io.evomoe.step.StepContext;
import io.evomoe.step.StepContext.Phase;
import io.evomoe.testing.LayerGradientCheck;
import io.evomoe.testing.RandomArrays;
import java.util.List;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/** An MoE layer over a {@link FixedGate} with its experts, and the slow loop it must equal. */
final class MoeScene {
  static final int WIDTH = 4;
  static final double[][] TOP_1 = {{0, 1, 0}, {1, 0, 0}, {0, 1, 0}, {0, 1, 0}, {1, 0, 0}};
  static final double[][] IN_ORDER = {{1, 0, 0}, {1, 0, 0}, {0, 1, 0}, {0, 1, 0}, {0, 0, 1}};
  static final double[][] DENSE = {{1, 1, 1}, {1, 1, 1}, {1, 1, 1}, {1, 1, 1}, {1, 1, 1}};
  static final double[][] PARTIAL = {{1, 0, 1}, {0, 0, 0}, {1, 1, 1}, {0, 0, 1}, {0, 0, 0}};
  static final double[][] NONE = {{0, 0, 0}, {0, 0, 0}, {0, 0, 0}, {0, 0, 0}, {0, 0, 0}};

  final DataType type;
  final FixedGate gate;
  final List<FeedForward> experts;
  final MoeLayer layer;

  MoeScene(DataType type, double[][] mask, UnaryOperator<FixedGate> change) {
    int count = mask[0].length;
    Scope scope = Scope.root(5, KernelSelection.forType(type));
    this.type = type;
    gate = change.apply(FixedGate.of(scope.child("gate"), WIDTH, count, FixedGate.Table.of(mask)));
    gate.projection().weight().value().muli(30);
    experts =
        IntStream.range(0, count).mapToObj(e -> expert(scope.child("experts").child(e))).toList();
    layer = new MoeLayer("moe", scope.kernels(), gate, experts);
  }

  static MoeScene of(double[][] mask) {
    return new MoeScene(DataType.DOUBLE, mask, gate -> gate);
  }

  private static FeedForward expert(Scope scope) {
    FeedForward expert =
        new FeedForward(
            scope,
            FeedForwardConfig.plain(WIDTH, 6, ActivationFunction.GELU),
            new Initialization(0.5, 0.5));
    LayerGradientCheck.disturb(expert.parameters(), 0.2);
    return expert;
  }

  INDArray tokens(int count) {
    return RandomArrays.gaussian(type, 1, count, WIDTH);
  }

  static Pass pass(int tokens) {
    return pass(TokenBatch.of(tokens, new int[tokens]));
  }

  static Pass pass(TokenBatch tokens) {
    return new Pass(new StepContext(0, Phase.SOFT, 1, true, 1), tokens);
  }

  /** {@code y_s = sum of w f_e(x_s) over its assignments, plus the bypass}, one at a time. */
  double[][] slow(INDArray x, Pass pass) {
    Routing routing = gate.route(x, pass).routing();
    double[][] y = new double[routing.tokenCount()][WIDTH];
    for (int e = 0; e < routing.experts(); e++) {
      for (int i = routing.offset(e); i < routing.offset(e + 1); i++) {
        int s = routing.token(i);
        INDArray row = x.getRow(s).dup().reshape(1, WIDTH);
        double[] of = experts.get(e).forward(row, pass).value().getRow(0).toDoubleVector();
        for (int j = 0; j < WIDTH; j++) {
          y[s][j] += routing.weight(i) * of[j];
        }
      }
    }
    for (int s = 0; s < y.length; s++) {
      for (int j = 0; j < WIDTH; j++) {
        y[s][j] += routing.bypass(s) * x.getDouble(s, j);
      }
    }
    return y;
  }

  List<Parameter> parametersOf(int expert) {
    return experts.get(expert).parameters();
  }
}
