package io.evomoe.models.text.source;

import io.evomoe.models.internal.text.Utf8Text;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.ServiceLoader;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** The built-in formats of data files. */
enum FileForm implements RecordFormat {
  /** Documents with empty lines between them; for pairs and classes, lines of two columns. */
  TEXT("plain text", "txt text"),
  /** One document per file. */
  MARKDOWN("Markdown", "md markdown"),
  /** One JSON object per line. */
  JSONL("JSON Lines", "jsonl ndjson"),
  /** Records whose first one names the columns, separated by comma, semicolon or TAB. */
  CSV("CSV", "csv"),
  /**
   * Records whose first one names the columns, separated by TAB; or lines of two columns without
   * names.
   */
  TSV("TSV", "tsv"),
  /** Rows of named columns. */
  PARQUET("Parquet", "parquet");

  private static final String LIST_TO_LINES =
      ": a list becomes an object a line by jq -c '.[]' a.json > a.jsonl";

  private static final List<String> UNREAD_PACKED =
      List.of("bz2", "xz", "lz4", "zip", "7z", "tar", "tgz", "br", "snappy");

  private final String words;

  /** Separated by blanks, the default first. */
  private final String endings;

  FileForm(String words, String endings) {
    this.words = words;
    this.endings = endings;
  }

  @Override
  public String read(Request request, Records records) throws IOException {
    List<String> fields = request.fields();
    return switch (this) {
      case TEXT -> {
        if (request.kind() == RecordKind.CHAT) {
          throw new IllegalArgumentException(
              request.name() + " must hold conversations as the other data does, is plain text");
        }
        yield LineRecords.readTabbed(request, records);
      }
      case JSONL -> {
        LineRecords.readJson(request, records);
        yield request.kind() == RecordKind.CHAT
            ? words
            : words + " of " + RecordKind.named("field", fields);
      }
      case CSV, TSV -> {
        NamedColumns columns = NamedColumns.of(request, this).orElse(null);
        if (columns == null) {
          yield LineRecords.readTabbed(request, records);
        }
        columns.read(request.file(), records);
        yield columns.form(this, fields);
      }
      case PARQUET -> {
        ParquetRows.read(request, records);
        yield words + " of " + RecordKind.named("column", fields);
      }
      case MARKDOWN ->
          throw new IllegalArgumentException(
              "%s is Markdown, which has no %s".formatted(request.name(), request.kind().units()));
    };
  }

  /**
   * Returns the format of a file with a known extension; {@code .gz} and {@code .zst} are ignored.
   */
  static Optional<RecordFormat> of(Path file) {
    String ending = ending(file);
    return RecordFormat.installed().stream()
        .filter(form -> form.endings().contains(ending))
        .findFirst();
  }

  /**
   * Returns the format of a file.
   *
   * @param what kind of the file, with its path, for the message
   * @param other format of files without a known extension; null to read files without an extension
   *     as plain text and reject other extensions
   * @throws IllegalArgumentException for an unsupported extension
   */
  static RecordFormat require(String what, Path file, @Nullable RecordFormat other) {
    String ending = ending(file);
    RecordFormat form =
        of(file).orElse(other != null ? other : ending.isEmpty() ? FileForm.TEXT : null);
    if (form == null || UNREAD_PACKED.contains(ending)) {
      throw new IllegalArgumentException(
          "%s must have an ending that is read, %s, or its form be given (--data-format), has .%s%s"
              .formatted(what, allEndings(), ending, ending.equals("json") ? LIST_TO_LINES : ""));
    }
    if (!form.mayBePacked() && isPacked(file)) {
      throw new IllegalArgumentException(
          "%s must be unpacked: %s is not read from .gz or .zst".formatted(what, form.words()));
    }
    return form;
  }

  private static boolean isPacked(Path file) {
    return !Utf8Text.packing(file).isEmpty();
  }

  /** Returns the extension, without that of the compression; empty if there is none. */
  private static String ending(Path file) {
    String name = file.toFile().getName().toLowerCase(Locale.ROOT);
    String unpacked = isPacked(file) ? name.substring(0, name.lastIndexOf('.')) : name;
    int dot = unpacked.lastIndexOf('.');
    return dot <= 0 ? "" : unpacked.substring(dot + 1);
  }

  @Override
  public List<String> endings() {
    return List.of(endings.split(" "));
  }

  /** Returns the supported extensions, for the user. */
  static String allEndings() {
    return RecordFormat.installed().stream()
        .map(form -> "." + form.endings().get(0))
        .collect(Collectors.joining(", "));
  }

  @Override
  public String words() {
    return words;
  }

  @Override
  public String unit() {
    return this == PARQUET ? "row" : "line";
  }

  @Override
  public boolean mayBePacked() {
    return this != PARQUET;
  }

  @Override
  public String id() {
    return name().toLowerCase(Locale.ROOT);
  }

  @Override
  public String toString() {
    return id();
  }

  /** All formats, read once. */
  static final class Installed {
    static final List<RecordFormat> ALL =
        Stream.concat(
                Stream.of(values()),
                ServiceLoader.load(RecordFormat.class).stream().map(ServiceLoader.Provider::get))
            .toList();

    private Installed() {}
  }
}
