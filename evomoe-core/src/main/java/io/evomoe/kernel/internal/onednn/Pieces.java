package io.evomoe.kernel.internal.onednn;

import io.evomoe.internal.threads.Parallel;
import java.util.List;
import java.util.function.IntConsumer;
import org.nd4j.nativeblas.NativeOps;
import org.nd4j.nativeblas.NativeOpsHolder;

/**
 * How the work of a kernel is cut: into pieces that one thread takes through all of its products
 * and element-wise passes while they are in its cache. oneDNN's own threads take no part, so a
 * kernel waits for others once or twice, and not once a primitive. Cuts depend on sizes alone, so
 * the numbers are the same for any number of threads.
 */
final class Pieces {
  /** Rows that go through a layer together. */
  static final int ROWS = 256;

  /** Elements that one thread takes at a time where they depend on nothing else. */
  static final int ELEMENTS = 1 << 16;

  private Pieces() {}

  /** Runs body on each piece in [0, count), every primitive in it on that piece's thread alone. */
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

  /** Runs pieces that are nothing alike. */
  static void run(List<Runnable> pieces) {
    run(pieces.size(), piece -> pieces.get(piece).run());
  }

  /** Runs body on bands of at most {@value #ROWS} of so many rows. */
  static void ofRows(int rows, Band body) {
    run(bands(rows), piece -> band(rows, piece, body));
  }

  /** Bands of so many rows. */
  static int bands(int rows) {
    return (rows + ROWS - 1) / ROWS;
  }

  /** Runs body on one of the bands of so many rows. */
  static void band(int rows, int piece, Band body) {
    int from = piece * ROWS;
    body.run(from, Math.min(ROWS, rows - from));
  }

  /** Runs body on pieces of so many elements; it is given where one starts, in bytes. */
  static void ofElements(long elements, Flat body) {
    int count = Math.toIntExact((elements + ELEMENTS - 1) / ELEMENTS);
    run(
        count,
        piece -> {
          long from = (long) piece * ELEMENTS;
          body.run(from * Float.BYTES, Math.min(ELEMENTS, elements - from));
        });
  }

  /** Rows that lie side by side. */
  interface Band {
    void run(int from, int rows);
  }

  /** Elements of float32 that lie side by side. */
  interface Flat {
    void run(long startInBytes, long elements);
  }
}
