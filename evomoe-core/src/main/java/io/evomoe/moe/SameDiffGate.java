package io.evomoe.moe;

import io.evomoe.nn.Parameter;
import io.evomoe.nn.Pass;
import io.evomoe.step.StepContext;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.nd4j.autodiff.functions.DifferentialFunction;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;
import org.nd4j.autodiff.samediff.config.ExecutionResult;
import org.nd4j.autodiff.samediff.config.SDValue;
import org.nd4j.autodiff.samediff.internal.FrameIter;
import org.nd4j.autodiff.samediff.internal.InferenceSession;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.memory.MemoryWorkspace;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.api.ops.BaseReduceOp;
import org.nd4j.linalg.api.ops.Op;
import org.nd4j.linalg.api.ops.OpContext;
import org.nd4j.linalg.api.ops.impl.transforms.pairwise.arithmetic.bp.DivBpOp;
import org.nd4j.linalg.api.ops.impl.transforms.pairwise.arithmetic.bp.RDivBpOp;
import org.nd4j.linalg.api.shape.Shape;
import org.nd4j.linalg.factory.Nd4j;

/**
 * A gate defined by an expression: the combine weights as a function of the logits {@code z = x W},
 * differentiated by SameDiff. Use it to try out gates. The graph is rebuilt in double precision in
 * every pass, which takes milliseconds per layer at any size.
 *
 * <p>A weight of exactly 0 means that the token does not use the expert, and nothing is computed
 * for it. The expression never sees padding.
 */
public final class SameDiffGate implements Gate {
  private static final String LOGITS = "logits";

  private final RouterProjection projection;
  private final int experts;
  private final Expression expression;

  /** Creates a gate whose only parameter is W [d, E], named {@code weight} in the spec's scope. */
  public SameDiffGate(GateSpec spec, Expression expression) {
    this.projection = new RouterProjection(spec.scope(), spec.width(), spec.experts());
    this.experts = spec.experts();
    this.expression = expression;
  }

  /**
   * Returns the softmax of each row, for any logits. Use it instead of {@code nn().softmax} of ND4J
   * 1.0.0-M2.1, which gives NaN if all logits of a row are far below 0.
   */
  public static SDVariable softmax(SDVariable logits) {
    SDVariable shifted = logits.sub(logits.max(true, 1));
    return logits.getSameDiff().nn().softmax(shifted, 1);
  }

  /** The formulas of a gate. */
  @FunctionalInterface
  public interface Expression {

    /**
     * Returns the combine weights.
     *
     * @param logits z [S, E] in double, without rows of padding
     * @param context step, phase, temperature, and whether it is a training pass
     * @return [S, E], finite and at least 0
     */
    SDVariable weights(SDVariable logits, StepContext context);

    /**
     * Returns the auxiliary loss, coefficient included, or null for none. {@link #losses} names it.
     *
     * @param weights the result of {@link #weights}
     * @return a scalar
     */
    default @Nullable SDVariable auxLoss(
        SDVariable logits, SDVariable weights, StepContext context) {
      return null;
    }

    /** Returns the coefficients of the auxiliary loss by name; see {@link Gate#losses}. */
    default Map<String, Double> losses() {
      return Map.of();
    }
  }

  @Override
  public Map<String, Double> losses() {
    return expression.losses();
  }

  @Override
  public List<Parameter> parameters() {
    return List.of(projection.weight());
  }

  @Override
  public Routed route(INDArray tokens, Pass pass) {
    TokenMatrix z = projection.forward(tokens);
    int[] real = pass.tokens().realRows();
    Routing.Builder routing = new Routing.Builder(z.tokens(), experts);
    if (real.length == 0) {
      return new Routed(routing.build(), 0, gradient -> null);
    }
    Graph graph = new Graph(z.rows(real), pass.step());
    Routing built = assign(graph.weights, real, routing);
    return new Routed(
        built,
        graph.auxLoss,
        gradient -> {
          TokenMatrix dWeights = TokenMatrix.ofWeights(built, gradient).rows(real);
          TokenMatrix dz = spread(graph.logitGradient(dWeights), real, z.tokens());
          return projection.backward(tokens, dz);
        });
  }

  private Routing assign(TokenMatrix weights, int[] real, Routing.Builder routing) {
    for (int i = 0; i < real.length; i++) {
      for (int e = 0; e < experts; e++) {
        if (weights.get(i, e) != 0) {
          routing.assign(real[i], e, weights.get(i, e));
        }
      }
    }
    return routing.build();
  }

  private TokenMatrix spread(TokenMatrix gathered, int[] real, int tokens) {
    TokenMatrix every = new TokenMatrix(tokens, experts);
    for (int i = 0; i < real.length; i++) {
      for (int e = 0; e < experts; e++) {
        every.set(real[i], e, gathered.get(i, e));
      }
    }
    return every;
  }

  /** One pass of the expression. Its arrays live outside workspaces. */
  private final class Graph {
    private final ExpressionGraph graph;
    private final SDVariable weightsVariable;
    private final @Nullable SDVariable auxLossVariable;
    private final TokenMatrix weights;
    private final double auxLoss;

    Graph(TokenMatrix logits, StepContext context) {
      try (MemoryWorkspace ignored = Nd4j.getMemoryManager().scopeOutOfWorkspaces()) {
        graph = new ExpressionGraph(LOGITS, logits.toArray(DataType.DOUBLE));
        weightsVariable = expression.weights(graph.input(), context);
        auxLossVariable = expression.auxLoss(graph.input(), weightsVariable, context);
        INDArray values = graph.value(weightsVariable);
        requireShape(values, logits.tokens());
        weights = TokenMatrix.of(values.castTo(DataType.DOUBLE));
        auxLoss = auxLossVariable == null ? 0 : graph.value(auxLossVariable).getDouble(0);
      }
    }

    private void requireShape(INDArray values, int tokens) {
      if (values.rank() != 2 || values.size(0) != tokens || values.size(1) != experts) {
        throw new IllegalArgumentException(
            "weights must have the shape [%d, %d] of the logits, had %s"
                .formatted(tokens, experts, java.util.Arrays.toString(values.shape())));
      }
    }

    TokenMatrix logitGradient(TokenMatrix dWeights) {
      try (MemoryWorkspace ignored = Nd4j.getMemoryManager().scopeOutOfWorkspaces()) {
        graph.seed(weightsVariable, dWeights.toArray(weightsVariable.dataType()));
        if (auxLossVariable != null) {
          graph.seed(auxLossVariable, Nd4j.onesLike(graph.value(auxLossVariable)));
        }
        INDArray gradient = graph.gradient();
        return gradient == null
            ? new TokenMatrix(dWeights.tokens(), experts)
            : TokenMatrix.of(gradient);
      }
    }
  }

  /**
   * A SameDiff graph that works around three problems of ND4J 1.0.0-M2.1. Differentiation does not
   * print a line for each operation, reductions of a row or column along its axis of length 1 work,
   * and a row that is divided by a number has the right gradient.
   */
  static final class ExpressionGraph {
    private final SameDiff graph = SameDiff.create();
    private final SDVariable input;

    /** Creates a graph with one variable of the given value. */
    ExpressionGraph(String name, INDArray value) {
      this.input = graph.var(name, value);
    }

    SDVariable input() {
      return input;
    }

    /** Returns the value of a variable. */
    INDArray value(SDVariable variable) {
      graph.getSessions().put(Thread.currentThread().getId(), new Session(graph));
      return variable.eval();
    }

    /** Starts a backward pass with the gradient of a result. Call it before {@link #gradient}. */
    void seed(SDVariable result, INDArray gradient) {
      graph.setGradientForVariableName(result.name(), graph.constant(gradient));
    }

    /** Returns the gradient of the input, or null if no result depends on it. */
    @Nullable INDArray gradient() {
      DifferentialFunction[] written = graph.ops();
      Set<String> dependent = dependent(written);
      for (int i = written.length - 1; i >= 0; i--) {
        List<SDVariable> outputs = List.of(graph.getOutputVariablesForOp(written[i]));
        if (outputs.stream().anyMatch(v -> dependent.contains(v.name()) && v.hasGradient())) {
          written[i].diff(outputs.stream().map(this::gradientOf).collect(Collectors.toList()));
        }
      }
      return input.hasGradient() ? value(input.gradient()) : null;
    }

    private @Nullable SDVariable gradientOf(SDVariable output) {
      if (output.hasGradient()) {
        return output.gradient();
      }
      return output.dataType().isFPType() ? graph.zerosLike(output) : null;
    }

    /**
     * Returns the names of the variables that depend on the input. Integer variables are left out.
     */
    private Set<String> dependent(DifferentialFunction[] written) {
      Set<String> names = new HashSet<>(Set.of(input.name()));
      for (DifferentialFunction operation : written) {
        if (Stream.of(graph.getInputVariablesForOp(operation))
            .anyMatch(v -> names.contains(v.name()))) {
          Stream.of(graph.getOutputVariablesForOp(operation))
              .filter(v -> v.dataType().isFPType())
              .forEach(v -> names.add(v.name()));
        }
      }
      return names;
    }

    /** Handles a row or column that keeps its length as an array of three axes. */
    private static final class Session extends InferenceSession {
      Session(SameDiff graph) {
        super(graph);
      }

      @Override
      public ExecutionResult doExec(
          DifferentialFunction operation,
          OpContext context,
          FrameIter frame,
          Set<VarId> inputs,
          Set<VarId> allInputs,
          Set<String> constants,
          Map<String, SDValue> others) {
        boolean reversed = operation instanceof RDivBpOp;
        if ((reversed || operation instanceof DivBpOp) && hasNumber(context)) {
          differentiateQuotient(context, reversed);
          return ExecutionResult.createFrom(operation, context);
        }
        if (!(operation instanceof BaseReduceOp reduction) || !keepsLength(context)) {
          return super.doExec(operation, context, frame, inputs, allInputs, constants, others);
        }
        INDArray x = context.getInputArray(0);
        INDArray z = context.getOutputArray(0);
        reduction.setDimensions(
            Shape.normalizeAxis(x.rank(), reduction.dimensions().toIntVector()));
        context.setInputArray(0, withAxis(x));
        context.setOutputArray(0, withAxis(z));
        Nd4j.exec((Op) reduction, context);
        context.setInputArray(0, x);
        context.setOutputArray(0, z);
        return ExecutionResult.createFrom(operation, context);
      }

      private static boolean hasNumber(OpContext context) {
        return context.getInputArray(1).length() == 1 && context.getInputArray(0).length() > 1;
      }

      /**
       * With one number y: z = x / y has dx = dz / y and dy = -sum(x dz) / y^2; z = y / x has dx =
       * -y dz / x^2 and dy = sum(dz / x).
       */
      private static void differentiateQuotient(OpContext context, boolean reversed) {
        INDArray x = context.getInputArray(0);
        double y = context.getInputArray(1).getDouble(0);
        INDArray dz = context.getInputArray(2);
        INDArray dx = reversed ? dz.mul(-y).divi(x.mul(x)) : dz.div(y);
        double dy =
            reversed
                ? dz.div(x).sumNumber().doubleValue()
                : -x.mul(dz).sumNumber().doubleValue() / (y * y);
        context.getOutputArray(0).assign(dx);
        context.getOutputArray(1).assign(dy);
      }

      private static boolean keepsLength(OpContext context) {
        INDArray x = context.getInputArray(0);
        long length = context.getOutputArray(0).length();
        return x.rank() == 2 && x.isVector() && x.length() == length && length > 1;
      }

      private static INDArray withAxis(INDArray array) {
        long[] shape = Arrays.copyOf(array.shape(), array.rank() + 1);
        shape[array.rank()] = 1;
        return array.reshape(array.ordering(), true, shape);
      }
    }
  }
}
