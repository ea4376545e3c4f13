package io.evomoe.models.text;

import java.util.Arrays;

/** A growing array of ids. */
final class IdRow {
  private int[] ids;
  private int size;

  /** Creates an empty array with this capacity, at least 1. */
  IdRow(int room) {
    ids = new int[room];
  }

  void add(int[] more) {
    if (size + more.length > ids.length) {
      ids = Arrays.copyOf(ids, Math.max(size + more.length, size + (size >> 1)));
    }
    System.arraycopy(more, 0, ids, size, more.length);
    size += more.length;
  }

  int[] toArray() {
    return Arrays.copyOf(ids, size);
  }
}
