package io.evomoe.kernel.internal.onednn;

import io.evomoe.kernel.AttentionMask;
import io.evomoe.kernel.AttentionShape;
import java.nio.FloatBuffer;
import java.util.Arrays;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Attention in float32 of one query for each sequence, as a decoder computes it for a new token.
 * Keys after the last one that is seen are not read, so a token costs what its text is long, and
 * not the capacity of a cache. The sequences are independent: each has the same bits in any batch.
 */
final class SingleQueries {
  /** Rows of scores have a multiple of this length, so that few softmaxes are compiled. */
  private static final int STEP = 64;

  private final SoftmaxRows softmax;
  private final Scratch scratch = new Scratch(DataType.FLOAT);

  SingleQueries(SoftmaxRows softmax) {
    this.softmax = softmax;
  }

  /** Returns the output [batch, heads * w] for queries of that shape. */
  INDArray attend(INDArray q, INDArray k, INDArray v, AttentionShape shape, AttentionMask mask) {
    INDArray output = OneDnnKernels.floats(q.size(0), q.size(1));
    int[] lengths = new int[shape.batch()];
    Arrays.setAll(lengths, sequence -> length(mask, sequence * shape.keys(), shape.keys()));
    int longest = Arrays.stream(lengths).max().orElse(1);
    int heads = shape.keyValueHeads();
    long ofHead = longest * k.size(1) / heads;
    int together = (int) Math.max(1, Math.min(heads, Pieces.ELEMENTS / ofHead));
    int blocks = (heads + together - 1) / together;
    Pieces.run(
        shape.batch() * blocks,
        piece -> {
          int first = piece % blocks * together;
          int count = Math.min(together, heads - first);
          Sequence sequence = new Sequence(piece / blocks, lengths[piece / blocks], q, k, v, shape);
          attend(sequence, first, count, mask, output);
        });
    return output;
  }

  /** Returns how many keys end with the last one that is seen; all if none is. */
  private static int length(AttentionMask mask, int first, int keys) {
    int length = keys;
    while (length > 0 && mask.isPadding(first + length - 1)) {
      length--;
    }
    return length == 0 ? keys : length;
  }

  private void attend(
      Sequence sequence, int firstHead, int heads, AttentionMask mask, INDArray output) {
    int group = sequence.shape.group();
    int length = sequence.length;
    int room = (length + STEP - 1) / STEP * STEP;
    int rows = heads * group;
    long scores = scratch.address((long) rows * room);
    for (int i = 0; i < heads; i++) {
      Matrix own = new Matrix(scores, room, DataType.FLOAT).part((long) i * group, 0);
      Matrix queries = sequence.queries(sequence.q, firstHead + i);
      Matrix keys = sequence.keys(sequence.k, firstHead + i);
      Matrix.multiply(false, true, queries, keys, own, group, length, sequence.width(), false);
    }
    hide(scores, rows, room, sequence, mask);
    softmax.forward(scores, scores, rows, room, DataType.FLOAT);
    for (int i = 0; i < heads; i++) {
      Matrix own = new Matrix(scores, room, DataType.FLOAT).part((long) i * group, 0);
      Matrix values = sequence.keys(sequence.v, firstHead + i);
      Matrix out = sequence.queries(output, firstHead + i);
      Matrix.multiply(false, false, own, values, out, group, sequence.width(), length, false);
    }
  }

  /** Scales scores, and hides padding and what is after the last key. */
  private static void hide(long scores, int rows, int room, Sequence of, AttentionMask mask) {
    FloatBuffer all = Address.buffer(scores, (long) rows * room);
    float scale = (float) (1 / Math.sqrt((double) of.width()));
    int first = of.index * of.shape.keys();
    float[] row = new float[room];
    for (int i = 0; i < rows; i++) {
      all.get(i * room, row, 0, of.length);
      for (int j = 0; j < of.length; j++) {
        row[j] *= scale;
      }
      for (int j = 0; j < of.length; j++) {
        if (mask.isPadding(first + j)) {
          row[j] = AttentionMask.HIDDEN;
        }
      }
      Arrays.fill(row, of.length, room, AttentionMask.HIDDEN);
      all.put(i * room, row, 0, room);
    }
  }

  /**
   * A sequence of an attention.
   *
   * @param length how many of its keys are read
   */
  private record Sequence(
      int index, int length, INDArray q, INDArray k, INDArray v, AttentionShape shape) {
    /** Returns the size of a head. */
    long width() {
      return q.size(1) / shape.heads();
    }

    /** Returns the query's heads that share a head of keys, or those of its output, as rows. */
    Matrix queries(INDArray all, int head) {
      Matrix rows = new Matrix(Address.of(all), Address.rowStride(all), DataType.FLOAT);
      long address = rows.part(index, width() * shape.group() * head).address();
      return new Matrix(address, width(), DataType.FLOAT);
    }

    /** Returns a head of the keys, or of the values. */
    Matrix keys(INDArray all, int head) {
      Matrix rows = new Matrix(Address.of(all), Address.rowStride(all), DataType.FLOAT);
      return rows.part((long) index * shape.keys(), head * width());
    }
  }
}
