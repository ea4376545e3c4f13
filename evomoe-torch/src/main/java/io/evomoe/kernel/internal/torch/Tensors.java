package io.evomoe.kernel.internal.torch;

import java.lang.ref.Reference;
import java.util.ArrayList;
import java.util.List;
import org.bytedeco.javacpp.DoublePointer;
import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.javacpp.IntPointer;
import org.bytedeco.javacpp.LongPointer;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.InferenceMode;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptions;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * The tensors of one kernel call: views of arrays, which share their memory, and torch's
 * intermediate tensors. Closing it frees the latter at once. No ND4J array may be created while it
 * is open, because closing would free its native parts too.
 */
final class Tensors implements AutoCloseable {
  private final PointerScope scope = new PointerScope();
  private final InferenceMode mode = new InferenceMode(true);

  /** ND4J frees an array that nothing refers to, and a tensor refers to memory alone. */
  private final List<INDArray> arrays = new ArrayList<>();

  @Override
  public void close() {
    try {
      Place.current().finish();
      mode.close();
      scope.close();
    } finally {
      Reference.reachabilityFence(arrays);
    }
  }

  /** Returns the elements of an array, views included; shared. */
  Tensor of(INDArray array) {
    long[] shape = array.shape();
    long[] strides = new long[shape.length];
    for (int i = 0; i < strides.length; i++) {
      strides[i] = shape[i] == 1 ? 1 : array.stride(i);
    }
    return shared(array, 0, shape, strides);
  }

  /** Returns the elements of an array without gaps, as a vector; shared. */
  Tensor flat(INDArray array) {
    return flat(array, 0, array.length());
  }

  /** Returns a range of an array without gaps, as a vector; shared. */
  Tensor flat(INDArray array, long from, long count) {
    return shared(array, from, new long[] {count}, new long[] {1});
  }

  /** Returns a range of a matrix's rows; shared. */
  Tensor rows(INDArray matrix, long from, long count) {
    long row = rowStride(matrix);
    long column = matrix.size(1) == 1 ? 1 : matrix.stride(1);
    long[] shape = {count, matrix.size(1)};
    return shared(matrix, from * row, shape, new long[] {row, column});
  }

  /**
   * Returns a matrix [sequences * positions, heads * width] as [sequences, heads, positions,
   * width]; shared.
   *
   * @param matrix may be a column view: element stride 1, any row stride
   */
  Tensor heads(INDArray matrix, long sequences, long heads) {
    long row = rowStride(matrix);
    long positions = matrix.size(0) / sequences;
    long width = matrix.size(1) / heads;
    return shared(
        matrix,
        0,
        new long[] {sequences, heads, positions, width},
        new long[] {positions * row, width, row, 1});
  }

  /**
   * Returns a range of rows of a matrix [n, heads * 2 * half] as [count, heads, 2, half]; shared.
   *
   * @param matrix may be a column view: element stride 1, any row stride
   */
  Tensor pairs(INDArray matrix, long half, long from, long count) {
    return shared(
        matrix,
        from * rowStride(matrix),
        new long[] {count, matrix.size(1) / (2 * half), 2, half},
        new long[] {rowStride(matrix), 2 * half, half, 1});
  }

  /** Row numbers. */
  Tensor of(int[] numbers) {
    return given(new IntPointer(numbers), ScalarType.Int, numbers.length);
  }

  /** Row or column numbers, for operators that need 64 bits. */
  Tensor of(long[] numbers) {
    return given(new LongPointer(numbers), ScalarType.Long, numbers.length);
  }

  /** Numbers, rounded to the type of the kernels. */
  Tensor of(double[] numbers, DataType type) {
    Tensor exact = given(new DoublePointer(numbers), ScalarType.Double, numbers.length);
    return exact.toType(scalarType(type));
  }

  /** Numbers, in the type of the kernels. */
  Tensor of(float[] numbers, DataType type) {
    Tensor exact = given(new FloatPointer(numbers), ScalarType.Float, numbers.length);
    return exact.toType(scalarType(type));
  }

  /** Returns the address of an element by its distance from the first one in memory. */
  static Pointer element(INDArray array, long index) {
    long width = array.dataType().width();
    return new Address(array.data().address() + (array.offset() + index) * width);
  }

  static ScalarType scalarType(DataType type) {
    return type == DataType.DOUBLE ? ScalarType.Double : ScalarType.Float;
  }

  /** For a view of one row, ND4J returns 1. */
  private static long rowStride(INDArray matrix) {
    return matrix.size(0) == 1 ? matrix.size(1) : matrix.stride(0);
  }

  private Tensor shared(INDArray array, long from, long[] shape, long[] strides) {
    arrays.add(array);
    Place place = Place.current();
    Pointer first = element(array, from);
    place.requireReadable(first.address());
    TensorOptions options = place.options(scalarType(array.dataType()));
    return torch.from_blob(first, shape, strides, options);
  }

  /** Returns numbers in host memory. */
  private static Tensor given(Pointer numbers, ScalarType type, long length) {
    TensorOptions options = new TensorOptions(type);
    return Place.current()
        .fromHost(torch.from_blob(numbers, new long[] {length}, new long[] {1}, options));
  }

  /** A pointer that owns nothing. */
  private static final class Address extends Pointer {
    Address(long address) {
      this.address = address;
    }
  }
}
