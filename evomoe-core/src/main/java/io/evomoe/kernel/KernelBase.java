package io.evomoe.kernel;

import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** Base of the kernels of a provider: names, new arrays, and what needs no arithmetic. */
public abstract class KernelBase implements Kernels {
  private final String name;
  private final DataType dataType;

  /**
   * Creates the base.
   *
   * @param name name of the provider
   * @param dataType type of every floating-point array
   */
  protected KernelBase(String name, DataType dataType) {
    this.name = name;
    this.dataType = dataType;
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public DataType dataType() {
    return dataType;
  }

  @Override
  public INDArray multiply(INDArray a, boolean transposeA, INDArray b, boolean transposeB) {
    INDArray c = array(a.size(transposeA ? 1 : 0), b.size(transposeB ? 0 : 1));
    multiplyInto(a, transposeA, b, transposeB, new Accumulator(c, 0));
    return c;
  }

  @Override
  public void multiplyInto(
      INDArray a, boolean transposeA, INDArray b, boolean transposeB, Accumulator into) {
    if (a.isEmpty() || b.isEmpty()) {
      begin(into);
    } else {
      addProduct(a, transposeA, b, transposeB, into);
    }
  }

  /** Does {@link #multiplyInto} for matrices that are not empty. */
  protected abstract void addProduct(
      INDArray a, boolean transposeA, INDArray b, boolean transposeB, Accumulator into);

  @Override
  public void columnSumsInto(INDArray x, Accumulator into) {
    if (x.isEmpty()) {
      begin(into);
    } else {
      addColumnSums(x, into);
    }
  }

  /** Does {@link #columnSumsInto} for a matrix that is not empty. */
  protected abstract void addColumnSums(INDArray x, Accumulator into);

  @Override
  public double crossEntropy(INDArray logits, int[] targets, double smoothing, boolean gradient) {
    long classes = logits.size(1);
    for (int target : targets) {
      if (target >= classes) {
        throw new IllegalArgumentException(
            "target must be below " + classes + " (classes), was " + target);
      }
    }
    return meanLoss(logits, targets, new LabelSmoothing(smoothing, classes), gradient);
  }

  /** Does {@link #crossEntropy} for targets that are classes or negative. */
  protected abstract double meanLoss(
      INDArray logits, int[] targets, LabelSmoothing smoothing, boolean gradient);

  /** Clears the target of a first contribution, whatever its content is. */
  protected void begin(Accumulator into) {
    if (into.beta() == 0) {
      clear(into.array());
    }
  }

  /** Returns an uninitialized array in the current workspace. */
  protected INDArray array(long... shape) {
    return Nd4j.createUninitialized(dataType, shape);
  }

  /** Returns an uninitialized array of the same shape. */
  protected INDArray like(INDArray x) {
    return array(x.shape());
  }
}
