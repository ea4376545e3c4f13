package io.evomoe.models.text;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.io.JsonEOFException;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;

/**
 * Formats that are text to a reader of text, and not what anybody wants to train on: JSON and CSV
 * with their braces, names and commas. They are refused by name.
 */
public final class UnreadFormats {
  /** As much of the beginning as is looked at, in chars. */
  public static final int LOOKED_AT = 1 << 16;

  /** JSON values that are looked at. */
  private static final int VALUES = 20;

  private static final Map<String, String> ENDINGS = new LinkedHashMap<>();

  static {
    ENDINGS.put("jsonl", "JSON Lines");
    ENDINGS.put("ndjson", "JSON Lines");
    ENDINGS.put("json", "JSON");
    ENDINGS.put("csv", "CSV");
    ENDINGS.put("parquet", "Parquet");
    ENDINGS.put("arrow", "Arrow");
  }

  private UnreadFormats() {}

  /**
   * Refuses a file by its ending, before which there may be one of a compression.
   *
   * @param what it is said to be, with its path, for the message
   * @param name of the file
   */
  public static void refuseByEnding(String what, String name) {
    String lower = name.toLowerCase(Locale.ROOT);
    ENDINGS.forEach(
        (ending, format) -> {
          if (lower.matches(".*\\." + ending + "(\\.(gz|bz2|zst|lz4|snappy|deflate|xz))?")) {
            throw refusal(what + " is " + format);
          }
        });
  }

  /**
   * Refuses text by how it begins.
   *
   * @param what it is said to be, with its path, for the message
   * @param text or its beginning
   */
  public static void refuseByLook(String what, String text) {
    String beginning = text.substring(0, Math.min(text.length(), LOOKED_AT));
    if (isJson(beginning)) {
      throw refusal(what + " looks like JSON");
    }
    if (CsvLook.isCsv(beginning, ',') || CsvLook.isCsv(beginning, ';')) {
      throw refusal(what + " looks like CSV");
    }
  }

  private static IllegalArgumentException refusal(String what) {
    return new IllegalArgumentException(
        what
            + ", which is not read: give plain text (.txt, documents separated by empty lines) or"
            + " lines of two columns with a TAB between (.tsv)");
  }

  /** Objects and arrays with something in them, one after another, and nothing else. */
  private static boolean isJson(String beginning) {
    boolean filled = false;
    try (JsonParser parser = new JsonFactory().createParser(beginning)) {
      for (int value = 0; value < VALUES; ) {
        JsonToken token = parser.nextToken();
        if (token == null) {
          return filled;
        }
        boolean inside = !parser.getParsingContext().inRoot();
        if (!inside && !token.isStructEnd()) {
          return false;
        }
        filled |= token == JsonToken.FIELD_NAME || token == JsonToken.VALUE_STRING;
        value += inside ? 0 : 1;
      }
      return filled;
    } catch (JsonEOFException cutOff) {
      return filled;
    } catch (IOException e) {
      return false;
    }
  }
}
