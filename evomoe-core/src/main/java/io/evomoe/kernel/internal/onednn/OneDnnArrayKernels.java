package io.evomoe.kernel.internal.onednn;

import io.evomoe.internal.threads.Parallel;
import io.evomoe.kernel.Accumulator;
import io.evomoe.kernel.AdamWUpdate;
import io.evomoe.kernel.KernelBase;
import io.evomoe.kernel.KernelBase.DropoutMask;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.api.shape.Shape;

/**
 * One-pass loops over whole arrays: sums, AdamW, dropout, and transfers from and to the host. Most
 * are Java loops. Their elements are staged through heap arrays, because the JIT compiles loops
 * over these to vector code.
 */
abstract class OneDnnArrayKernels extends KernelBase {
  /** Elements staged at a time: four arrays of it stay in the first-level cache. */
  static final int BLOCK = 2048;

  private static final int GRAIN = 32 * BLOCK;

  final PrimitiveCache cache = new PrimitiveCache();
  final ElementWise elementWise = new ElementWise(cache, DataType.FLOAT);

  OneDnnArrayKernels() {
    super(OneDnnKernelProvider.NAME, DataType.FLOAT);
  }

  @Override
  protected void begin(Accumulator into) {
    if (into.beta() == 0 && !into.array().isEmpty()) {
      clearDense(into.array());
    }
  }

  static void clearDense(INDArray array) {
    Pieces.ofElements(
        array.length(), (i, n) -> Address.clear(Address.of(array) + i, n * Float.BYTES));
  }

  @Override
  public INDArray add(INDArray a, INDArray b) {
    INDArray sum = like(a);
    addTo(sum, a, b);
    return sum;
  }

  @Override
  public void addInto(INDArray a, INDArray b) {
    addTo(a, a, b);
  }

  private void addTo(INDArray sum, INDArray a, INDArray b) {
    Pieces.ofElements(
        a.length(),
        (i, n) -> elementWise.add(Address.of(a) + i, Address.of(b) + i, Address.of(sum) + i, n));
  }

  @Override
  public double[] read(INDArray array) {
    double[] values = new double[Math.toIntExact(array.length())];
    boolean dense = array.ordering() == 'c' && Shape.hasDefaultStridesForShape(array);
    Floats from = Floats.of(dense ? array : array.dup('c'));
    eachBlock(
        values.length,
        (block, i, size) -> {
          from.get(i, block, size);
          for (int j = 0; j < size; j++) {
            values[i + j] = block[j];
          }
        });
    return values;
  }

  @Override
  public INDArray write(double[] values, long... shape) {
    INDArray array = array(shape);
    Floats to = Floats.of(array);
    eachBlock(
        values.length,
        (block, i, size) -> {
          for (int j = 0; j < size; j++) {
            block[j] = (float) values[i + j];
          }
          to.put(i, block, size);
        });
    return array;
  }

  @Override
  public INDArray dropout(INDArray x, double rate, long seed) {
    INDArray y = like(x);
    Floats from = Floats.of(x);
    Floats to = Floats.of(y);
    DropoutMask mask = new DropoutMask(rate, seed);
    eachBlock(
        Math.toIntExact(x.length()),
        (block, i, size) -> {
          from.get(i, block, size);
          for (int j = 0; j < size; j++) {
            block[j] *= (float) mask.factor(i + j);
          }
          to.put(i, block, size);
        });
    return y;
  }

  /** Processes [0, length) in blocks. A thread uses one array for all of its blocks. */
  private static void eachBlock(int length, BlockBody body) {
    Parallel.ranges(
        length,
        GRAIN,
        (first, last) -> {
          float[] block = new float[Math.min(BLOCK, last - first)];
          for (int i = first; i < last; i += BLOCK) {
            body.run(block, i, Math.min(BLOCK, last - i));
          }
        });
  }

  @Override
  public double sumOfSquares(INDArray x) {
    return sumOfSquares(List.of(x));
  }

  @Override
  public double sumOfSquares(List<INDArray> arrays) {
    List<Piece> pieces = pieces(arrays);
    double[] partial = new double[pieces.size()];
    List<Floats> buffers = arrays.stream().map(Floats::of).toList();
    Parallel.each(
        pieces.size(),
        p -> {
          Piece piece = pieces.get(p);
          Floats buffer = buffers.get(piece.array);
          float[] block = new float[BLOCK];
          for (int i = piece.from; i < piece.to; i += BLOCK) {
            int size = Math.min(BLOCK, piece.to - i);
            buffer.get(i, block, size);
            partial[p] += dot(block, block, size);
          }
        });
    return Arrays.stream(partial).sum();
  }

  @Override
  public void adamW(List<AdamWUpdate> updates) {
    List<Piece> pieces = pieces(updates.stream().map(AdamWUpdate::value).toList());
    List<AdamWLoop> loops = updates.stream().map(AdamWLoop::new).toList();
    Parallel.each(
        pieces.size(),
        p -> {
          Piece piece = pieces.get(p);
          loops.get(piece.array).update(piece.from, piece.to);
        });
  }

  /** Cuts arrays. The cuts depend only on their lengths, not on the number of threads. */
  private static List<Piece> pieces(List<INDArray> arrays) {
    List<Piece> pieces = new ArrayList<>();
    for (int a = 0; a < arrays.size(); a++) {
      int length = Math.toIntExact(arrays.get(a).length());
      for (int from = 0; from < length; from += GRAIN) {
        pieces.add(new Piece(a, from, Math.min(length, from + GRAIN)));
      }
    }
    return pieces;
  }

  /**
   * Returns the dot product of the first {@code size} elements: float32 products, partial sums
   * added in double. It uses eight running sums, because a single one would wait for itself.
   */
  static double dot(float[] a, float[] b, int size) {
    float s0 = 0;
    float s1 = 0;
    float s2 = 0;
    float s3 = 0;
    float s4 = 0;
    float s5 = 0;
    float s6 = 0;
    float s7 = 0;
    int j = 0;
    for (; j + 7 < size; j += 8) {
      s0 += a[j] * b[j];
      s1 += a[j + 1] * b[j + 1];
      s2 += a[j + 2] * b[j + 2];
      s3 += a[j + 3] * b[j + 3];
      s4 += a[j + 4] * b[j + 4];
      s5 += a[j + 5] * b[j + 5];
      s6 += a[j + 6] * b[j + 6];
      s7 += a[j + 7] * b[j + 7];
    }
    double sum = (double) s0 + s1 + s2 + s3 + s4 + s5 + s6 + s7;
    for (; j < size; j++) {
      sum += (double) a[j] * b[j];
    }
    return sum;
  }

  /** Processes elements [from, from + size), staged in the block. */
  @FunctionalInterface
  private interface BlockBody {
    void run(float[] block, int from, int size);
  }

  /** Elements [from, to) of an array in a list. */
  private record Piece(int array, int from, int to) {}

  /** AdamW on one parameter, with its constants in float. */
  private static final class AdamWLoop {
    private final Floats values;
    private final Floats gradients;
    private final Floats firsts;
    private final Floats seconds;
    private final float keep;
    private final float scale;
    private final float beta1;
    private final float oneMinusBeta1;
    private final float beta2;
    private final float oneMinusBeta2;
    private final float rate;
    private final float rootCorrection2;
    private final float epsilon;

    AdamWLoop(AdamWUpdate update) {
      values = Floats.of(update.value());
      gradients = Floats.of(update.gradient());
      firsts = Floats.of(update.moment1());
      seconds = Floats.of(update.moment2());
      AdamWUpdate.Step step = update.step();
      keep = (float) (1 - step.learningRate() * step.weightDecay());
      scale = (float) step.gradientScale();
      beta1 = (float) step.beta1();
      oneMinusBeta1 = (float) (1 - step.beta1());
      beta2 = (float) step.beta2();
      oneMinusBeta2 = (float) (1 - step.beta2());
      rate = (float) (step.learningRate() / step.correction1());
      rootCorrection2 = (float) (1 / Math.sqrt(step.correction2()));
      epsilon = (float) step.epsilon();
    }

    /** Updates elements [from, to). */
    void update(int from, int to) {
      float[] value = new float[BLOCK];
      float[] gradient = new float[BLOCK];
      float[] first = new float[BLOCK];
      float[] second = new float[BLOCK];
      for (int i = from; i < to; i += BLOCK) {
        int size = Math.min(BLOCK, to - i);
        values.get(i, value, size);
        gradients.get(i, gradient, size);
        firsts.get(i, first, size);
        seconds.get(i, second, size);
        update(value, gradient, first, second, size);
        values.put(i, value, size);
        firsts.put(i, first, size);
        seconds.put(i, second, size);
      }
    }

    private void update(float[] p, float[] g, float[] first, float[] second, int size) {
      for (int j = 0; j < size; j++) {
        float gradient = g[j] * scale;
        float m = first[j] * beta1 + oneMinusBeta1 * gradient;
        float v = second[j] * beta2 + oneMinusBeta2 * gradient * gradient;
        first[j] = m;
        second[j] = v;
        p[j] = p[j] * keep - rate * m / ((float) Math.sqrt(v) * rootCorrection2 + epsilon);
      }
    }
  }
}
