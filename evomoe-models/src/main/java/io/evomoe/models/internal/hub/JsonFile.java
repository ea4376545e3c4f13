package io.evomoe.models.internal.hub;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.evomoe.internal.files.Excerpt;
import io.evomoe.internal.files.FileTree;
import io.evomoe.internal.files.IoReason;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** One JSON object in a file. */
public final class JsonFile {
  private static final JsonMapper MAPPER =
      JsonMapper.builder()
          .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .build();

  private JsonFile() {}

  /** Reads a file, which must not be a link out of its folder. */
  public static ObjectNode read(Path file) {
    return parsed(file, text(file));
  }

  /** Copies a file under the conditions of {@link #read}. */
  static void copy(Path file, Path into) throws IOException {
    String text = text(file);
    parsed(file, text);
    Files.writeString(into, text);
  }

  private static String text(Path file) {
    FileTree.requireInside(file);
    try {
      return Files.readString(file);
    } catch (IOException e) {
      throw new IllegalArgumentException(file + " cannot be read: " + IoReason.of(e, file), e);
    }
  }

  private static ObjectNode parsed(Path file, String text) {
    try {
      if (MAPPER.readTree(text) instanceof ObjectNode object) {
        return object;
      }
      throw new IllegalArgumentException(file + " must hold a JSON object");
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException(
          "%s must be JSON: %s".formatted(file, Excerpt.ofParser(e.getOriginalMessage())), e);
    }
  }

  public static void write(Path file, JsonNode root) throws IOException {
    Files.writeString(file, root.toPrettyString() + "\n");
  }
}
