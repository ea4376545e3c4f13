package io.evomoe.kernel.internal.nd4j;

import io.evomoe.kernel.Accumulator;
import io.evomoe.kernel.AdamWUpdate;
import io.evomoe.kernel.KernelBase;
import io.evomoe.kernel.KernelBase.DropoutMask;
import io.evomoe.kernel.RoutedRows;
import java.util.List;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.api.ops.DynamicCustomOp;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.factory.ops.NDBase;
import org.nd4j.linalg.ops.transforms.Transforms;

/** Moves of rows by index, softmax, and operations on whole arrays. */
abstract class Nd4jRowKernels extends KernelBase {
  Nd4jRowKernels(DataType dataType) {
    super(Nd4jKernels.NAME, dataType);
  }

  @Override
  public INDArray gatherRows(INDArray x, int[] rows) {
    return gather(x, rows);
  }

  static INDArray gather(INDArray x, int[] rows) {
    if (rows.length == 0) {
      return Nd4j.createUninitialized(x.dataType(), 0, x.columns());
    }
    requireRows(rows, x.rows());
    return new NDBase().gather(x, Nd4j.createFromArray(rows), 0);
  }

  @Override
  public void scatterRowsInto(INDArray x, int[] rows, Accumulator into) {
    begin(into);
    scatter(x, rows, into.array());
  }

  /** Adds row i of x to row {@code rows[i]} of a matrix. */
  static void scatter(INDArray x, int[] rows, INDArray into) {
    if (rows.length > 0) {
      requireRows(rows, into.rows());
      scatter("scatter_add", into, Nd4j.createFromArray(rows), x);
    }
  }

  /** Scatters with a lock, so that values for the same position are added in their order. */
  static void scatter(String operation, INDArray into, INDArray positions, INDArray values) {
    Nd4j.exec(
        DynamicCustomOp.builder(operation)
            .addInputs(into, positions, values)
            .addOutputs(into)
            .addBooleanArguments(true)
            .build());
  }

  @Override
  public INDArray combineRows(INDArray x, int[] rows, double[] weights, int n) {
    INDArray combined = zeros(n, x.columns());
    if (rows.length > 0) {
      scatter(x.mulColumnVector(write(weights, weights.length)), rows, combined);
    }
    return combined;
  }

  @Override
  public INDArray spreadRows(INDArray dy, int[] rows, double[] weights) {
    INDArray spread = gather(dy, rows);
    return rows.length == 0 ? spread : spread.muliColumnVector(write(weights, weights.length));
  }

  @Override
  public INDArray rowDots(INDArray x, INDArray y, int[] rows) {
    return rows.length == 0 ? array(0) : gather(y, rows).muli(x).sum(1);
  }

  @Override
  public INDArray place(INDArray values, RoutedRows rows) {
    INDArray placed = zeros(rows.n(), rows.groups());
    if (rows.length() > 0) {
      requireRows(rows.rows(), rows.n());
      INDArray flat = placed.reshape(placed.length());
      scatter("scatter_add", flat, Nd4j.createFromArray(rows.places()), values);
    }
    return placed;
  }

  /** Computes the softmax. ND4J's own gives NaN if all of a row are far below 0. */
  @Override
  public INDArray softmax(INDArray x) {
    if (x.isEmpty()) {
      return x;
    }
    INDArray p = Transforms.exp(x.subColumnVector(x.max(1)), false);
    return p.diviColumnVector(p.sum(1));
  }

  @Override
  public INDArray softmaxGradient(INDArray y, INDArray dy) {
    return y.isEmpty() ? y : dy.subColumnVector(dy.mul(y).sum(1)).muli(y);
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

  /** Applies masks that are computed on the host like in every provider. */
  @Override
  public INDArray dropout(INDArray x, double rate, long seed) {
    DropoutMask mask = new DropoutMask(rate, seed);
    if (x.isEmpty()) {
      return x;
    }
    double[] factors = new double[Math.toIntExact(x.length())];
    mask.fill(factors, 0);
    return write(factors, x.shape()).muli(x);
  }

  @Override
  protected void addColumnSums(INDArray x, Accumulator into) {
    begin(into);
    into.array().addi(x.sum(0));
  }

  /**
   * Sums rows in the array's type and the row sums in double, because a float total loses digits.
   */
  @Override
  public double sumOfSquares(INDArray x) {
    if (x.isEmpty()) {
      return 0;
    }
    INDArray squares = x.mul(x);
    INDArray sums = x.rank() < 2 ? squares : squares.sum(x.rank() - 1);
    return sums.castTo(DataType.DOUBLE).sumNumber().doubleValue();
  }

  /** As PyTorch: decay first, then {@code lr (m / c1) / (sqrt(v / c2) + epsilon)}. */
  @Override
  public void adamW(List<AdamWUpdate> updates) {
    for (AdamWUpdate update : updates) {
      AdamWUpdate.Step step = update.step();
      INDArray moment1 = update.moment1();
      INDArray moment2 = update.moment2();
      INDArray g = update.gradient().mul(step.gradientScale());
      moment1.muli(step.beta1()).addi(g.mul(1 - step.beta1()));
      moment2.muli(step.beta2()).addi(g.muli(g).muli(1 - step.beta2()));
      INDArray root = Transforms.sqrt(moment2.div(step.correction2()), false);
      INDArray change = moment1.mul(step.learningRate() / step.correction1());
      update.value().muli(1 - step.learningRate() * step.weightDecay());
      update.value().subi(change.divi(root.addi(step.epsilon())));
    }
  }
}
