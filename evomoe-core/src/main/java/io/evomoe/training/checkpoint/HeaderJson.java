package io.evomoe.training.checkpoint;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.nd4j.shade.jackson.core.JsonParser;
import org.nd4j.shade.jackson.core.JsonProcessingException;
import org.nd4j.shade.jackson.core.JsonToken;
import org.nd4j.shade.jackson.databind.JsonNode;

/** The JSON text of a safetensors header, looked through before a tree is made of it. */
final class HeaderJson {
  /** Object, tensor, list of numbers. */
  private static final int DEEPEST = 3;

  /** Digits of the greatest long; longer numbers take quadratic time to read. */
  private static final int LONGEST_NUMBER = 19;

  private HeaderJson() {}

  static JsonNode read(Path file, byte[] utf8) throws IOException {
    try {
      String text = StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(utf8)).toString();
      requirePlain(file, text);
      JsonNode root = Json.MAPPER.readTree(text);
      if (!root.isObject()) {
        throw new CheckpointException(file + ": header is not a JSON object");
      }
      return root;
    } catch (CharacterCodingException e) {
      throw new CheckpointException(file + ": header is not JSON: it is not UTF-8", e);
    } catch (JsonProcessingException e) {
      throw new CheckpointException(file + ": header is not JSON: " + e.getOriginalMessage(), e);
    }
  }

  /** Without recursion, so that no nesting overflows the stack. */
  private static void requirePlain(Path file, String text) throws IOException {
    try (JsonParser parser = Json.MAPPER.getFactory().createParser(text)) {
      int depth = 0;
      for (JsonToken token = parser.nextToken(); token != null; token = parser.nextToken()) {
        depth += token.isStructStart() ? 1 : token.isStructEnd() ? -1 : 0;
        if (depth > DEEPEST) {
          throw new CheckpointException(
              "%s: header nests more than %d levels deep".formatted(file, DEEPEST));
        }
        if (token.isNumeric() && parser.getTextLength() > LONGEST_NUMBER) {
          throw new CheckpointException(
              "%s: header has a number of %d characters, longest is %d"
                  .formatted(file, parser.getTextLength(), LONGEST_NUMBER));
        }
      }
    }
  }
}
