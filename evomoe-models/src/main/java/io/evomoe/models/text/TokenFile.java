package io.evomoe.models.text;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.evomoe.internal.files.AtomicFile;
import java.io.BufferedInputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.nio.channels.Channels;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.zip.CRC32C;
import java.util.zip.CheckedInputStream;
import java.util.zip.CheckedOutputStream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Encoded streams in a file, from which ids are read on demand. Its first line is a JSON object
 * with the source of the streams ({@code key}) and their description. For each stream it has the
 * name, the number of ids and the bytes of an id (2 or 4, big-endian). Then come the ids, stream
 * after stream, and in the last 8 bytes the CRC-32C of all before.
 *
 * @param description of the streams, for the user
 * @param streams in their order
 */
public record TokenFile(String description, List<TokenStream> streams) {
  private static final Logger log = LoggerFactory.getLogger(TokenFile.class);
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final int VERSION = 3;

  /** Keeps the streams unmodifiable. */
  public TokenFile {
    streams = List.copyOf(streams);
  }

  /**
   * Writes the file atomically. From then on the streams are read from it.
   *
   * @param key identifies the source of the streams: text, tokenizer and settings
   * @throws UncheckedIOException if it cannot be written; the old file is unchanged then
   */
  public void write(Path file, String key) {
    ObjectNode head = JsonNodeFactory.instance.objectNode();
    head.put("version", VERSION).put("key", key).put("description", description);
    ArrayNode parts = head.putArray("streams");
    for (TokenStream stream : streams) {
      ObjectNode part = parts.addObject().put("name", stream.name());
      part.put("ids", stream.size()).put("bytes", stream.width());
    }
    byte[] line = (head + "\n").getBytes(StandardCharsets.UTF_8);
    AtomicFile.write(
        file,
        channel -> {
          CheckedOutputStream out =
              new CheckedOutputStream(Channels.newOutputStream(channel), new CRC32C());
          out.write(line);
          for (TokenStream stream : streams) {
            stream.write(out);
          }
          new DataOutputStream(out).writeLong(out.getChecksum().getValue());
        });
    moveTo(file, line.length);
  }

  private void moveTo(Path file, long first) {
    try {
      RandomAccessFile open = open(file);
      long position = first;
      for (TokenStream stream : streams) {
        stream.moveTo(open, position);
        position += (long) stream.size() * stream.width();
      }
    } catch (IOException e) {
      log.debug("Ids stay where they are: {} cannot be read", file, e);
    }
  }

  /** Whether a file was written with a key, and is complete. */
  public static boolean has(Path file, String key) {
    try (RandomAccessFile open = open(file)) {
      return read(file, open, key).isPresent();
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
        read = read(file, open, key);
      } finally {
        if (read.isEmpty()) {
          open.close();
        }
      }
      return read;
    } catch (IOException e) {
      log.warn("{} is damaged, so the text is encoded anew: {}", file, e.getMessage());
      return Optional.empty();
    }
  }

  private static RandomAccessFile open(Path file) throws IOException {
    return new RandomAccessFile(file.toFile(), "r");
  }

  /** The open file is that of the streams. */
  private static Optional<TokenFile> read(Path file, RandomAccessFile open, String key)
      throws IOException {
    long end = open.length() - Long.BYTES;
    if (end < 0) {
      throw new IOException("it ends too early");
    }
    String line = String.valueOf(open.readLine()); // with a char for each byte
    JsonNode head;
    try {
      head = JSON.readTree(line.getBytes(StandardCharsets.ISO_8859_1));
    } catch (JsonProcessingException e) {
      throw new IOException("its first line is not JSON", e);
    }
    if (head.path("version").asInt() != VERSION || !head.path("key").asText().equals(key)) {
      return Optional.empty();
    }
    requireChecksum(file, end);
    List<TokenStream> streams = new ArrayList<>();
    long position = open.getFilePointer();
    for (JsonNode part : head.path("streams")) {
      TokenStream stream =
          new TokenStream(
              part.path("name").asText(),
              open,
              position,
              part.path("ids").asInt(),
              part.path("bytes").asInt());
      streams.add(stream);
      position += (long) stream.size() * stream.width();
    }
    if (position != end) {
      throw new IOException("its streams do not fit into it");
    }
    return Optional.of(new TokenFile(head.path("description").asText(), streams));
  }

  private static void requireChecksum(Path file, long end) throws IOException {
    try (CheckedInputStream in =
        new CheckedInputStream(new BufferedInputStream(Files.newInputStream(file)), new CRC32C())) {
      in.skipNBytes(end);
      long checksum = in.getChecksum().getValue();
      if (new DataInputStream(in).readLong() != checksum) {
        throw new IOException("its checksum is another one");
      }
    }
  }
}
