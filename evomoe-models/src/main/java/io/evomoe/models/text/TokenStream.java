package io.evomoe.models.text;

import io.evomoe.internal.files.IoReason;
import io.evomoe.internal.files.ScratchFolder;
import io.evomoe.internal.files.UnnamedFile;
import io.evomoe.moe.TrainingFacts.TokenFrequencies;
import java.io.EOFException;
import java.io.IOException;
import java.io.OutputStream;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.function.IntConsumer;
import java.util.stream.IntStream;
import org.apache.commons.io.IOUtils;

/**
 * The token ids of a text in one sequence, with end-of-text between documents. They have two or
 * four bytes each and are in a file, so that a long text uses no memory. Reading is thread-safe.
 *
 * <p>The file is read, not mapped, because mapped pages count as memory of the process. It is not a
 * channel, because an interrupt of a reading thread would close it for all.
 */
public final class TokenStream {
  private static final int SAMPLE = 100_000;

  /** Maximum number of ids that are written or read together. */
  private static final int BLOCK = 1 << 20;

  private static final int IDS_OF_TWO_BYTES = 1 << 16;

  /** Used under the lock of the file, because it has only one position. */
  private record Place(RandomAccessFile file, long start) {}

  private final String name;
  private final int width;
  private volatile Place place;
  private int size;

  /**
   * Creates a stream of ids.
   *
   * @param name of their source, for messages
   */
  public TokenStream(String name, int[] ids) {
    this(
        name,
        IntStream.of(ids).allMatch(id -> id >= 0 && id < IDS_OF_TWO_BYTES)
            ? IDS_OF_TWO_BYTES
            : Integer.MAX_VALUE,
        ScratchFolder.parent());
    for (int from = 0; from < ids.length; from += BLOCK) {
      add(Arrays.copyOfRange(ids, from, Math.min(ids.length - from, BLOCK) + from));
    }
  }

  /**
   * Creates an empty stream.
   *
   * @param vocabulary number of different ids
   * @param folder of an unnamed file
   */
  TokenStream(String name, int vocabulary, Path folder) {
    this(
        name,
        UnnamedFile.open(folder),
        0,
        0,
        vocabulary <= IDS_OF_TWO_BYTES ? Character.BYTES : Integer.BYTES);
  }

  /**
   * Creates the stream of the ids in a file.
   *
   * @param width bytes of an id, 2 or 4
   */
  TokenStream(String name, RandomAccessFile file, long start, int size, int width) {
    this.name = name;
    this.place = new Place(file, start);
    this.size = size;
    this.width = width;
  }

  /** Encodes documents into an unnamed file in the system's temporary folder. */
  public static TokenStream of(Documents documents, Tokenizer tokenizer) {
    return of(documents, tokenizer, ScratchFolder.parent(), TextProgress.NONE);
  }

  /**
   * Encodes documents one by one, on all threads, into an unnamed file, so that neither text nor
   * ids are in memory. The file disappears with the stream or the process.
   *
   * @param folder of the file
   * @param progress called for each document, and for each piece of a long one
   */
  public static TokenStream of(
      Documents documents, Tokenizer tokenizer, Path folder, TextProgress progress) {
    IntConsumer encoded = progress.counter("Encoding", documents.length());
    DocumentEncoding encoding = new DocumentEncoding(documents.name(), tokenizer, folder, encoded);
    documents.read(encoding);
    return encoding.stream();
  }

  /** Encodes training and validation set into unnamed files, in one reading. */
  public static Split<TokenStream> of(
      TextSplit text, Tokenizer tokenizer, Path folder, TextProgress progress) {
    long length = text.train().length() + text.valid().length();
    IntConsumer encoded = progress.counter("Encoding", length);
    DocumentEncoding train = new DocumentEncoding(text.train().name(), tokenizer, folder, encoded);
    DocumentEncoding valid = new DocumentEncoding(text.valid().name(), tokenizer, folder, encoded);
    text.read(train, valid);
    return new Split<>(train.stream(), valid.stream());
  }

  /** Returns the name of the tokens' source. */
  public String name() {
    return name;
  }

  /** Reads the ids from another file from now on, to which they were written. */
  void moveTo(RandomAccessFile file, long start) {
    Place before = place;
    place = new Place(file, start);
    IOUtils.closeQuietly(before.file);
  }

  /** Returns the bytes of an id. */
  int width() {
    return width;
  }

  /** Returns the number of tokens. */
  public int size() {
    return size;
  }

  /** Appends ids. */
  void add(int... more) {
    if (size > Integer.MAX_VALUE - more.length) {
      throw new IllegalArgumentException(
          "a text must have at most %d tokens, has more".formatted(Integer.MAX_VALUE));
    }
    ByteBuffer bytes = ByteBuffer.allocate(more.length * width);
    for (int id : more) {
      if (width == Character.BYTES) {
        bytes.putChar((char) id);
      } else {
        bytes.putInt(id);
      }
    }
    try {
      synchronized (place.file) {
        place.file.seek(place.start + (long) size * width);
        place.file.write(bytes.array());
      }
    } catch (IOException e) {
      throw failed("written", e);
    }
    size += more.length;
  }

  /** Returns the id of token {@code i}. */
  public int id(int i) {
    return id(bytes(i, 1), 0);
  }

  private int id(ByteBuffer bytes, int i) {
    return width == Character.BYTES
        ? bytes.getChar(i * Character.BYTES)
        : bytes.getInt(i * Integer.BYTES);
  }

  /** Writes {@code count} ids from {@code from} on into {@code target} at {@code offset}. */
  void copy(int from, int[] target, int offset, int count) {
    ByteBuffer bytes = bytes(from, count);
    for (int i = 0; i < count; i++) {
      target[offset + i] = id(bytes, i);
    }
  }

  /** Returns all ids in their order. */
  IntStream stream() {
    return IntStream.range(0, blocks())
        .flatMap(
            number -> {
              ByteBuffer block = block(number);
              return IntStream.range(0, block.limit() / width).map(i -> id(block, i));
            });
  }

  /** Returns the frequency of each of {@code vocabulary} token ids. */
  public TokenFrequencies frequencies(int vocabulary) {
    return TokenFrequencies.count(stream(), vocabulary);
  }

  /** Returns the mean number of UTF-8 bytes of a token, over at most the first 100,000 tokens. */
  public double bytesPerToken(Tokenizer tokenizer) {
    int[] ids = new int[Math.min(size(), SAMPLE)];
    copy(0, ids, 0, ids.length);
    int end = tokenizer.endOfText();
    String text = tokenizer.decode(IntStream.of(ids).filter(id -> id != end).toArray());
    return (double) text.getBytes(StandardCharsets.UTF_8).length / Math.max(1, ids.length);
  }

  /** Writes all ids. */
  void write(OutputStream target) throws IOException {
    for (int i = 0; i < blocks(); i++) {
      target.write(block(i).array());
    }
  }

  private int blocks() {
    return (int) (((long) size + BLOCK - 1) / BLOCK);
  }

  private ByteBuffer block(int number) {
    return bytes(number * BLOCK, Math.min(BLOCK, size - number * BLOCK));
  }

  private ByteBuffer bytes(int first, int count) {
    byte[] bytes = new byte[count * width];
    Place from = place;
    try {
      synchronized (from.file) {
        from.file.seek(from.start + (long) first * width);
        from.file.readFully(bytes);
      }
    } catch (EOFException e) {
      throw failed("read", new EOFException("it ends too early"));
    } catch (IOException e) {
      throw failed("read", e);
    }
    return ByteBuffer.wrap(bytes);
  }

  private static UncheckedIOException failed(String what, IOException e) {
    return new UncheckedIOException(
        "the encoded text cannot be " + what + ": " + IoReason.of(e), e);
  }
}
