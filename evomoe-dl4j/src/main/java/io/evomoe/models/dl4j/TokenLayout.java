package io.evomoe.models.dl4j;

import io.evomoe.nn.TokenBatch;
import java.util.Arrays;
import org.deeplearning4j.nn.conf.RNNFormat;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.api.shape.Shape;

/**
 * Converts DL4J's arrays [b, f], [b, f, t] or [b, t, f] to tokens [S, f] and back. S = b t,
 * sequence after sequence.
 *
 * @param sequences b
 * @param length t; 1 without a time axis
 * @param recurrent whether there is a time axis
 * @param format order of features and time
 */
record TokenLayout(long sequences, long length, boolean recurrent, RNNFormat format) {

  /**
   * Returns the layout of an array.
   *
   * @param features required number of features of a token
   * @param layer name for the message
   * @throws IllegalArgumentException if the rank or the number of features is wrong
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

  /** Returns S. */
  int tokens() {
    return Math.toIntExact(sequences * length);
  }

  /**
   * Returns the rows [S, f] in C order without gaps. If the array has this form already, it is
   * returned.
   */
  INDArray rows(INDArray array) {
    if (!recurrent) {
      boolean plain = array.ordering() == 'c' && Shape.hasDefaultStridesForShape(array);
      return plain ? array : array.dup('c');
    }
    INDArray timeFirst = format == RNNFormat.NCW ? array.permute(0, 2, 1) : array;
    return timeFirst.dup('c').reshape('c', tokens(), timeFirst.size(2));
  }

  /** Returns the rows [S, g] in the shape of the array, as a view. */
  INDArray shaped(INDArray rows) {
    if (!recurrent) {
      return rows;
    }
    INDArray timeFirst = rows.reshape('c', sequences, length, rows.size(1));
    return format == RNNFormat.NCW ? timeFirst.permute(0, 2, 1) : timeFirst;
  }

  /**
   * Returns DL4J's mask as a column [S, 1] of the rows' data type, or null for none.
   *
   * @param mask [b, t], or one element per example without a time axis
   * @param layer name for the message
   * @throws IllegalArgumentException if it does not have one element per token
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
   * Returns the tokens. Those with mask 0 are padding.
   *
   * @param ids one per token
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
