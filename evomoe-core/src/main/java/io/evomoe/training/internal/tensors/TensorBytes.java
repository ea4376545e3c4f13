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
  private static final long PIECE = 1 << 24;

  private TensorBytes() {}

  static long size(INDArray array) {
    return array.length() * array.dataType().width();
  }

  static void write(INDArray array, FileChannel channel) throws IOException {
    INDArray dense = isDense(array) ? array : array.dup('c');
    Nd4j.getAffinityManager().ensureLocation(dense, AffinityManager.Location.HOST);
    long size = size(dense);
    try {
      for (long done = 0; done < size; done += PIECE) {
        ByteBuffer piece = bytes(dense, done, Math.min(PIECE, size - done));
        while (piece.hasRemaining()) {
          channel.write(piece);
        }
      }
    } finally {
      Reference.reachabilityFence(dense);
    }
  }

  /** Copies from {@code begin} of the memory-mapped file to a dense array. */
  static void read(FileChannel channel, long begin, INDArray array) throws IOException {
    long size = size(array);
    if (begin + size > channel.size()) {
      throw new EOFException("file ends at byte " + channel.size());
    }
    try {
      for (long done = 0; done < size; done += PIECE) {
        ByteBuffer piece = bytes(array, done, Math.min(PIECE, size - done));
        piece.put(channel.map(FileChannel.MapMode.READ_ONLY, begin + done, piece.remaining()));
      }
    } finally {
      Reference.reachabilityFence(array);
    }
    Nd4j.getAffinityManager().tagLocation(array, AffinityManager.Location.HOST);
  }

  static boolean isDense(INDArray array) {
    return array.ordering() == 'c' && !array.isView();
  }

  /**
   * Returns at most {@code count} elements of a dense array, starting with element {@code first}.
   * They do not keep the array: a fence must follow their last use.
   */
  static ByteBuffer piece(INDArray array, long first, int count) {
    int width = array.dataType().width();
    long end = Math.min(array.length(), first + count);
    return bytes(array, first * width, (end - first) * width).order(ByteOrder.nativeOrder());
  }

  /**
   * Returns the bytes via a pointer to their start: a buffer indexes from there, and ends before
   * 2^31.
   */
  private static ByteBuffer bytes(INDArray array, long begin, long count) {
    return new BytePointer(array.data().pointer()).getPointer(begin).limit(count).asByteBuffer();
  }
}
