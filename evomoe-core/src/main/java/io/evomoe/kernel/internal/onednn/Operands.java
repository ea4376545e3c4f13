package io.evomoe.kernel.internal.onednn;

import io.evomoe.kernel.FeedForwardNets.GroupedMap;
import io.evomoe.kernel.RowGroups;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * The operands of the products of one kernel call. An array of another type is rounded once,
 * however many pieces read it. Others are read in place.
 *
 * <p>Collect them, then call {@link #ready}, then read their addresses. They are valid until the
 * collecting thread begins another collection.
 */
final class Operands {
  private final Rounding rounding;
  private final Panels panels;
  private final List<Rounded> rounded = new ArrayList<>();
  private boolean ready;

  Operands(Rounding rounding, Panels panels) {
    this.rounding = rounding;
    this.panels = panels;
  }

  /** Returns an array that several pieces read, completely or in parts. */
  Operand of(INDArray array) {
    return of(array, 0, array.length());
  }

  /** Returns some rows of a matrix. */
  Operand ofRows(INDArray matrix, long first, long rows) {
    return of(matrix, first * matrix.size(1), rows * matrix.size(1));
  }

  private Operand of(INDArray array, long first, long length) {
    Operand inPlace = () -> Address.element(array, first);
    if (!isRounded(array)) {
      return inPlace;
    }
    if (ready) {
      throw new IllegalStateException(
          "an operand that needs rounding must be added before ready(), was " + array.dataType());
    }
    Rounded operand = new Rounded(inPlace, length);
    rounded.add(operand);
    return operand;
  }

  /** Returns an array that one piece reads. Its thread rounds it, so that it is in the cache. */
  private Operand ofOnePiece(INDArray array) {
    return isRounded(array)
        ? () -> rounding.roundHere(Address.of(array), array.length())
        : () -> Address.of(array);
  }

  private boolean isRounded(INDArray array) {
    DataType type = array.dataType();
    if (type == rounding.type()) {
      return false;
    }
    if (type != DataType.FLOAT) {
      throw new IllegalArgumentException(
          rounding.type() == DataType.FLOAT
              ? "an operand must be FLOAT, was " + type
              : "an operand must be FLOAT or %s, was %s".formatted(rounding.type(), type));
    }
    return true;
  }

  /** Returns the weights that bands of groups of rows are multiplied with. */
  List<Weight> ofWeights(GroupedMap map, RowGroups groups) {
    List<Weight> operands = new ArrayList<>();
    for (int g = 0; g < groups.count(); g++) {
      INDArray weight = map.weight(g);
      Operand values = Pieces.bands(groups.size(g)) > 1 ? of(weight) : ofOnePiece(weight);
      INDArray copy = groups.size(g) <= RowProducts.FEW ? panels.of(weight) : null;
      operands.add(new Weight(values, map.in(), map.out(), map.bias(g), copy));
    }
    return operands;
  }

  /** Returns a table [n, k] as a weight [k, n] for some rows; null if it is not copied so. */
  @Nullable Weight ofTransposed(INDArray table, long rows) {
    INDArray copy = rows <= RowProducts.FEW ? panels.ofTransposed(table) : null;
    return copy == null ? null : new Weight(of(table), table.size(1), table.size(0), null, copy);
  }

  /** Rounds the collected arrays. Addresses are known afterwards. */
  void ready() {
    ready = true;
    if (rounded.isEmpty()) {
      return;
    }
    long length = 0;
    for (Rounded operand : rounded) {
      length += operand.length;
    }
    long address = rounding.room(length);
    List<Runnable> pieces = new ArrayList<>();
    for (Rounded operand : rounded) {
      operand.address = address;
      address += rounding.addPieces(operand.from, operand.length, address, pieces);
    }
    Pieces.run(pieces);
  }

  /** A matrix without gaps that a product reads, in the type that the product needs. */
  @FunctionalInterface
  interface Operand {

    /** Returns its address for the calling thread, valid until that thread requests another one. */
    long address();
  }

  /**
   * The target of rows.
   *
   * @param type float32 or that of operands
   */
  record Target(long address, DataType type) {
    /** Returns the target of an array, from a row. */
    static Target of(INDArray array, long row) {
      return new Target(Address.row(array, row), array.dataType());
    }
  }

  /**
   * A weight [in, out].
   *
   * @param values an operand
   * @param bias [out], or null for none
   * @param panels its copy, for few rows; null if there is none
   */
  record Weight(
      Operand values, long in, long out, @Nullable INDArray bias, @Nullable INDArray panels) {}

  private static final class Rounded implements Operand {
    private final Operand from;
    private final long length;
    private long address;

    Rounded(Operand from, long length) {
      this.from = from;
      this.length = length;
    }

    @Override
    public long address() {
      return address;
    }
  }
}
