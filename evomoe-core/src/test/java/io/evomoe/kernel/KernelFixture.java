package io.evomoe.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import io.evomoe.testing.Differences;
import io.evomoe.testing.RandomArrays;
import java.util.Arrays;
import java.util.List;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.NDArrayIndex;

/** What the parts of the contract share: the kernels under test, inputs, comparisons. */
interface KernelFixture {

  /** The kernels under test. */
  Kernels kernels();

  /** Largest difference allowed, relative to the largest expected value; by the type of inputs. */
  default double tolerance() {
    return switch (dataType()) {
      case DOUBLE -> 1e-12;
      case BFLOAT16 -> 1.0 / 128;
      default -> 1e-5;
    };
  }

  /** The same where the results of two products are multiplied. */
  default double toleranceOfGated() {
    return tolerance();
  }

  /** Type of inputs and results. */
  default DataType dataType() {
    return kernels().dataType();
  }

  default INDArray random(long seed, long... shape) {
    return RandomArrays.gaussian(dataType(), seed, shape);
  }

  /** Stands for old content that must not be read. */
  default INDArray garbage(long... shape) {
    return Nd4j.createUninitialized(dataType(), shape).assign(Double.NaN);
  }

  /** {@code count} matrices [rows, columns] side by side, as column views of one array. */
  default List<INDArray> columnViews(long seed, int count, int rows, int columns) {
    INDArray wide = random(seed, rows, (long) count * columns);
    return LongStream.range(0, count)
        .mapToObj(i -> NDArrayIndex.interval(i * columns, (i + 1) * columns))
        .map(interval -> wide.get(NDArrayIndex.all(), interval))
        .toList();
  }

  default double[][] matrix(INDArray array) {
    int columns = (int) array.size(-1);
    double[] elements = Differences.elements(array);
    double[][] rows = new double[columns == 0 ? 0 : elements.length / columns][];
    for (int i = 0; i < rows.length; i++) {
      rows[i] = Arrays.copyOfRange(elements, i * columns, (i + 1) * columns);
    }
    return rows;
  }

  default double[] vector(INDArray array) {
    return Differences.elements(array);
  }

  default void assertClose(INDArray actual, double[][] expected) {
    assertClose(actual, Arrays.stream(expected).flatMapToDouble(Arrays::stream).toArray());
  }

  default void assertClose(INDArray actual, double[] expected) {
    assertClose(actual, expected, tolerance());
  }

  default void assertClose(INDArray actual, double[] expected, double tolerance) {
    assertThat(actual.dataType()).isEqualTo(dataType());
    assertThat(Differences.relative(Differences.elements(actual), expected))
        .isLessThanOrEqualTo(tolerance);
  }

  default void assertClose(double[] actual, double[] expected) {
    assertThat(Differences.relative(actual, expected)).isLessThanOrEqualTo(tolerance());
  }

  /** A result is an array of the type of inputs, C order, gapless. */
  default void assertResult(INDArray result, long... shape) {
    assertThat(result.shape()).isEqualTo(shape);
    assertThat(result.dataType()).isEqualTo(dataType());
    assertThat(Differences.relative(result.reshape(result.length()), flat(result))).isZero();
    long stride = 1;
    for (int axis = shape.length - 1; axis >= 0; axis--) {
      assertThat(shape[axis] == 1 || result.stride(axis) == stride).isTrue();
      stride *= shape[axis];
    }
  }

  private static INDArray flat(INDArray array) {
    return Nd4j.createFromArray(Differences.elements(array)).castTo(array.dataType());
  }

  /** Runs a kernel and checks that it left its inputs alone. */
  default void withoutChanging(Runnable kernel, INDArray... inputs) {
    List<double[]> before = Stream.of(inputs).map(Differences::elements).toList();
    kernel.run();
    for (int i = 0; i < inputs.length; i++) {
      assertThat(Differences.elements(inputs[i])).isEqualTo(before.get(i));
    }
  }
}
