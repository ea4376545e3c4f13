package io.evomoe.models.dl4j;

import io.evomoe.nn.TokenBatch;
import java.util.Arrays;
import org.deeplearning4j.nn.conf.RNNFormat;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.api.shape.Shape;

/**
 * How DL4J's arrays [b, f], [b, f, t] or [b, t, f] are tokens [S, f], S = b t, sequence after
 * sequence, and back.
 *
 * @param sequences b
 * @param length t; 1 where there is no time
 * @param recurrent whether there is time
 * @param format order of features and time
 */
record TokenLayout(long sequences, long length, boolean recurrent, RNNFormat format) {

  /**
   * The layout of an array.
   *
   * @param features that a token must have
   * @param layer for the message
   * @throws IllegalArgumentException for another rank or number of features
   */
  static TokenLayout of(INDArray array, RNNFormat format, long features, String layer) {
    boolean recurrent = array.rank() == 3;
    boolean featuresFirst = format == RNNFormat.NCW;
    int axis = recurrent && !featuresFirst ? 2 : 1;
    if ((!recurrent && array.rank() != 2) || array.size(axis) != features) {
      throw new IllegalArgumentException(
          "input of layer %s must be [batch, %d] or %s, was %s"
              .formatted(
                  layer,
                  features,
                  "[batch, %s]"
                      .formatted(featuresFirst ? features + ", time" : "time, " + features),
                  Arrays.toString(array.shape())));
    }
    long length = recurrent ? array.size(featuresFirst ? 2 : 1) : 1;
    return new TokenLayout(array.size(0), length, recurrent, format);
  }

  /** S. */
  int tokens() {
    return Math.toIntExact(sequences * length);
  }

  /** Rows [S, f] in C order without gaps; the array itself where it is that already. */
  INDArray rows(INDArray array) {
    if (!recurrent) {
      boolean plain = array.ordering() == 'c' && Shape.hasDefaultStridesForShape(array);
      return plain ? array : array.dup('c');
    }
    INDArray timeFirst = format == RNNFormat.NCW ? array.permute(0, 2, 1) : array;
    return timeFirst.dup('c').reshape('c', tokens(), timeFirst.size(2));
  }

  /** The array that the rows [S, g] are; a view of them. */
  INDArray shaped(INDArray rows) {
    if (!recurrent) {
      return rows;
    }
    INDArray timeFirst = rows.reshape('c', sequences, length, rows.size(1));
    return format == RNNFormat.NCW ? timeFirst.permute(0, 2, 1) : timeFirst;
  }

  /**
   * DL4J's mask as a column [S, 1] of the data type of the rows, or null for none.
   *
   * @param mask [b, t], or one element an example where there is no time
   * @param layer for the message
   * @throws IllegalArgumentException if it has not one element a token
   */
  @Nullable INDArray maskColumn(@Nullable INDArray mask, INDArray rows, String layer) {
    if (mask == null) {
      return null;
    }
    if (mask.length() != tokens()) {
      throw new IllegalArgumentException(
          "mask of layer %s must have one element a token (%d), had the shape %s"
              .formatted(layer, tokens(), Arrays.toString(mask.shape())));
    }
    return mask.castTo(rows.dataType()).dup('c').reshape('c', tokens(), 1);
  }

  /**
   * The tokens: padding where the mask is 0.
   *
   * @param ids one a token
   */
  TokenBatch batch(int[] ids, @Nullable INDArray maskColumn) {
    if (maskColumn == null) {
      return TokenBatch.of(Math.toIntExact(length), ids);
    }
    boolean[] padding = new boolean[ids.length];
    for (int s = 0; s < padding.length; s++) {
      padding[s] = maskColumn.getDouble(s) == 0;
    }
    return new TokenBatch(Math.toIntExact(length), ids, padding);
  }
}
