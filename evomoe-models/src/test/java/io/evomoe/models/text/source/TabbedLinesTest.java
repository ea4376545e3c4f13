package io.evomoe.models.text.source;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TabbedLinesTest {
  @TempDir private Path folder;

  @ParameterizedTest
  @ValueSource(strings = {"\n", "\r\n", "\r"})
  void should_read_every_kind_of_line_end(String end) throws IOException {
    assertThat(read("a\tä" + end + "b c\td"))
        .containsExactly(line(1, "a", "ä"), line(2, "b c", "d"));
  }

  @Test
  void should_drop_a_byte_order_mark() throws IOException {
    assertThat(read("\uFEFFa\tb\n")).containsExactly(line(1, "a", "b"));
  }

  @Test
  void should_skip_blank_lines_and_still_count_them() throws IOException {
    assertThat(read("\n  \n\t\na\tb\n\n")).containsExactly(line(4, "a", "b"));
  }

  @Test
  void should_drop_white_space_around_a_column() throws IOException {
    assertThat(read(" a \t b\u2003\n")).containsExactly(line(1, "a", "b"));
  }

  @Test
  void should_read_gz() throws IOException {
    Path file = folder.resolve("a.tsv.gz");
    try (OutputStream out = new GZIPOutputStream(Files.newOutputStream(file))) {
      out.write("a\tä\n".getBytes(StandardCharsets.UTF_8));
    }
    assertThat(read(file)).containsExactly(line(1, "a", "ä"));
  }

  @Test
  void should_name_file_and_line_of_what_is_wrong() throws IOException {
    assertRefused("a\tb\n\nno column\n", "line 3: must be source TAB target, has no TAB");
    assertRefused("a\tb\nc\td\te\n", "line 2: must be source TAB target, has 2 TABs");
    assertRefused("a\tb\nc\t\n", "line 2: must be source TAB target, has no target");
    assertRefused("  \tb\n", "line 1: must be source TAB target, has no source");
  }

  @Test
  void should_refuse_a_file_of_blank_lines() throws IOException {
    Path file = Files.writeString(folder.resolve("a.tsv"), "\n\t\n");

    assertThatThrownBy(() -> read(file))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("pair file " + file + " holds no line");
  }

  @Test
  void should_refuse_bytes_that_are_not_utf8() throws IOException {
    Path file = folder.resolve("a.tsv");
    Files.write(file, "a\tä\n".getBytes(StandardCharsets.ISO_8859_1));

    assertThatThrownBy(() -> read(file))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(file + " is not UTF-8: malformed byte 0xE4 at offset 2");
  }

  private void assertRefused(String text, String why) throws IOException {
    Path file = Files.writeString(folder.resolve("a.tsv"), text);

    assertThatThrownBy(() -> read(file))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("pair file " + file + ", " + why);
  }

  private List<DataSource.Row> read(String text) throws IOException {
    Path file = Files.writeString(folder.resolve("a.tsv"), text);
    return read(file);
  }

  private static List<DataSource.Row> read(Path file) {
    List<DataSource.Row> read = new ArrayList<>();
    DataSource.file(file, RecordKind.PAIR, DataForm.DEFAULT).records(read::add);
    return read;
  }

  private static DataSource.Row line(int number, String left, String right) {
    return new DataSource.Row(number, List.of(left, right));
  }
}
