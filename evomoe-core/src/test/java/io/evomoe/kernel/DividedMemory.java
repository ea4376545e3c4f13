package io.evomoe.kernel;

import java.nio.ByteOrder;
import java.nio.IntBuffer;
import java.util.HashMap;
import java.util.Map;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.Pointer;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.api.shape.Shape;

/**
 * The memory of a host and of a device beside each other, without a device: words that a kernel has
 * written or read lie on the device's side, and what the host sees in their place is a number that
 * is none. So host code that reads them by another way than {@link Kernels#read} computes nonsense,
 * and what it writes is seen when a kernel reads it next.
 */
final class DividedMemory {
  private static final int WORD = Integer.BYTES;
  private static final int PAGE = 1024;

  /** In both halves the bits of a bfloat16 that is not a number, and so of a float and a double. */
  private static final int ELSEWHERE = 0x7FFD7FFD;

  private final Map<Long, Page> device = new HashMap<>();

  /**
   * Puts the elements in their place, for a kernel.
   *
   * @return how many bytes only the host had
   */
  long fetch(INDArray array) {
    long[] host = new long[1];
    eachWord(
        array,
        (page, at, seen) -> {
          if (page.present[at] && seen == ELSEWHERE) {
            return page.words[at];
          }
          host[0]++;
          return seen;
        });
    return host[0] * WORD;
  }

  /** Takes the elements to the device's side. */
  void take(INDArray array) {
    eachWord(
        array,
        (page, at, seen) -> {
          if (seen != ELSEWHERE || !page.present[at]) {
            page.present[at] = true;
            page.words[at] = seen;
          }
          return ELSEWHERE;
        });
  }

  private void eachWord(INDArray array, WordChange change) {
    if (array.isEmpty()) {
      return;
    }
    if (Shape.hasDefaultStridesForShape(array)) {
      segment(array, 0, array.length(), change);
    } else if (array.rank() == 2 && array.stride(1) == 1) {
      for (long row = 0; row < array.size(0); row++) {
        segment(array, row * array.stride(0), array.size(1), change);
      }
    } else {
      throw new IllegalArgumentException("an array must have rows without gaps, was " + array);
    }
  }

  private void segment(INDArray array, long from, long length, WordChange change) {
    long width = array.dataType().width();
    long address = array.data().address() + (array.offset() + from) * width;
    long bytes = length * width;
    if (address % WORD != 0 || bytes % WORD != 0) {
      throw new IllegalArgumentException("rows must be whole words of %d bytes".formatted(WORD));
    }
    int count = Math.toIntExact(bytes / WORD);
    IntBuffer words =
        new BytePointer(new Address(address))
            .capacity(bytes)
            .asByteBuffer()
            .order(ByteOrder.nativeOrder())
            .asIntBuffer();
    long first = address / WORD;
    int[] seen = new int[PAGE];
    for (int i = 0; i < count; ) {
      Page page = device.computeIfAbsent((first + i) / PAGE, unused -> new Page());
      int at = (int) ((first + i) % PAGE);
      int within = Math.min(PAGE - at, count - i);
      words.get(i, seen, 0, within);
      for (int j = 0; j < within; j++) {
        seen[j] = change.next(page, at + j, seen[j]);
      }
      words.put(i, seen, 0, within);
      i += within;
    }
  }

  private static final class Page {
    final boolean[] present = new boolean[PAGE];
    final int[] words = new int[PAGE];
  }

  private interface WordChange {
    int next(Page page, int at, int seen);
  }

  /** Points somewhere and owns nothing. */
  private static final class Address extends Pointer {
    Address(long address) {
      this.address = address;
    }
  }
}
