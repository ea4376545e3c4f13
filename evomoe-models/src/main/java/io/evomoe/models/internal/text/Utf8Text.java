package io.evomoe.models.internal.text;

import com.github.luben.zstd.ZstdInputStream;
import io.evomoe.internal.files.FileTree;
import io.evomoe.internal.files.IoReason;
import java.io.BufferedInputStream;
import java.io.EOFException;
import java.io.FilterInputStream;
import java.io.FilterReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.LineNumberReader;
import java.io.Reader;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CoderResult;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.function.Consumer;
import java.util.function.ObjLongConsumer;
import java.util.stream.Stream;
import org.apache.commons.compress.compressors.gzip.GzipCompressorInputStream;
import org.apache.commons.io.IOUtils;

/**
 * Decodes the text of a file strictly, without a leading byte order mark. It unpacks files whose
 * names end in {@code .gz} or {@code .zst}. All methods report a faulty file as an {@link
 * IllegalArgumentException} that names it.
 */
public final class Utf8Text extends Reader {
  /** Maximum number of characters in a line, or a record. */
  public static final int LONGEST_RECORD = 1 << 25;

  private static final int CHUNK = 1 << 16;
  private static final char BYTE_ORDER_MARK = '\uFEFF';

  private final Path file;
  private final PackedFile packed;
  private final InputStream in;
  private final CharsetDecoder decoder = StandardCharsets.UTF_8.newDecoder();
  private final ByteBuffer bytes = ByteBuffer.allocate(CHUNK);

  /** Decoded chars. */
  private final CharBuffer chars = CharBuffer.allocate(CHUNK).limit(0);

  private long before;
  private long line = 1;
  private boolean begun;
  private boolean ended;

  /** Opens a file. */
  public Utf8Text(Path file) {
    this.file = file;
    FileTree.requireExists("text file " + file, file);
    if (Files.isDirectory(file)) {
      throw new IllegalArgumentException("text file " + file + " is a folder");
    }
    FileTree.requireNoPipe("text file " + file, file);
    try {
      if (Files.size(file) == 0) {
        throw empty();
      }
      packed = new PackedFile(file);
    } catch (IOException e) {
      throw unreadable(IoReason.of(e, file), e);
    }
    try {
      in = unpacked();
    } catch (IOException e) {
      IOUtils.closeQuietly(packed);
      throw unreadable(e);
    }
  }

  /**
   * Reads the whole text of a file, without a leading byte order mark; a file whose name ends in
   * {@code .gz} or {@code .zst} is unpacked.
   *
   * @throws IllegalArgumentException if the file is missing, a folder, empty, not readable, or not
   *     UTF-8 (with offset and line of the first bad byte)
   */
  public static String read(Path file) {
    StringBuilder text = new StringBuilder();
    read(file, text::append);
    return text.toString();
  }

  /**
   * Reads the text of a file as {@link #read(Path)} does, chunk after chunk.
   *
   * @param reader receives chunks, none of which is empty or ends inside a surrogate pair
   */
  public static void read(Path file, Consumer<String> reader) {
    try (Utf8Text text = new Utf8Text(file)) {
      while (text.fill()) {
        reader.accept(text.chars.toString());
        text.chars.position(text.chars.limit());
      }
    }
  }

  /**
   * Reads the lines of a file, one in memory at a time.
   *
   * @param name of the file, for messages
   * @param reader receives each line without its end ({@code \n}, {@code \r\n} or {@code \r}), and
   *     its number, counted from 1
   */
  public static void lines(String name, Path file, ObjLongConsumer<String> reader) {
    Reader text = new ShortLines(name, new Utf8Text(file));
    try (LineNumberReader lines = new LineNumberReader(text, CHUNK)) {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        reader.accept(line, lines.getLineNumber());
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e); // every method reports its own
    }
  }

  /** Rejects a line that is too long while it is read, before all of it is in memory. */
  private static final class ShortLines extends FilterReader {
    private final String name;
    private long line = 1;
    private int length;
    private char last;

    ShortLines(String name, Reader text) {
      super(text);
      this.name = name;
    }

    @Override
    public int read(char[] target, int offset, int most) throws IOException {
      int read = super.read(target, offset, most);
      for (int i = offset; i < offset + read; i++) {
        add(target[i]);
      }
      return read;
    }

    private void add(char next) {
      if (next != '\n' && next != '\r') {
        length++;
      } else {
        line += next == '\n' && last == '\r' ? 0 : 1;
        length = 0;
      }
      if (length > LONGEST_RECORD) {
        throw new IllegalArgumentException(
            "%s, line %d: must have at most %,d characters, has more"
                .formatted(name, line, LONGEST_RECORD));
      }
      last = next;
    }
  }

  /** Returns at most this number of characters from the beginning of a file. */
  public static String beginning(Path file, int characters) {
    char[] beginning = new char[characters];
    try (Utf8Text text = new Utf8Text(file)) {
      return new String(beginning, 0, IOUtils.read(text, beginning));
    } catch (IOException e) {
      throw new UncheckedIOException(e); // every method reports its own
    }
  }

  /** Returns {@code gz} or {@code zst} if the file is unpacked while it is read; else empty. */
  public static String packing(Path file) {
    String name = file.toFile().getName().toLowerCase(Locale.ROOT);
    return Stream.of("gz", "zst")
        .filter(ending -> name.endsWith("." + ending))
        .findFirst()
        .orElse("");
  }

  /** Returns a text whose line ends ({@code \r\n} or {@code \r}) are {@code \n}. */
  public static String withLineFeeds(String text) {
    return text.replace("\r\n", "\n").replace('\r', '\n');
  }

  /** Returns the index of the first unpaired surrogate in a text, or -1. */
  public static int loneSurrogate(String text) {
    for (int i = 0; i < text.length(); i++) {
      if (Character.isSurrogate(text.charAt(i))) {
        if (Character.charCount(text.codePointAt(i)) == 1) {
          return i;
        }
        i++;
      }
    }
    return -1;
  }

  /** Rejects a text with an unpaired surrogate. */
  public static void requireNoLoneSurrogate(String text) {
    int lone = loneSurrogate(text);
    if (lone >= 0) {
      throw new IllegalArgumentException(
          "text must be valid Unicode, had a lone surrogate at index " + lone);
    }
  }

  private InputStream unpacked() throws IOException {
    return switch (packing(file)) {
      // Not Java's GZIPInputStream, which treats a member with a damaged header as the end.
      case "gz" ->
          GzipCompressorInputStream.builder()
              .setInputStream(new BufferedInputStream(packed, CHUNK))
              .setDecompressConcatenated(true)
              .get();
      case "zst" -> new ZstdInputStream(packed);
      default -> packed;
    };
  }

  /**
   * Counts the bytes and reads the last one separately: zstd-jni detects a frame without an end
   * only if the last read contains part of that frame.
   */
  private static final class PackedFile extends FilterInputStream {
    private long count;

    PackedFile(Path file) throws IOException {
      super(Files.newInputStream(file));
    }

    @Override
    public int read(byte[] target, int offset, int length) throws IOException {
      int before = in.available() - 1;
      int read = super.read(target, offset, before > 0 ? Math.min(length, before) : length);
      count += Math.max(read, 0);
      return read;
    }
  }

  @Override
  public int read(char[] target, int offset, int length) {
    if (length == 0) {
      return 0;
    }
    if (!fill()) {
      return -1;
    }
    int read = Math.min(length, chars.remaining());
    chars.get(target, offset, read);
    return read;
  }

  /** Decodes more chars if all were read; they do not end inside a surrogate pair. */
  private boolean fill() {
    while (!chars.hasRemaining()) {
      if (ended) {
        return false;
      }
      try {
        decode();
      } catch (IOException e) {
        throw unreadable(e);
      }
    }
    return true;
  }

  private void decode() throws IOException {
    int read = in.read(bytes.array(), bytes.position(), bytes.remaining());
    ended = read < 0;
    bytes.limit(bytes.position() + Math.max(read, 0)).position(0);
    chars.clear();
    CoderResult result = decoder.decode(bytes, chars, ended);
    if (result.isError()) {
      long place = before + bytes.position();
      if (place == 0 && hasMarkOfUtf16()) {
        throw utf16("");
      }
      throw new IllegalArgumentException(
          "text file %s is not UTF-8: malformed byte 0x%02X at offset %d (line %d)"
              .formatted(file, bytes.get(bytes.position()), place, line + lineEnds()));
    }
    before += bytes.position();
    line += lineEnds();
    bytes.compact();
    chars.flip();
    if (!begun && isMostlyNul()) {
      throw utf16(" or binary: a third of its beginning is NUL");
    }
    if (chars.hasRemaining()) {
      chars.position(!begun && chars.get(0) == BYTE_ORDER_MARK ? 1 : 0);
      begun = true;
    }
    if (ended && before == 0) {
      throw empty();
    }
  }

  /** Whether it begins with the byte order mark of UTF-16, in either order. */
  private boolean hasMarkOfUtf16() {
    return bytes.remaining() > 1
        && (bytes.getShort(0) == (short) 0xFEFF || bytes.getShort(0) == (short) 0xFFFE);
  }

  /** Detects UTF-16 without a mark: in Latin text every second byte is NUL. */
  private boolean isMostlyNul() {
    long nul = chars.chars().filter(c -> c == 0).count();
    return nul > 0 && nul >= chars.remaining() / 3;
  }

  private IllegalArgumentException utf16(String doubt) {
    return new IllegalArgumentException("text file " + file + " must be UTF-8, is UTF-16" + doubt);
  }

  /** Returns the number of line ends before the buffer's position. */
  private long lineEnds() {
    long ends = 0;
    for (int i = 0; i < bytes.position(); i++) {
      ends += bytes.get(i) == '\n' ? 1 : 0;
    }
    return ends;
  }

  private IllegalArgumentException empty() {
    return new IllegalArgumentException("text file " + file + " is empty");
  }

  /** Returns the error with the place in a packed file; it may be up to a buffer too far. */
  private IllegalArgumentException unreadable(IOException e) {
    String reason = IoReason.of(e, file);
    if (packing(file).isEmpty()) {
      return unreadable(reason, e);
    }
    boolean isCutOff = e instanceof EOFException || reason.startsWith("Truncated");
    return unreadable(
        isCutOff
            ? "it is cut off at byte %,d".formatted(packed.count)
            : "it is damaged before byte %,d: %s".formatted(packed.count, reason),
        e);
  }

  private IllegalArgumentException unreadable(String reason, IOException e) {
    return new IllegalArgumentException("text file " + file + " cannot be read: " + reason, e);
  }

  @Override
  public void close() {
    try {
      in.close();
    } catch (IOException e) {
      throw unreadable(e);
    }
  }
}
