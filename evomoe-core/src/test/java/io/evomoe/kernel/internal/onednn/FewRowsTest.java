package io.evomoe.kernel.internal.onednn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.nd4j.linalg.indexing.NDArrayIndex.all;
import static org.nd4j.linalg.indexing.NDArrayIndex.interval;

import io.evomoe.kernel.ActivationFunction;
import io.evomoe.kernel.FeedForwardNets;
import io.evomoe.kernel.FeedForwardNets.GroupedMap;
import io.evomoe.kernel.Kernels;
import io.evomoe.kernel.Precision;
import io.evomoe.kernel.RowGroups;
import io.evomoe.kernel.UsableOneDnn;
import java.util.List;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** Each of few rows has the same bits whatever their number, so texts can be continued together. */
class FewRowsTest {
  private Kernels kernels = new OneDnnKernels(Precision.F32);

  @BeforeEach
  void skip_where_one_dnn_cannot_run() {
    UsableOneDnn.assumeUsable(Precision.F32);
    kernels = UsableOneDnn.kernels(Precision.F32);
  }

  /** The last three are cut into columns for several threads. */
  @ParameterizedTest
  @CsvSource({
    "7,5",
    "24,1",
    "32,2",
    "64,64",
    "300,3",
    "257,1",
    "300,17",
    "9000,40",
    "300,257",
    "300,258",
    "64,2305",
    "512,1000",
    "1100,520",
    "300,3000"
  })
  void should_multiply_each_row_to_the_same_bits(int in, int out) {
    INDArray weight = random(in, out);
    INDArray bias = random(1, out).reshape(out);
    INDArray table = random(out, in);

    assertSame(in, x -> kernels.linear(x, weight, bias));
    assertSame(in, x -> kernels.linear(x, weight, null));
    assertSame(in, x -> kernels.multiply(x, false, table, true));
    Runnable release = kernels.hold(List.of(table));
    assertSame(in, x -> kernels.multiply(x, false, table, true));
    release.run();
    Runnable releaseWeight = kernels.hold(List.of(weight));
    assertSame(in, x -> kernels.linear(x, weight, bias));
    releaseWeight.run();
  }

  @ParameterizedTest
  @CsvSource({"24,40,false", "300,40,true", "512,1024,true"})
  void should_send_each_row_through_a_net_to_the_same_bits(int width, int hidden, boolean gated) {
    GroupedMap expand = GroupedMap.of(random(width, hidden), random(1, hidden).reshape(hidden));
    GroupedMap up = gated ? GroupedMap.of(random(width, hidden), null) : null;
    GroupedMap contract = GroupedMap.of(random(hidden, width), null);
    FeedForwardNets nets = new FeedForwardNets(ActivationFunction.SILU, expand, up, contract);

    assertSame(
        width, x -> kernels.feedForward(nets, x, RowGroups.shared(1, (int) x.size(0))).output());
  }

  @ParameterizedTest
  @CsvSource({"24,40", "512,1024"})
  void should_send_each_row_through_its_net_to_the_same_bits(int width, int hidden) {
    GroupedMap expand =
        new GroupedMap(List.of(random(width, hidden), random(width, hidden)), List.of());
    GroupedMap contract =
        new GroupedMap(List.of(random(hidden, width), random(hidden, width)), List.of());
    FeedForwardNets nets = new FeedForwardNets(ActivationFunction.GELU, expand, null, contract);

    assertSame(
        width,
        x -> {
          int rows = (int) x.size(0);
          return kernels.feedForward(nets, x, RowGroups.routed(new int[] {0, rows, rows})).output();
        });
  }

  @Test
  void should_send_no_rows_through_no_net() {
    GroupedMap map = new GroupedMap(List.of(random(24, 40), random(24, 40)), List.of());
    GroupedMap back = new GroupedMap(List.of(random(40, 24), random(40, 24)), List.of());
    FeedForwardNets nets = new FeedForwardNets(ActivationFunction.GELU, map, null, back);
    INDArray none = Nd4j.create(DataType.FLOAT, 0, 24);

    INDArray y = kernels.feedForward(nets, none, RowGroups.routed(new int[] {0, 0, 0})).output();

    assertThat(y.shape()).containsExactly(0, 24);
  }

  private void assertSame(int width, UnaryOperator<INDArray> product) {
    INDArray x = random(kernels.jointRows(), width);
    List<INDArray> alone =
        IntStream.range(0, kernels.jointRows())
            .mapToObj(row -> product.apply(x.get(interval(row, row + 1), all()).dup()))
            .toList();
    for (int rows : new int[] {2, 3, 4, 5, 6, 7, 8, 9, 10, 13, 15, 16, 31, 63, 64}) {
      INDArray together = product.apply(x.get(interval(0, rows), all()).dup());
      for (int row = 0; row < rows; row++) {
        assertThat(together.getRow(row).toFloatVector())
            .as("row %d of %d", row, rows)
            .containsExactly(alone.get(row).toFloatVector());
      }
    }
  }

  private static INDArray random(int rows, int columns) {
    return Nd4j.randn(DataType.FLOAT, rows, columns);
  }
}
