package io.evomoe.training.internal.tensors;

import java.io.EOFException;
import java.io.IOException;
import java.lang.ref.Reference;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import org.bytedeco.javacpp.BytePointer;
import org.nd4j.linalg.api.concurrency.AffinityManager;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * Moves the raw elements of arrays to and from files, piece by piece. Arrays are in the machine's
 * byte order, which on every platform of ND4J is the little-endian one of safetensors.
 */
final class TensorBytes {
  private static final int PIECE = 1 << 22;

  private TensorBytes() {}

  static long size(INDArray array) {
    return array.length() * array.dataType().width();
  }

  static void write(INDArray array, FileChannel channel) throws IOException {
    INDArray dense = isDense(array) ? array : array.dup('c');
    Nd4j.getAffinityManager().ensureLocation(dense, AffinityManager.Location.HOST);
    forEachPiece(
        dense,
        PIECE,
        (first, piece) -> {
          while (piece.hasRemaining()) {
            channel.write(piece);
          }
        });
  }

  /** Copies from {@code begin} of the memory-mapped file to a dense array. */
  static void read(FileChannel channel, long begin, INDArray array) throws IOException {
    long size = size(array);
    if (begin + size > channel.size()) {
      throw new EOFException("file ends at byte " + channel.size());
    }
    int width = array.dataType().width();
    forEachPiece(
        array,
        PIECE,
        (first, piece) -> {
          long from = begin + first * width;
          piece.put(channel.map(FileChannel.MapMode.READ_ONLY, from, piece.remaining()));
        });
    Nd4j.getAffinityManager().tagLocation(array, AffinityManager.Location.HOST);
  }

  static boolean isDense(INDArray array) {
    return array.ordering() == 'c' && !array.isView();
  }

  /**
   * Passes the elements of a dense array to a sink, and keeps the array until then: ND4J would free
   * its memory as soon as nothing refers to it.
   *
   * @param most maximum number of elements of a piece, at least 1
   */
  static <E extends Exception> void forEachPiece(INDArray array, int most, Sink<E> sink) throws E {
    try {
      for (long first = 0; first < array.length(); first += most) {
        sink.accept(first, piece(array, first, most));
      }
    } finally {
      Reference.reachabilityFence(array);
    }
  }

  /**
   * Returns at most {@code count} elements of a dense array, starting with element {@code first}.
   * They are reached via a pointer to their start: a buffer indexes from there, and ends before
   * 2^31. They do not keep the array.
   */
  static ByteBuffer piece(INDArray array, long first, int count) {
    int width = array.dataType().width();
    long elements = Math.min(count, array.length() - first);
    return new BytePointer(array.data().pointer())
        .getPointer(first * width)
        .limit(elements * width)
        .asByteBuffer()
        .order(ByteOrder.nativeOrder());
  }

  /** Receives elements of an array. */
  @FunctionalInterface
  interface Sink<E extends Exception> {
    /**
     * Receives all of the next elements.
     *
     * @param first the number of the first one
     */
    void accept(long first, ByteBuffer piece) throws E;
  }
}
