package io.evomoe.kernel.internal.nd4j;

import io.evomoe.kernel.Accumulator;
import io.evomoe.kernel.ActivationFunction;
import io.evomoe.kernel.AdamWStep;
import io.evomoe.kernel.AttentionMask;
import io.evomoe.kernel.AttentionShape;
import io.evomoe.kernel.FeedForwardGradients.MapGradients;
import io.evomoe.kernel.FeedForwardNets.GroupedMap;
import io.evomoe.kernel.Kernels;
import io.evomoe.kernel.LabelSmoothing;
import io.evomoe.kernel.RoutedRows;
import io.evomoe.kernel.RowGroups;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * Kernels made only of ND4J operations.
 *
 * <p>They run on any ND4J backend, including the GPU one, and in double precision. So they are the
 * reference for faster providers and the basis of gradient checks. ND4J rejects arithmetic on
 * arrays without rows, which experts without tokens produce, so kernels pass those through.
 */
public final class Nd4jKernels implements Kernels {
  static final String NAME = "nd4j";

  private final DataType dataType;

  /**
   * Creates kernels for one type.
   *
   * @param dataType FLOAT or DOUBLE
   * @throws IllegalArgumentException if the type is another one
   */
  public Nd4jKernels(DataType dataType) {
    if (dataType != DataType.FLOAT && dataType != DataType.DOUBLE) {
      throw new IllegalArgumentException("data type must be FLOAT or DOUBLE, was " + dataType);
    }
    this.dataType = dataType;
  }

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public DataType dataType() {
    return dataType;
  }

  @Override
  public INDArray linear(INDArray x, INDArray weight, @Nullable INDArray bias) {
    INDArray y = Products.multiply(x, false, weight, false);
    return bias == null || y.isEmpty() ? y : y.addiRowVector(bias);
  }

  @Override
  public INDArray multiply(INDArray a, boolean transposeA, INDArray b, boolean transposeB) {
    return Products.multiply(a, transposeA, b, transposeB);
  }

  @Override
  public void multiplyInto(
      INDArray a, boolean transposeA, INDArray b, boolean transposeB, Accumulator into) {
    Products.multiplyInto(a, transposeA, b, transposeB, into);
  }

  @Override
  public void columnSumsInto(INDArray x, Accumulator into) {
    Sums.ofColumns(x, into);
  }

  @Override
  public INDArray groupedLinear(INDArray x, RowGroups groups, GroupedMap map) {
    return GroupedProducts.linear(x, groups, map);
  }

  @Override
  public INDArray groupedInputGradient(INDArray dy, RowGroups groups, List<INDArray> weights) {
    return GroupedProducts.inputGradient(dy, groups, weights);
  }

  @Override
  public void groupParameterGradients(
      INDArray x, INDArray dy, RowGroups groups, int group, MapGradients into) {
    INDArray inputs = groups.inputsOf(x, group);
    INDArray gradients = groups.outputsOf(dy, group);
    Products.multiplyInto(inputs, true, gradients, false, into.weight());
    Accumulator bias = into.bias();
    if (bias != null) {
      columnSumsInto(gradients, bias);
    }
  }

  @Override
  public INDArray activation(ActivationFunction activation, INDArray x) {
    return x.isEmpty() ? x : Activations.apply(activation, x);
  }

  @Override
  public INDArray activationGradient(ActivationFunction activation, INDArray x, INDArray dy) {
    return x.isEmpty() ? x : Activations.derivative(activation, x).muli(dy);
  }

  @Override
  public INDArray gatedActivation(ActivationFunction activation, INDArray x, INDArray up) {
    return x.isEmpty() ? x : Activations.apply(activation, x).muli(up);
  }

  @Override
  public INDArray gatedActivationGradient(
      ActivationFunction activation, INDArray x, INDArray up, INDArray dy, INDArray dUp) {
    if (x.isEmpty()) {
      return x;
    }
    dUp.assign(Activations.apply(activation, x).muli(dy));
    return Activations.derivative(activation, x).muli(up).muli(dy);
  }

  @Override
  public Normalized layerNorm(INDArray x, INDArray gain, INDArray shift, double epsilon) {
    return LayerNormalization.forward(x, gain, shift, epsilon);
  }

  @Override
  public INDArray layerNormGradient(
      INDArray x,
      Normalized forward,
      INDArray gain,
      double epsilon,
      INDArray dy,
      Accumulator gainGradient,
      Accumulator shiftGradient) {
    INDArray deviation = LayerNormalization.inverseDeviation(forward.variance(), epsilon);
    INDArray standard = LayerNormalization.standardize(x, forward.mean(), deviation);
    columnSumsInto(dy.mul(standard), gainGradient);
    columnSumsInto(dy, shiftGradient);
    return LayerNormalization.inputGradient(standard, deviation, dy.mulRowVector(gain));
  }

  @Override
  public RmsNormalized rmsNorm(INDArray x, INDArray gain, double epsilon) {
    return RootMeanSquare.forward(x, gain, epsilon);
  }

  @Override
  public INDArray rmsNormGradient(
      INDArray x,
      RmsNormalized forward,
      INDArray gain,
      double epsilon,
      INDArray dy,
      Accumulator gainGradient) {
    INDArray inverse = LayerNormalization.inverseDeviation(forward.meanSquare(), epsilon);
    INDArray standard = x.mulColumnVector(inverse);
    columnSumsInto(dy.mul(standard), gainGradient);
    return RootMeanSquare.inputGradient(standard, inverse, dy.mulRowVector(gain));
  }

  @Override
  public void rotate(INDArray x, INDArray cosines, INDArray sines, int[] positions, boolean back) {
    Rotation.rotate(x, Rows.gather(cosines, positions), Rows.gather(sines, positions), back);
  }

  @Override
  public Attended attention(
      INDArray q, INDArray k, INDArray v, AttentionShape shape, AttentionMask mask) {
    return new HeadAttention(shape).forward(q, k, v, mask);
  }

  @Override
  public double crossEntropy(INDArray logits, int[] targets, double smoothing, boolean gradient) {
    LabelSmoothing smoothed = new LabelSmoothing(smoothing, logits.size(1));
    return CrossEntropy.overwrite(logits, targets, smoothed, gradient);
  }

  @Override
  public INDArray gatherRows(INDArray x, int[] rows) {
    return Rows.gather(x, rows);
  }

  @Override
  public void scatterRowsInto(INDArray x, int[] rows, Accumulator into) {
    Sums.scale(into);
    Rows.scatter(x, rows, into.array());
  }

  @Override
  public INDArray combineRows(INDArray x, int[] rows, double[] weights, int n) {
    INDArray combined = Rows.zeros(dataType, n, x.columns());
    if (rows.length > 0) {
      Rows.scatter(x.mulColumnVector(Rows.vector(dataType, weights)), rows, combined);
    }
    return combined;
  }

  @Override
  public INDArray spreadRows(INDArray dy, int[] rows, double[] weights) {
    INDArray spread = Rows.gather(dy, rows);
    return rows.length == 0 ? spread : spread.muliColumnVector(Rows.vector(dataType, weights));
  }

  @Override
  public INDArray rowDots(INDArray x, INDArray y, int[] rows) {
    return rows.length == 0
        ? Nd4j.createUninitialized(dataType, 0)
        : Rows.gather(y, rows).muli(x).sum(1);
  }

  @Override
  public INDArray place(INDArray values, RoutedRows rows) {
    return Rows.place(values, rows);
  }

  @Override
  public INDArray softmax(INDArray x) {
    return x.isEmpty() ? x : SoftmaxRows.of(x);
  }

  @Override
  public INDArray rowsWhere(INDArray x, INDArray beside) {
    return x.isEmpty() ? x : Rows.where(x, beside);
  }

  @Override
  public INDArray softmaxGradient(INDArray y, INDArray dy) {
    return y.isEmpty() ? y : SoftmaxRows.gradient(y, dy);
  }

  @Override
  public INDArray add(INDArray a, INDArray b) {
    return a.isEmpty() ? a : a.add(b);
  }

  @Override
  public void addInto(INDArray a, INDArray b) {
    if (!a.isEmpty()) {
      a.addi(b);
    }
  }

  @Override
  public INDArray dropout(INDArray x, double rate, long seed) {
    return x.isEmpty() ? x : Dropout.mask(dataType, x.shape(), rate, seed).muli(x);
  }

  @Override
  public double sumOfSquares(INDArray x) {
    return Sums.ofSquares(x);
  }

  @Override
  public void adamW(
      INDArray value, INDArray gradient, INDArray moment1, INDArray moment2, AdamWStep step) {
    AdamW.update(value, gradient, moment1, moment2, step);
  }
}
