package io.evomoe.kernel.internal.onednn;

import io.evomoe.internal.threads.Parallel;
import java.util.List;
import java.util.function.IntConsumer;
import org.nd4j.nativeblas.NativeOps;
import org.nd4j.nativeblas.NativeOpsHolder;

/**
 * The work of a kernel in pieces. One thread takes a piece through all products and element-wise
 * passes while its data is in the cache. oneDNN's own threads are not used, so a kernel waits for
 * others once or twice instead of once per primitive. Cuts depend only on sizes, so results are the
 * same for any number of threads.
 */
final class Pieces {
  /** Rows that pass through a layer together. */
  static final int ROWS = 256;

  /** Elements that one thread takes at a time if they are independent. */
  static final int ELEMENTS = 1 << 16;

  private Pieces() {}

  /** Runs body on each piece in [0, count), with every primitive of it on that piece's thread. */
  static void run(int count, IntConsumer body) {
    Parallel.each(
        count,
        piece -> {
          NativeOps openMp = NativeOpsHolder.getInstance().getDeviceNativeOps();
          int threads = openMp.ompGetMaxThreads();
          openMp.setOmpNumThreads(1);
          try {
            body.accept(piece);
          } finally {
            openMp.setOmpNumThreads(threads);
          }
        });
  }

  /** Runs pieces of different kinds. */
  static void run(List<Runnable> pieces) {
    run(pieces.size(), piece -> pieces.get(piece).run());
  }

  /** Runs body on bands of at most {@value #ROWS} rows. */
  static void ofRows(int rows, Band body) {
    run(bands(rows), piece -> band(rows, piece, body));
  }

  /** Returns the number of bands. */
  static int bands(int rows) {
    return (rows + ROWS - 1) / ROWS;
  }

  /** Runs body on one of the bands. */
  static void band(int rows, int piece, Band body) {
    int from = piece * ROWS;
    body.run(from, Math.min(ROWS, rows - from));
  }

  /**
   * Runs body on pieces of {@code elements} elements. It receives the start of a piece in bytes.
   */
  static void ofElements(long elements, Flat body) {
    int count = Math.toIntExact((elements + ELEMENTS - 1) / ELEMENTS);
    run(
        count,
        piece -> {
          long from = (long) piece * ELEMENTS;
          body.run(from * Float.BYTES, Math.min(ELEMENTS, elements - from));
        });
  }

  /** Processes contiguous rows. */
  interface Band {
    void run(int from, int rows);
  }

  /** Processes contiguous float32 elements. */
  interface Flat {
    void run(long startInBytes, long elements);
  }
}
