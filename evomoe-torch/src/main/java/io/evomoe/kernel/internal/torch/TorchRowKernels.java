package io.evomoe.kernel.internal.torch;

import io.evomoe.kernel.Accumulator;
import io.evomoe.kernel.KernelBase;
import io.evomoe.kernel.RoutedRows;
import java.util.Arrays;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.ScalarTypeOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Moves of rows by index, softmax, and operations on whole arrays, in pieces on all threads. Rows
 * with one destination are added in their order.
 */
abstract class TorchRowKernels extends KernelBase {
  private static final long[] ALL = {0};
  private static final long[] COLUMNS = {1};

  TorchRowKernels(DataType dataType) {
    super(TorchKernelProvider.NAME, dataType);
  }

  @Override
  public INDArray gatherRows(INDArray x, int[] rows) {
    requireRows(rows, x.size(0));
    INDArray y = array(rows.length, x.size(1));
    if (!y.isEmpty()) {
      Work.each(
          rows.length,
          x.size(1),
          (tensors, from, count) ->
              torch.index_select_out(
                  tensors.rows(y, from, count),
                  tensors.of(x),
                  0,
                  some(tensors, rows, from, count)));
    }
    return y;
  }

  @Override
  public void scatterRowsInto(INDArray x, int[] rows, Accumulator into) {
    requireRows(rows, into.array().size(0));
    begin(into);
    Work.unlessEmpty(x, all -> all.of(into.array()).index_add_(0, all.of(rows), all.of(x)));
  }

  @Override
  public INDArray combineRows(INDArray x, int[] rows, double[] weights, int n) {
    requireRows(rows, n);
    INDArray y = zeros(n, x.size(1));
    Work.unlessEmpty(
        x,
        tensors -> {
          Tensor factors = tensors.of(weights, x.dataType()).unsqueeze(1);
          tensors.of(y).index_add_(0, tensors.of(rows), tensors.of(x).mul(factors));
        });
    return y;
  }

  @Override
  public INDArray spreadRows(INDArray dy, int[] rows, double[] weights) {
    INDArray dx = gatherRows(dy, rows);
    if (!dx.isEmpty()) {
      Work.each(
          rows.length,
          dx.size(1),
          (tensors, from, count) -> {
            double[] own = Arrays.copyOfRange(weights, from, from + count);
            tensors.rows(dx, from, count).mul_(tensors.of(own, dx.dataType()).unsqueeze(1));
          });
    }
    return dx;
  }

  @Override
  public INDArray rowDots(INDArray x, INDArray y, int[] rows) {
    requireRows(rows, y.size(0));
    INDArray dots = array(rows.length);
    Work.each(
        rows.length,
        x.size(1),
        (tensors, from, count) -> {
          Tensor picked = tensors.of(y).index_select(0, some(tensors, rows, from, count));
          Tensor products = picked.mul_(tensors.rows(x, from, count));
          ScalarTypeOptional exact = new ScalarTypeOptional(ScalarType.Double);
          tensors.flat(dots, from, count).copy_(products.sum(COLUMNS, false, exact));
        });
    return dots;
  }

  private static Tensor some(Tensors tensors, int[] rows, int from, int count) {
    return tensors.of(Arrays.copyOfRange(rows, from, from + count));
  }

  @Override
  public INDArray place(INDArray values, RoutedRows rows) {
    requireRows(rows.rows(), rows.n());
    INDArray placed = zeros(rows.n(), rows.groups());
    long[] places = IntStream.of(rows.places()).asLongStream().toArray();
    Work.unlessEmpty(
        values, all -> all.flat(placed).index_copy_(0, all.of(places), all.flat(values)));
    return placed;
  }

  @Override
  public INDArray softmax(INDArray x) {
    INDArray y = like(x);
    Work.rows(t -> torch.softmax_out(t[1], t[0], 1), x, y);
    return y;
  }

  @Override
  public INDArray softmaxGradient(INDArray y, INDArray dy) {
    INDArray dx = like(y);
    Work.rows(
        t -> {
          Tensor mean = t[0].mul(t[1]).sum(COLUMNS, true, new ScalarTypeOptional());
          torch.sub_out(t[2], t[1], mean).mul_(t[0]);
        },
        y,
        dy,
        dx);
    return dx;
  }

  @Override
  public void clear(INDArray x) {
    Work.flat(t -> t[0].zero_(), x);
  }

  @Override
  public void copyInto(INDArray x, INDArray into) {
    Work.unlessEmpty(x, tensors -> tensors.of(into).copy_(tensors.of(x)));
  }

  @Override
  public void scale(INDArray x, double factor) {
    Scalar by = new Scalar(factor);
    Work.flat(t -> t[0].mul_(by), x);
  }

  @Override
  public INDArray times(INDArray a, INDArray b) {
    INDArray product = like(a);
    Work.flat(t -> torch.mul_out(t[2], t[0], t[1]), a, b, product);
    return product;
  }

  @Override
  public INDArray add(INDArray a, INDArray b) {
    INDArray sum = like(a);
    Work.flat(t -> torch.add_out(t[2], t[0], t[1]), a, b, sum);
    return sum;
  }

  @Override
  public void addInto(INDArray a, INDArray b) {
    Work.flat(t -> t[0].add_(t[1]), a, b);
  }

  @Override
  public INDArray dropout(INDArray x, double rate, long seed) {
    INDArray y = like(x);
    Place.current().dropout(x, rate, seed, y);
    return y;
  }

  @Override
  public double sumOfSquares(INDArray x) {
    int grain = Work.grain(1);
    double[] squares = new double[Math.toIntExact(x.length() / grain + 1)];
    Work.each(
        x.length(),
        1,
        (tensors, from, count) -> {
          double norm = norm(tensors.flat(x, from, count)).item_double();
          squares[from / grain] = norm * norm;
        });
    return DoubleStream.of(squares).sum();
  }

  /** Multiplies by 1 if everything is finite, else by NaN, without a branch. */
  @Override
  public void spoilUnlessFinite(INDArray x) {
    Work.unlessEmpty(
        x,
        tensors -> {
          Tensor all = tensors.flat(x);
          Tensor norm = norm(all);
          Tensor square = norm.mul_(norm).toType(all.scalar_type());
          all.mul_(square.mul_(new Scalar(0.0)).add_(new Scalar(1.0)));
        });
  }

  private static Tensor norm(Tensor x) {
    ScalarTypeOptional exact = new ScalarTypeOptional(ScalarType.Double);
    return torch.linalg_vector_norm(x, new Scalar(2.0), ALL, false, exact);
  }
}
