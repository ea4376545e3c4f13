package io.evomoe.models.text.source;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** What a file of data is taken for, by the ending of its name. */
public enum FileForm {
  /** Documents with empty lines between them; of pairs and classes, lines of two columns. */
  TEXT("plain text", "txt|text"),
  /** One document a file. */
  MARKDOWN("Markdown", "md|markdown"),
  /** A JSON object a line. */
  JSONL("JSON Lines", "jsonl|ndjson"),
  /** Records of columns that the first one names, separated by comma, semicolon or TAB. */
  CSV("CSV", "csv"),
  /** The same with a TAB between columns; or lines of two columns without names. */
  TSV("TSV", "tsv"),
  /** Rows of named columns. */
  PARQUET("Parquet", "parquet");

  private static final String LIST_TO_LINES =
      ": a list becomes an object a line by jq -c '.[]' a.json > a.jsonl";

  private static final List<String> PACKED = List.of("gz", "zst");
  private static final List<String> UNREAD_PACKED =
      List.of("bz2", "xz", "lz4", "zip", "7z", "tar", "tgz", "br", "snappy");

  private final String words;

  /** A pattern, the usual one first. */
  private final String endings;

  FileForm(String words, String endings) {
    this.words = words;
    this.endings = endings;
  }

  /** The form of a file, if the ending of its name says one; {@code .gz} or {@code .zst} aside. */
  public static Optional<FileForm> of(Path file) {
    String ending = ending(unpacked(file));
    return Stream.of(values()).filter(form -> ending.matches(form.endings)).findFirst();
  }

  /**
   * The form of a file.
   *
   * @param what the file is said to be, with its path, for the message
   * @param other of files whose ending says none; null for plain text where a name has no ending,
   *     and to refuse others
   * @throws IllegalArgumentException for an ending that is not read
   */
  static FileForm require(String what, Path file, @Nullable FileForm other) {
    String ending = ending(unpacked(file));
    FileForm form =
        of(file).orElse(other != null ? other : ending.isEmpty() ? FileForm.TEXT : null);
    if (form == null || UNREAD_PACKED.contains(ending)) {
      throw new IllegalArgumentException(
          "%s must have an ending that is read, %s, or its form be given (--data-format), has .%s%s"
              .formatted(what, allEndings(), ending, ending.equals("json") ? LIST_TO_LINES : ""));
    }
    if (form == PARQUET && isPacked(file)) {
      throw new IllegalArgumentException(
          what + " must be unpacked: Parquet is packed inside, and not read from .gz or .zst");
    }
    return form;
  }

  /** {@code gz} or {@code zst}, where the file is unpacked as it is read; else empty. */
  static String packing(Path file) {
    String ending = ending(name(file));
    return PACKED.contains(ending) ? ending : "";
  }

  private static boolean isPacked(Path file) {
    return !packing(file).isEmpty();
  }

  /** The name without the ending of its packing. */
  private static String unpacked(Path file) {
    String name = name(file);
    return isPacked(file) ? name.substring(0, name.lastIndexOf('.')) : name;
  }

  /** What stands behind the last dot, if there is one that does not begin the name. */
  private static String ending(String name) {
    int dot = name.lastIndexOf('.');
    return dot <= 0 ? "" : name.substring(dot + 1);
  }

  private static String name(Path file) {
    return file.toFile().getName().toLowerCase(Locale.ROOT);
  }

  /** A pattern of its endings, without dots. */
  String endings() {
    return endings;
  }

  /** The usual one. */
  String ending() {
    return endings.replaceFirst("\\|.*", "");
  }

  /** Endings that are read, for people. */
  static String allEndings() {
    return Arrays.stream(values())
        .map(form -> "." + form.ending())
        .collect(Collectors.joining(", "));
  }

  /** For people, such as {@code JSON Lines}. */
  public String words() {
    return words;
  }

  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }
}
