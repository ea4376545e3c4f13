package io.evomoe.kernel;

import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.evomoe.testing.RandomArrays;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.nd4j.linalg.api.ndarray.INDArray;

/** Laws of rotary positions. */
interface RotationContract extends KernelFixture {
  int POSITIONS = 23;

  @ParameterizedTest
  @CsvSource({"1,1,2", "1,3,8", "17,1,2", "33,2,16", "7,5,6", "400,4,32"})
  default void should_turn_the_pairs_of_every_head_by_the_position_of_the_row(
      int n, int heads, int width) {
    INDArray cosines = table(width, false);
    INDArray sines = table(width, true);
    int[] positions = RandomArrays.integers(n, POSITIONS, 3);
    for (boolean back : new boolean[] {false, true}) {
      INDArray x = random(1, n, heads * (long) width);
      double[][] expected = turned(matrix(x), cosines, sines, positions, back);
      withoutChanging(() -> kernels().rotate(x, cosines, sines, positions, back), cosines, sines);
      assertClose(x, expected);
    }
  }

  @ParameterizedTest
  @CsvSource({"1,3,8", "33,2,16"})
  default void should_come_back_to_where_it_was(int n, int heads, int width) {
    INDArray x = random(1, n, heads * (long) width);
    double[] before = vector(x);
    int[] positions = RandomArrays.integers(n, POSITIONS, 3);
    kernels().rotate(x, table(width, false), table(width, true), positions, false);
    kernels().rotate(x, table(width, false), table(width, true), positions, true);
    assertClose(x, before);
  }

  @ParameterizedTest
  @CsvSource({"1,3,8", "1,1,2", "33,2,16"})
  default void should_turn_column_views_and_nothing_beside_them(int n, int heads, int width) {
    INDArray cosines = table(width, false);
    INDArray sines = table(width, true);
    int[] positions = RandomArrays.integers(n, POSITIONS, 3);
    List<INDArray> views = columnViews(1, 3, n, heads * width);
    double[][] expected = turned(matrix(views.get(1)), cosines, sines, positions, false);
    withoutChanging(
        () -> kernels().rotate(views.get(1), cosines, sines, positions, false),
        views.get(0),
        views.get(2));
    assertClose(views.get(1), expected);
  }

  @Test
  default void should_refuse_positions_that_the_tables_do_not_have() {
    INDArray x = random(1, 2, 8);
    assertThatIllegalArgumentException()
        .isThrownBy(
            () ->
                kernels()
                    .rotate(x, table(8, false), table(8, true), new int[] {0, POSITIONS}, false))
        .withMessage("row must be in [0, 23), was 23");
  }

  /** Of frequencies 1, 1/2, 1/3 and so on. */
  private INDArray table(int width, boolean sine) {
    double[] values = new double[POSITIONS * width / 2];
    Arrays.setAll(
        values,
        i -> {
          int position = i / (width / 2);
          double angle = position / (1.0 + i % (width / 2));
          return sine ? Math.sin(angle) : Math.cos(angle);
        });
    return kernels().write(values, POSITIONS, width / 2);
  }

  private double[][] turned(
      double[][] x, INDArray cosines, INDArray sines, int[] positions, boolean back) {
    double[][] c = matrix(cosines);
    double[][] s = matrix(sines);
    int half = c[0].length;
    double[][] result = new double[x.length][x[0].length];
    for (int i = 0; i < x.length; i++) {
      for (int j = 0; j < x[i].length; j++) {
        int pair = j % half;
        boolean second = j / half % 2 == 1;
        double other = x[i][second ? j - half : j + half];
        double sine = s[positions[i]][pair] * (second == back ? -1 : 1);
        result[i][j] = x[i][j] * c[positions[i]][pair] + other * sine;
      }
    }
    return result;
  }
}
