package io.evomoe.models.text.source;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What is broken is one sentence that names file, line and field, or is left out and counted. */
class BrokenSourcesTest {
  static final DocumentReader NOBODY =
      new DocumentReader() {
        @Override
        public void part(String text) {}

        @Override
        public void end() {}
      };

  @TempDir private Path folder;

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "{`text`: `b` | is not JSON, at column 13: Unexpected end-of-input",
        "{`text`: b} | is not JSON, at column 11: Unrecognized token 'b'",
        "{`text`: `b`, `text`: `c`} | is not JSON, at column 21: Duplicate field 'text'",
        "{`text`: `b`} {} | must be one JSON object, has more behind it",
        "[`b`] | must be a JSON object with field text",
        "word | is not JSON, at column 5: Unrecognized token 'word'",
        "{`body`: `b`} | has no field text, has body",
        "{`id`: 7, `body`: {`text`: `b`}} | has no field text, has id, body",
        "{`1`:1, `2`:2, `3`:3, `4`:4, `5`:5, `6`:6, `7`:7, `8`:8, `9`:9} | has no field text, has"
            + " 1, 2, 3, 4, 5, 6, 7, 8, ...",
        "{`text`: 7} | field text must be a string, is 7",
        "{`text`: null} | field text must be a string, is null",
        "{`text`: {`a`: 1}} | field text must be a string, is {\"a\":1}",
        "{`text`: [`b`]} | field text must be a string, is [\"b\"]",
        "{`text`: `\\ud800`} | field text holds half a surrogate pair",
      })
  void should_name_the_line_of_bad_json(String line, String fault) throws IOException {
    String bad = line.replace('`', '"');
    Path file = write("a.jsonl", "{\"text\": \"a\"}\n\n" + bad + "\n{\"text\": \"c\"}\n");

    assertThatThrownBy(() -> documents(file))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith("text file " + file + ", line 3: " + fault)
        .hasMessageNotContaining("\n");
    assertThat(skipping(file))
        .isEqualTo(
            "text file "
                + file
                + " is JSON Lines of field text: 2 documents, 2 characters; 1 bad line left out:"
                + " 3");
  }

  @Test
  void should_name_the_line_of_json_that_is_too_deep_or_too_long_for_its_reader()
      throws IOException {
    List<String> others =
        List.of(
            "[".repeat(2000) + "]".repeat(2000),
            "9".repeat(5000),
            "{\"" + "n".repeat(60_000) + "\": 1}");
    for (String other : others) {
      Path file = write("a.jsonl", "{\"text\": \"a\"}\n{\"x\": " + other + ", \"text\": \"b\"}\n");

      assertRefused(file, ", line 2: cannot be read as JSON: ", RecordKind.DOCUMENT);
      assertThatThrownBy(() -> documents(file)).hasMessageNotContaining("Stream");
      assertThat(skipping(file)).endsWith("1 character; 1 bad line left out: 2");
    }
  }

  @Test
  void should_name_the_line_of_a_csv_record_of_other_columns() throws IOException {
    Path file = write("a.csv", "id,text\n1,\"a\nb\"\n\n2\n3,c,d\n4,e\n");

    assertRefused(
        file, ", line 5: must have 2 columns as the first line has, has 1", RecordKind.DOCUMENT);
    assertThat(skipping(file))
        .endsWith("is CSV of column text: 2 documents, 4 characters; 2 bad lines left out: 5, 6");
  }

  @Test
  void should_refuse_a_csv_record_that_is_longer_than_a_line_may_be() throws IOException {
    String column = ("x".repeat(1 << 20) + ",").repeat(33);
    Path file = write("a.csv", "text" + ",n".repeat(33) + "\n" + column + "b\n");

    assertRefused(
        file,
        ", line 2: Field at index 32 in record starting at line 2 exceeds the max record size of",
        RecordKind.DOCUMENT);
  }

  @Test
  void should_count_the_columns_of_a_first_line_of_any_length() throws IOException {
    Path file = write("a.csv", "n,".repeat(50_000) + "text\n" + "1,".repeat(50_000) + "b\n");
    assertThat(documents(file)).endsWith("1 document, 1 character");
  }

  @Test
  void should_refuse_quotes_that_are_wrong_in_any_case() throws IOException {
    Path open = write("a.csv", "id,text\n1,a\n2,\"b\n3,c\n");
    assertRefused(open, ", line 3: has a quote that is not closed", RecordKind.DOCUMENT);
    assertThatThrownBy(() -> skipping(open)).hasMessageContaining("line 3: has a quote");

    Path inside = write("b.csv", "id,text\n1,a\n2,\"b\" c\n3,d\n");
    assertRefused(
        inside,
        ", line 3: Unexpected character after closing quote: ' ' (0x20)",
        RecordKind.DOCUMENT);
  }

  @Test
  void should_say_why_the_first_line_is_not_a_record() throws IOException {
    assertRefused(
        write("a.csv", "\"id\" x,text\n1,a\n"),
        ", line 1: Unexpected character after closing quote: ' ' (0x20)",
        RecordKind.DOCUMENT);
  }

  @Test
  void should_name_the_columns_that_there_are() throws IOException {
    assertRefused(
        write("a.csv", "id,body\n1,a\n"),
        " must name the column text in its first line, which has id, body",
        RecordKind.DOCUMENT);
    assertRefused(
        write("a.csv", "source;x\n1;a\n"),
        " must name the columns source and target in its first line, which has source, x",
        RecordKind.PAIR);
    assertRefused(
        write("a.tsv", "a\tb\tc\n1\t2\t3\n"),
        " must name the columns source and target in its first line, or have two columns, which"
            + " has a, b, c",
        RecordKind.PAIR);
    assertRefused(
        write("a.csv", "text,text\n1,a\n"),
        " must name the column text once, names it twice",
        RecordKind.DOCUMENT);
  }

  @Test
  void should_name_the_line_of_a_byte_that_is_not_utf8_in_csv() throws IOException {
    Path file = folder.resolve("a.csv");
    String text = "text\n" + "a\n".repeat(50_000) + "ä\n";
    Files.write(file, text.getBytes(StandardCharsets.ISO_8859_1));

    assertRefused(
        file,
        " is not UTF-8: malformed byte 0xE4 at offset 100005 (line 50002)",
        RecordKind.DOCUMENT);
  }

  @Test
  void should_name_the_line_of_a_byte_that_is_not_utf8() throws IOException {
    Path file = folder.resolve("a.jsonl");
    String text = "{\"text\": \"a\"}\n{\"text\": \"ä\"}\n";
    Files.write(file, text.getBytes(StandardCharsets.ISO_8859_1));

    assertRefused(
        file, " is not UTF-8: malformed byte 0xE4 at offset 24 (line 2)", RecordKind.DOCUMENT);
    assertThatThrownBy(() -> skipping(file)).hasMessageContaining("(line 2)");
  }

  @ParameterizedTest
  @ValueSource(strings = {"UTF-16LE", "UTF-16BE"})
  void should_name_utf_16_which_windows_writes(String charset) throws IOException {
    for (String name : List.of("a.txt", "a.jsonl", "a.csv")) {
      Path file = folder.resolve(name);
      Files.write(file, "\uFEFF{\"text\": \"a\"}\n".getBytes(Charset.forName(charset)));

      assertRefused(file, " must be UTF-8, is UTF-16", RecordKind.DOCUMENT);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"UTF-16LE", "UTF-16BE"})
  void should_not_take_utf_16_without_a_mark_for_text_with_nul_in_it(String charset)
      throws IOException {
    Path file = folder.resolve("a.txt");
    Files.write(file, "Some text.\n".getBytes(Charset.forName(charset)));

    assertRefused(
        file,
        " must be UTF-8, is UTF-16 or binary: a third of its beginning is NUL",
        RecordKind.DOCUMENT);
  }

  @Test
  void should_say_how_a_json_list_becomes_lines() throws IOException {
    assertRefused(
        write("a.json", "[{\"text\": \"a\"}]"),
        " must have an ending that is read, .txt, .md, .jsonl, .csv, .tsv, .parquet, .notes, or its"
            + " form be given (--data-format), has .json: a list becomes an object a line by jq -c"
            + " '.[]' a.json > a.jsonl",
        RecordKind.DOCUMENT);
  }

  @Test
  @EnabledOnOs(OS.LINUX)
  void should_not_call_a_pipe_empty() throws Exception {
    Path pipe = folder.resolve("pipe.txt");
    assertThat(new ProcessBuilder("mkfifo", pipe.toString()).start().waitFor()).isZero();

    assertRefused(
        pipe, " must be a file, which can be read twice, is a pipe or device", RecordKind.DOCUMENT);
  }

  @Test
  void should_refuse_files_that_are_empty_or_cut_off() throws IOException {
    for (String name : List.of("a.txt", "a.jsonl", "a.csv", "a.tsv", "a.md")) {
      assertRefused(write(name, ""), " is empty", RecordKind.DOCUMENT);
      assertRefused(write(name + ".zst", ""), " is empty", RecordKind.DOCUMENT);
    }
    for (String name : List.of("a.jsonl.gz", "a.jsonl.zst")) {
      StringBuilder lines = new StringBuilder();
      for (int i = 0; i < 20_000; i++) {
        lines.append("{\"text\": \"").append(i * 7919L % 65_536).append("\"}\n");
      }
      Path whole = write(name, lines.toString());
      byte[] bytes = Files.readAllBytes(whole);
      Files.write(whole, Arrays.copyOf(bytes, bytes.length / 2));

      assertRefused(whole, " cannot be read: it is cut off", RecordKind.DOCUMENT);
      assertThatThrownBy(() -> skipping(whole)).hasMessageContaining("it is cut off");
    }
  }

  /** Each part is a file of its own, as {@code cat a.gz b.gz c.gz} puts them together. */
  @ParameterizedTest
  @ValueSource(strings = {".gz", ".zst"})
  void should_refuse_a_file_of_several_parts_that_is_damaged_in_any(String packing)
      throws IOException {
    Path file = folder.resolve("a.jsonl" + packing);
    byte[] part =
        Files.readAllBytes(write("part.jsonl" + packing, "{\"text\": \"a\"}\n".repeat(9)));
    byte[] whole = new byte[3 * part.length];
    for (int at = 0; at < whole.length; at += part.length) {
      System.arraycopy(part, 0, whole, at, part.length);
    }
    Files.write(file, whole);
    assertThat(documents(file)).contains("27 documents");

    for (int place = 0; place < 4; place++) {
      byte[] flipped = whole.clone();
      flipped[part.length + place] ^= 32;
      Files.write(file, flipped);
      assertRefused(file, " cannot be read: it is ", RecordKind.DOCUMENT);
    }
    for (int length = 2 * part.length + 1; length < whole.length; length++) {
      Files.write(file, Arrays.copyOf(whole, length));
      assertRefused(file, " cannot be read: it is ", RecordKind.DOCUMENT);
    }
    Files.write(file, Arrays.copyOf(whole, whole.length + 5));
    assertRefused(file, " cannot be read: it is damaged before byte ", RecordKind.DOCUMENT);
  }

  @Test
  void should_refuse_a_folder_without_a_file_that_is_read() throws IOException {
    Path empty = Files.createDirectory(folder.resolve("empty"));
    assertThatThrownBy(() -> DataSource.of(empty, RecordKind.DOCUMENT, DataForm.DEFAULT))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(
            "folder %s must hold files that are read, .txt, .md, .jsonl, .csv, .tsv, .parquet,"
                + " .notes, has none",
            empty);

    Files.writeString(empty.resolve("a.png"), "x");
    Files.writeString(Files.createDirectory(empty.resolve("more")).resolve("b.java"), "x");
    assertThatThrownBy(() -> DataSource.of(empty, RecordKind.DOCUMENT, DataForm.DEFAULT))
        .hasMessageEndingWith(
            "has a.png, more/b.java; to read others as plain text: --data %s --include '**/*.png'",
            empty);

    Files.writeString(empty.resolve("a.txt"), "");
    assertThatThrownBy(() -> documents(empty))
        .hasMessage("folder %s must hold text, had none", empty);
  }

  @Test
  void should_refuse_a_file_of_which_nothing_is_left() throws IOException {
    Path file = write("a.jsonl", "{\"text\": \"\"}\n{\"text\": \" \\n\"}\n{}\n");

    assertThatThrownBy(() -> skipping(file))
        .hasMessage(
            "text file %s must hold text, had none: 2 without text left out; 1 bad line left out:"
                + " 3",
            file);
  }

  @Test
  void should_refuse_a_side_that_is_blank() throws IOException {
    Path file =
        write(
            "a.jsonl",
            "{\"source\": \"a\", \"target\": \"b\"}\n{\"source\": \" \", \"target\": \"c\"}\n");

    assertRefused(file, ", line 2: field source must not be blank", RecordKind.PAIR);
    assertThatThrownBy(() -> records(write("a.md", "# Text"), RecordKind.PAIR))
        .hasMessageEndingWith("is Markdown, which has no pairs");
  }

  @Test
  void should_name_ten_bad_lines_and_count_all() throws IOException {
    StringBuilder lines = new StringBuilder("{\"text\": \"a\"}\n");
    for (int i = 0; i < 12; i++) {
      lines.append("bad\n");
    }

    assertThat(skipping(write("a.jsonl", lines.toString())))
        .endsWith("12 bad lines left out: 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, ...");
  }

  private Path write(String name, String text) throws IOException {
    return WrittenForms.write(folder.resolve(name), text);
  }

  static void assertRefused(Path file, String why, RecordKind kind) {
    assertThatThrownBy(() -> records(file, kind))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageMatching("(?s)(text|pair) file .*")
        .hasMessageContaining(" file " + file + why)
        .hasMessageNotContaining("\n");
  }

  static String documents(Path path) {
    return DataSource.of(path, RecordKind.DOCUMENT, DataForm.DEFAULT).documents(NOBODY);
  }

  static String skipping(Path path) {
    DataForm form = DataForm.DEFAULT.with(f -> f.skipBadLines(true));
    return DataSource.of(path, RecordKind.DOCUMENT, form).documents(NOBODY);
  }

  private static List<DataSource.Row> records(Path path, RecordKind kind) {
    List<DataSource.Row> records = new ArrayList<>();
    DataSource source = DataSource.of(path, kind, DataForm.DEFAULT);
    if (kind == RecordKind.DOCUMENT) {
      source.documents(NOBODY);
    } else {
      source.records(records::add);
    }
    return records;
  }
}
