package io.evomoe.models.text;

import java.util.Arrays;

/** Ids that are collected in a row. */
final class IdRow {
  private int[] ids;
  private int size;

  /** An empty row with room for so many, at least 1. */
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
