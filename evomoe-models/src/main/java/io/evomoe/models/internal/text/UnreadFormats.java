package io.evomoe.models.internal.text;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.io.JsonEOFException;
import de.siegmar.fastcsv.reader.CsvParseException;
import de.siegmar.fastcsv.reader.CsvReader;
import de.siegmar.fastcsv.reader.CsvRecord;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Rejects, by name, formats that could be mistaken for plain text, such as JSON and CSV with their
 * syntax.
 */
public final class UnreadFormats {
  /** Number of chars of the beginning that are examined. */
  public static final int LOOKED_AT = 1 << 16;

  /** Number of JSON values, or of CSV records, that are examined. */
  private static final int RECORDS = 20;

  private static final Pattern NAME = Pattern.compile("[\\p{L}_][\\p{L}\\p{N}_ .-]{0,39}");

  private static final Map<String, String> ENDINGS =
      Map.of(
          "jsonl", "JSON Lines",
          "ndjson", "JSON Lines",
          "json", "JSON",
          "csv", "CSV",
          "parquet", "Parquet",
          "arrow", "Arrow");

  private static final Pattern ENDING =
      Pattern.compile(
          "\\.(%s)(\\.(gz|bz2|zst|lz4|snappy|deflate|xz))?$"
              .formatted(String.join("|", ENDINGS.keySet())));

  private UnreadFormats() {}

  /**
   * Rejects a file that begins like another format than plain text.
   *
   * @param what kind of the file, with its path, for the message
   */
  public static void refuseByLook(String what, Path file) {
    String beginning = Utf8Text.beginning(file, LOOKED_AT);
    if (isJson(beginning)) {
      throw new IllegalArgumentException(
          what + " looks like JSON, of which JSON Lines are read: an object a line, named .jsonl");
    }
    if (isCsv(beginning)) {
      throw new IllegalArgumentException(
          what + " looks like CSV, which is read where it is named .csv and names its columns");
    }
  }

  /**
   * Rejects a file by its extension, if only plain text is supported; a compression extension may
   * follow it.
   *
   * @param what kind of the file, with its path, for the message
   * @param name of the file
   */
  public static void refuseByEnding(String what, String name) {
    Matcher ending = ENDING.matcher(name.toLowerCase(Locale.ROOT));
    if (ending.find()) {
      throw refusal(what + " is " + ENDINGS.get(ending.group(1)));
    }
  }

  /**
   * Rejects text by its beginning, if only plain text is supported.
   *
   * @param what kind of the text, with its path, for the message
   * @param text or its beginning
   */
  public static void refuseByLook(String what, String text) {
    String beginning = text.substring(0, Math.min(text.length(), LOOKED_AT));
    if (isJson(beginning)) {
      throw refusal(what + " looks like JSON");
    }
    if (isCsv(beginning)) {
      throw refusal(what + " looks like CSV");
    }
  }

  private static boolean isCsv(String beginning) {
    return isCsv(beginning, ',') || isCsv(beginning, ';');
  }

  /**
   * Whether the first records have the same number of fields, unlike lines of prose with commas.
   */
  private static boolean isCsv(String beginning, char separator) {
    List<List<String>> records;
    try {
      records =
          CsvReader.builder()
              .fieldSeparator(separator)
              .skipEmptyLines(false)
              .allowExtraFields(true)
              .allowMissingFields(true)
              .ofCsvRecord(beginning)
              .stream()
              .limit(RECORDS)
              .map(CsvRecord::getFields)
              .toList();
    } catch (CsvParseException e) {
      return false;
    }
    if (beginning.length() >= LOOKED_AT && records.size() < RECORDS) {
      records = records.subList(0, records.size() - 1);
    }
    if (records.isEmpty() || records.get(0).size() < 2) {
      return false;
    }
    List<String> first = records.get(0);
    boolean isNamed = first.stream().allMatch(field -> NAME.matcher(field).matches());
    return records.size() >= (isNamed ? 2 : 3)
        && records.stream().allMatch(record -> record.size() == first.size())
        && records.stream().flatMap(List::stream).noneMatch(UnreadFormats::isProse);
  }

  private static boolean isProse(String field) {
    return field.startsWith(" ") || field.indexOf('\t') >= 0;
  }

  private static IllegalArgumentException refusal(String what) {
    return new IllegalArgumentException(
        what
            + ", which is not read: give plain text (.txt, documents separated by empty lines) or"
            + " lines of two columns with a TAB between (.tsv)");
  }

  /** Whether there are only objects and arrays with content. */
  private static boolean isJson(String beginning) {
    boolean filled = false;
    try (JsonParser parser = new JsonFactory().createParser(beginning)) {
      for (int value = 0; value < RECORDS; ) {
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
