package io.evomoe.kernel.internal.torch;

import io.evomoe.kernel.Precision;
import java.util.function.Consumer;
import org.bytedeco.pytorch.Tensor;
import org.jspecify.annotations.Nullable;

/**
 * Matrix products into given arrays, in tiles. In bfloat16 the operands are rounded. The CPU
 * multiplies them in float32, in which a product of two bfloat16 numbers is exact.
 */
final class Products {
  private static final long ROWS = 128;
  private static final long COLUMNS = 512;

  private final boolean rounded;

  Products(Precision precision) {
    rounded = precision == Precision.BF16;
  }

  /** Returns a product's operand, rounded if requested; call it once for all tiles. */
  Tensor operand(Tensor a) {
    return rounded ? Place.current().rounded(a) : a;
  }

  /** Adds the tiles of {@code y = x weight + bias} to the work; x and weight are operands. */
  static void linear(Work work, Tensor x, Tensor weight, @Nullable Tensor bias, Tensor y) {
    if (bias == null) {
      multiply(work, x, weight, y, 0);
      return;
    }
    tiles(
        work,
        y,
        tile ->
            Place.current()
                .multiplyAndShift(
                    tile.of(y),
                    tile.left(x),
                    tile.right(weight),
                    bias.narrow(0, tile.column, tile.columns)));
  }

  /**
   * Adds the tiles of {@code into = beta into + a b} to the work; the old content is not read if
   * beta is 0. a and b are operands.
   */
  static void multiply(Work work, Tensor a, Tensor b, Tensor into, double beta) {
    tiles(
        work,
        into,
        tile -> Place.current().multiply(tile.of(into), tile.left(a), tile.right(b), beta));
  }

  private static void tiles(Work work, Tensor result, Consumer<Tile> body) {
    long rows = result.size(0);
    long columns = result.size(1);
    boolean whole = Place.current().apart();
    long height = whole ? rows : ROWS;
    long width = whole ? columns : COLUMNS;
    for (long row = 0; row < rows; row += height) {
      for (long column = 0; column < columns; column += width) {
        Tile tile =
            new Tile(row, Math.min(height, rows - row), column, Math.min(width, columns - column));
        work.add(tensors -> body.accept(tile));
      }
    }
  }

  /** Adds the sums over rows of x to a vector, or overwrites it if beta is 0. */
  static void columnSums(Tensor x, Tensor into, double beta) {
    if (beta == 0) {
      into.copy_(x.sum(0));
    } else {
      into.add_(x.sum(0));
    }
  }

  /** Part of a product. */
  private record Tile(long row, long rows, long column, long columns) {

    Tensor of(Tensor result) {
      return right(left(result));
    }

    Tensor left(Tensor a) {
      return a.narrow(0, row, rows);
    }

    Tensor right(Tensor b) {
      return b.narrow(1, column, columns);
    }
  }
}
