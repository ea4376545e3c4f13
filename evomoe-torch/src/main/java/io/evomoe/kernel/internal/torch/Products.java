package io.evomoe.kernel.internal.torch;

import io.evomoe.kernel.Accumulator;
import io.evomoe.kernel.Precision;
import java.util.function.Consumer;
import org.bytedeco.pytorch.Scalar;
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
   * Adds the tiles of {@code into = beta into + a b} to the work; the old content is not read where
   * beta is 0. a and b are operands.
   */
  static void multiply(Work work, Tensor a, Tensor b, Tensor into, double beta) {
    tiles(
        work,
        into,
        tile -> {
          if (beta == 0) {
            Place.current().multiply(tile.of(into), tile.left(a), tile.right(b));
          } else {
            Place.current().multiplyAndAdd(tile.of(into), tile.left(a), tile.right(b), beta);
          }
        });
  }

  private static void tiles(Work work, Tensor result, Consumer<Tile> body) {
    long rows = result.size(0);
    long columns = result.size(1);
    boolean whole = Place.current().isWhole();
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

  /** Adds the sums over rows of x to a vector. */
  static void columnSums(Tensor x, Tensor into, double beta) {
    add(x.sum(0), into, beta);
  }

  /** {@code into = beta into + x}. */
  static void add(Tensor x, Tensor into, double beta) {
    scale(into, beta);
    into.add_(x);
  }

  /** Multiplies by beta; 0 times the old content is 0, even if it is NaN. */
  private static void scale(Tensor into, double beta) {
    if (beta == 0) {
      into.zero_();
    } else if (beta != 1) {
      into.mul_(new Scalar(beta));
    }
  }

  /** Scales the old content if nothing is added. */
  static void scale(Accumulator into) {
    if (!into.array().isEmpty()) {
      Work.within(tensors -> scale(tensors.flat(into.array()), into.beta()));
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
