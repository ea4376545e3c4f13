package io.evomoe.kernel;

import io.evomoe.random.CounterRandom;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

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

  /** Returns an uninitialized array, from {@link RepeatedArrays#create}. */
  protected INDArray array(long... shape) {
    return RepeatedArrays.create(dataType, shape);
  }

  /** Returns an uninitialized array of the same shape. */
  protected INDArray like(INDArray x) {
    return array(x.shape());
  }

  /** Rejects a row outside [0, bound), before it is used to access memory. */
  protected static void requireRows(int[] rows, long bound) {
    for (int row : rows) {
      if (row < 0 || row >= bound) {
        throw new IllegalArgumentException("row must be in [0, " + bound + "), was " + row);
      }
    }
  }

  /**
   * The target distribution of a smoothed cross-entropy (Szegedy et al. 2016, section 7). The
   * target class has {@code 1 - share + share / classes}, every other class {@code share /
   * classes}.
   *
   * @param share in [0, 1); 0 is the plain cross-entropy
   * @param classes number of classes, at least 1
   */
  public record LabelSmoothing(double share, long classes) {

    /** Rejects a share out of bounds. */
    public LabelSmoothing {
      if (!(share >= 0 && share < 1)) {
        throw new IllegalArgumentException("label smoothing must be in [0, 1), was " + share);
      }
    }

    /** Returns whether there is no smoothing. */
    public boolean isNone() {
      return share == 0;
    }

    /** Returns the probability that every class has. */
    public double everyClass() {
      return share / classes;
    }

    /** Returns the additional probability of the target class. */
    public double target() {
      return 1 - share;
    }
  }

  /**
   * The inverted dropout mask of every provider. Element i is kept if {@code new
   * CounterRandom(seed).uniform(i) >= rate}. Its factor is then {@code 1 / (1 - rate)}, otherwise
   * 0.
   */
  public static final class DropoutMask {
    private final CounterRandom random;
    private final double rate;
    private final double kept;

    /**
     * Creates the mask of one call.
     *
     * @param rate probability of dropping an element, in [0, 1)
     * @param seed seed of the call; the backward pass uses the same
     * @throws IllegalArgumentException if the rate is outside [0, 1)
     */
    public DropoutMask(double rate, long seed) {
      if (!(rate >= 0 && rate < 1)) {
        throw new IllegalArgumentException("dropout rate must be in [0, 1), was " + rate);
      }
      this.random = new CounterRandom(seed);
      this.rate = rate;
      this.kept = 1 / (1 - rate);
    }

    /** Returns the factor of element {@code position}. */
    public double factor(long position) {
      return random.uniform(position) >= rate ? kept : 0;
    }

    /**
     * Fills {@code factors} with the factors of elements {@code first}, {@code first + 1} and so
     * on.
     */
    public void fill(double[] factors, long first) {
      for (int i = 0; i < factors.length; i++) {
        factors[i] = factor(first + i);
      }
    }
  }
}
