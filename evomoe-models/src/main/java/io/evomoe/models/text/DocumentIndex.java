package io.evomoe.models.text;

import io.evomoe.models.text.source.DocumentReader;
import io.evomoe.models.text.source.Utf8Text;
import io.evomoe.random.CounterRandom;
import java.util.Arrays;

/** What is kept of each document to divide them: its lengths, and what tells it from others. */
final class DocumentIndex implements DocumentReader {
  private static final long FACTOR = 0x9E3779B97F4A7C15L;

  private int size;
  private int[] bytes = new int[16];
  private int[] chars = new int[16];
  private long[] hashes = new long[16];
  private long[] checks = new long[16];
  private long allBytes;
  private long byteCount;
  private long charCount;
  private long hash = CounterRandom.NO_NAME;
  private long check;

  /** The index of documents, which are read for it. */
  static DocumentIndex of(Documents documents) {
    DocumentIndex index = new DocumentIndex();
    documents.read(index);
    return index;
  }

  @Override
  public void part(String text) {
    charCount += text.length();
    byteCount += Utf8Text.length(text);
    hash = CounterRandom.hash(hash, text);
    for (int i = 0; i < text.length(); i++) {
      check = check * FACTOR + text.charAt(i);
    }
  }

  @Override
  public void end() {
    if (size == bytes.length) {
      int room = Math.addExact(size, size >> 1);
      bytes = Arrays.copyOf(bytes, room);
      chars = Arrays.copyOf(chars, room);
      hashes = Arrays.copyOf(hashes, room);
      checks = Arrays.copyOf(checks, room);
    }
    bytes[size] = Math.toIntExact(byteCount);
    chars[size] = Math.toIntExact(charCount);
    hashes[size] = hash;
    checks[size] = check;
    size++;
    allBytes += byteCount;
    byteCount = 0;
    charCount = 0;
    hash = CounterRandom.NO_NAME;
    check = 0;
  }

  /** Number of documents. */
  int size() {
    return size;
  }

  /** Length of all documents, in UTF-8 bytes. */
  long allBytes() {
    return allBytes;
  }

  /** Length of a document, in UTF-8 bytes. */
  int bytes(int document) {
    return bytes[document];
  }

  /** Length of a document, in chars. */
  int chars(int document) {
    return chars[document];
  }

  /** The {@link CounterRandom#hash} of a document. */
  long hash(int document) {
    return hashes[document];
  }

  /** Another hash: documents in which both and the lengths are equal are equal. */
  long check(int document) {
    return checks[document];
  }
}
