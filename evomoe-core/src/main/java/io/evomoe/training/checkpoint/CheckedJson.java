package io.evomoe.training.checkpoint;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import org.nd4j.shade.jackson.core.JsonLocation;
import org.nd4j.shade.jackson.core.JsonParser;
import org.nd4j.shade.jackson.core.JsonProcessingException;
import org.nd4j.shade.jackson.core.JsonToken;
import org.nd4j.shade.jackson.databind.node.ObjectNode;

/**
 * A JSON object of a checkpoint file that is checked before a tree is created.
 *
 * @param source file and part, for messages
 * @param deepest maximum level of nesting
 */
record CheckedJson(String source, int deepest) {

  /**
   * Characters of the longest long and double that Java writes. Longer numbers take quadratic time
   * to read.
   */
  private static final int LONGEST_NUMBER = 24;

  /**
   * Reads an object.
   *
   * @throws CheckpointException naming the source, if it is not a JSON object
   */
  ObjectNode read(byte[] utf8) throws IOException {
    try {
      String text = StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(utf8)).toString();
      requirePlain(text);
      if (Json.MAPPER.readTree(text) instanceof ObjectNode object) {
        return object;
      }
      throw new CheckpointException(source + " is not a JSON object");
    } catch (CharacterCodingException e) {
      throw new CheckpointException(source + " is not JSON: it is not UTF-8", e);
    } catch (JsonProcessingException e) {
      JsonLocation at = e.getLocation();
      throw new CheckpointException(
          "%s is not JSON%s"
              .formatted(
                  source,
                  at == null
                      ? ""
                      : " at line %d, column %d".formatted(at.getLineNr(), at.getColumnNr())),
          e);
    }
  }

  /** Checks nesting and numbers without recursion, so no nesting overflows the stack. */
  private void requirePlain(String text) throws IOException {
    try (JsonParser parser = Json.MAPPER.getFactory().createParser(text)) {
      int depth = 0;
      for (JsonToken token = parser.nextToken(); token != null; token = parser.nextToken()) {
        depth += token.isStructStart() ? 1 : token.isStructEnd() ? -1 : 0;
        if (depth > deepest) {
          throw new CheckpointException(
              "%s nests more than %d levels deep".formatted(source, deepest));
        }
        if (token.isNumeric() && parser.getTextLength() > LONGEST_NUMBER) {
          throw new CheckpointException(
              "%s has a number of %d characters, longest is %d"
                  .formatted(source, parser.getTextLength(), LONGEST_NUMBER));
        }
      }
    }
  }
}
