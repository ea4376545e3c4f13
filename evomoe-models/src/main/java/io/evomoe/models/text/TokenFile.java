package io.evomoe.models.text;

import com.fasterxml.jackson.core.JsonProcessingException;
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
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Streams that were encoded, in a file from which ids are read when they are asked for. It begins
 * with a line of JSON that says what they are made of ({@code key}), what they are, and of each
 * stream its name, its number of ids, the bytes of an id (2 or 4, big-endian) and the CRC-32C of
 * its ids. Then come the ids, stream after stream.
 *
 * @param description of the streams, for people
 * @param streams in their order
 */
public record TokenFile(String description, List<TokenStream> streams) {
  private static final Logger log = LoggerFactory.getLogger(TokenFile.class);
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final int VERSION = 1;
  private static final int LONGEST_HEAD = 1 << 20;

  /** Keeps the streams unmodifiable. */
  public TokenFile {
    streams = List.copyOf(streams);
  }

  /**
   * Writes the file, which is at every moment the old one or the new one. From then on the streams
   * are read from it, and take no other room.
   *
   * @param key that tells what the streams are made of: text, tokenizer and all else
   * @throws UncheckedIOException if it cannot be written; the old one is then untouched
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
          ByteBuffer line = ByteBuffer.wrap((head + "\n").getBytes(StandardCharsets.UTF_8));
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

  /** Whether a file was written with a key; what follows its head is not looked at. */
  public static boolean has(Path file, String key) {
    try (RandomAccessFile open = open(file)) {
      return isOf(JSON.readTree(head(open)), key);
    } catch (IOException e) {
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
      int size = part.path("ids").asInt();
      int width = part.path("bytes").asInt();
      if (file.length() < position + (long) size * width) {
        throw new IOException("it ends too early");
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

  private static JsonNode parsed(byte[] line) throws IOException {
    try {
      return JSON.readTree(line);
    } catch (JsonProcessingException e) {
      throw new IOException("its first line is no JSON", e);
    }
  }

  private static boolean isOf(JsonNode head, String key) {
    return head.path("version").asInt() == VERSION && head.path("key").asText().equals(key);
  }

  /** The first line with its end, or as much as a head may have. */
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
