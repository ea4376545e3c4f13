package io.evomoe.models.text;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.evomoe.internal.files.AtomicFile;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.zip.CRC32C;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Encoded streams in a file, from which ids are read on demand. Its first line is the CRC-32C of a
 * JSON object, in hex, a space and the object. The object has the source of the streams ({@code
 * key}) and their description. For each stream it has the name, the number of ids, the bytes of an
 * id (2 or 4, big-endian) and the CRC-32C of its ids. Then come the ids, stream after stream.
 *
 * @param description of the streams, for the user
 * @param streams in their order
 */
public record TokenFile(String description, List<TokenStream> streams) {
  private static final Logger log = LoggerFactory.getLogger(TokenFile.class);
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final int VERSION = 2;
  private static final int LONGEST_HEAD = 1 << 20;

  /** Keeps the streams unmodifiable. */
  public TokenFile {
    streams = List.copyOf(streams);
  }

  /**
   * Writes the file atomically. From then on the streams are read from it, and use no memory.
   *
   * @param key identifies the source of the streams: text, tokenizer and settings
   * @throws UncheckedIOException if it cannot be written; the old file is unchanged then
   */
  public void write(Path file, String key) {
    ObjectNode head = JsonNodeFactory.instance.objectNode();
    head.put("version", VERSION).put("key", key).put("description", description);
    ArrayNode parts = head.putArray("streams");
    for (TokenStream stream : streams) {
      TokenIds ids = stream.ids();
      ObjectNode part = parts.addObject().put("name", stream.name()).put("ids", ids.size());
      part.put("bytes", ids.width()).put("crc32c", ids.checksum());
    }
    AtomicFile.write(
        file,
        channel -> {
          String first = line(head.toString());
          ByteBuffer line = ByteBuffer.wrap(first.getBytes(StandardCharsets.UTF_8));
          while (line.hasRemaining()) {
            channel.write(line);
          }
          for (TokenStream stream : streams) {
            stream.ids().write(channel);
          }
        });
    moveTo(file);
  }

  private void moveTo(Path file) {
    try {
      RandomAccessFile open = open(file);
      long position = head(open).length;
      for (TokenStream stream : streams) {
        stream.ids().moveTo(open, position);
        position += (long) stream.ids().size() * stream.ids().width();
      }
    } catch (IOException e) {
      log.debug("Ids stay where they are: {} cannot be read", file, e);
    }
  }

  /** Whether a file was written with a key, and is complete. */
  public static boolean has(Path file, String key) {
    try (RandomAccessFile open = open(file)) {
      return read(open, key).isPresent();
    } catch (IOException | UncheckedIOException e) {
      return false;
    }
  }

  /**
   * Reads a file.
   *
   * @return empty if there is none, it was written with another key, or it is damaged, which is
   *     logged
   */
  public static Optional<TokenFile> read(Path file, String key) {
    if (!Files.isRegularFile(file)) {
      return Optional.empty();
    }
    try {
      RandomAccessFile open = open(file);
      Optional<TokenFile> read = Optional.empty();
      try {
        read = read(open, key);
      } finally {
        if (read.isEmpty()) {
          open.close();
        }
      }
      return read;
    } catch (IOException | UncheckedIOException e) {
      log.warn("{} is damaged, so the text is encoded anew: {}", file, e.getMessage());
      return Optional.empty();
    }
  }

  private static RandomAccessFile open(Path file) throws IOException {
    return new RandomAccessFile(file.toFile(), "r");
  }

  /** The file stays open for the streams. */
  private static Optional<TokenFile> read(RandomAccessFile file, String key) throws IOException {
    byte[] line = head(file);
    JsonNode head = parsed(line);
    if (!isOf(head, key)) {
      return Optional.empty();
    }
    List<TokenStream> streams = new ArrayList<>();
    long position = line.length;
    for (JsonNode part : head.path("streams")) {
      int size = part.path("ids").asInt(-1);
      int width = part.path("bytes").asInt();
      boolean isWidth = width == Character.BYTES || width == Integer.BYTES;
      if (!isWidth || size < 0 || file.length() < position + (long) size * width) {
        throw new IOException("its streams do not fit into it");
      }
      TokenIds ids = TokenIds.of(file, position, size, width);
      if (ids.checksum() != part.path("crc32c").asLong()) {
        throw new IOException("its checksum is another one");
      }
      streams.add(new TokenStream(part.path("name").asText(), ids));
      position += (long) size * width;
    }
    return Optional.of(new TokenFile(head.path("description").asText(), streams));
  }

  /** Returns the object of the first line. */
  private static JsonNode parsed(byte[] line) throws IOException {
    String text = new String(line, StandardCharsets.UTF_8);
    String json = text.substring(text.indexOf(' ') + 1).strip();
    if (!text.equals(line(json))) {
      throw new IOException("its first line has another checksum");
    }
    return JSON.readTree(json);
  }

  private static String line(String json) {
    CRC32C checksum = new CRC32C();
    checksum.update(json.getBytes(StandardCharsets.UTF_8));
    return HexFormat.of().toHexDigits((int) checksum.getValue()) + " " + json + "\n";
  }

  private static boolean isOf(JsonNode head, String key) {
    return head.path("version").asInt() == VERSION && head.path("key").asText().equals(key);
  }

  /** Returns the first line with its end, or as much as a head may have. */
  private static byte[] head(RandomAccessFile file) throws IOException {
    byte[] bytes = new byte[(int) Math.min(file.length(), LONGEST_HEAD)];
    file.seek(0);
    file.readFully(bytes);
    int end = 0;
    while (end < bytes.length && bytes[end] != '\n') {
      end++;
    }
    return Arrays.copyOf(bytes, Math.min(end + 1, bytes.length));
  }
}
