package io.evomoe.models.text;

import io.evomoe.models.text.source.DocumentReader;
import io.evomoe.models.text.source.Utf8Text;
import io.evomoe.random.CounterRandom;
import java.util.Arrays;

/** The lengths and hashes of documents, which a split needs. */
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

  /** Reads documents and returns their index. */
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

  /** Returns the number of documents. */
  int size() {
    return size;
  }

  /** Returns the length of all documents, in UTF-8 bytes. */
  long allBytes() {
    return allBytes;
  }

  /** Returns the length of a document, in UTF-8 bytes. */
  int bytes(int document) {
    return bytes[document];
  }

  /** Returns the length of a document, in chars. */
  int chars(int document) {
    return chars[document];
  }

  /** Returns the {@link CounterRandom#hash} of a document. */
  long hash(int document) {
    return hashes[document];
  }

  /** Returns another hash: documents are equal if both hashes and the lengths are. */
  long check(int document) {
    return checks[document];
  }
}
