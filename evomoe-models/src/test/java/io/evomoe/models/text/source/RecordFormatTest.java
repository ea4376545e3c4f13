package io.evomoe.models.text.source;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.evomoe.models.text.source.RecordFormat.BadRecordException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A format of a program's own, which only a service file names. */
class RecordFormatTest {
  @TempDir Path folder;
  private final List<List<String>> read = new ArrayList<>();

  /** Lines of fields with a bar between them, in the order of the request. */
  public static final class Notes implements RecordFormat {
    @Override
    public String id() {
      return "notes";
    }

    @Override
    public List<String> endings() {
      return List.of("notes");
    }

    @Override
    public String read(Request request, Records records) throws IOException {
      long number = 0;
      for (String line : Files.readAllLines(request.file())) {
        records.add(++number, () -> values(line, request.fields().size()));
      }
      return "notes of " + String.join(" and ", request.fields());
    }

    private static String[] values(String line, int wanted) throws BadRecordException {
      String[] values = line.split("\\|", -1);
      if (values.length != wanted) {
        throw new BadRecordException("has %d values".formatted(values.length));
      }
      return values;
    }
  }

  @Test
  void a_file_should_be_read_by_the_ending_of_an_installed_format() throws IOException {
    Path file = Files.writeString(folder.resolve("a.notes"), "good|fine day\nbad|rain\n");

    String note = records(file, RecordKind.CLASS, DataForm.DEFAULT);

    assertThat(read).containsExactly(List.of("good", "fine day"), List.of("bad", "rain"));
    assertThat(note).contains("is notes of label and text: 2 texts");
  }

  @Test
  void a_bad_record_should_be_named_by_its_line_or_skipped() throws IOException {
    Path file = Files.writeString(folder.resolve("a.notes"), "one\ntwo|too many\nthree\n");

    assertThatIllegalArgumentException()
        .isThrownBy(() -> records(file, RecordKind.DOCUMENT, DataForm.DEFAULT))
        .withMessageContaining("a.notes, line 2: has 2 values");
    read.clear();
    records(file, RecordKind.DOCUMENT, DataForm.DEFAULT.with(f -> f.skipBadLines(true)));
    assertThat(read).containsExactly(List.of("one"), List.of("three"));
  }

  @Test
  void a_configuration_should_name_an_installed_format_alone() throws IOException {
    Path file = Files.writeString(folder.resolve("a.log"), "one\n");

    assertThat(RecordFormat.named("notes")).isInstanceOf(Notes.class);
    assertThat(RecordFormat.named("jsonl")).isEqualTo(FileForm.JSONL);
    records(file, RecordKind.DOCUMENT, form(RecordFormat.named("notes")));
    assertThat(read).containsExactly(List.of("one"));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> RecordFormat.named("note"))
        .withMessageContaining("format must be one of [text, markdown, jsonl")
        .withMessageContaining("was note; did you mean notes?");
  }

  @Test
  void a_packed_file_should_be_refused_where_the_format_does_not_unpack_it() {
    assertThatIllegalArgumentException()
        .isThrownBy(
            () -> DataSource.file(folder.resolve("a.notes.gz"), RecordKind.DOCUMENT, form(null)))
        .withMessageContaining("must be unpacked: notes is not read from .gz or .zst");
  }

  @Test
  void a_folder_may_have_a_split_of_its_files() throws IOException {
    Files.writeString(folder.resolve("my.train.notes"), "one\n");
    Files.writeString(folder.resolve("my.valid.notes"), "two\n");

    assertThat(SplitFolder.isOne(folder)).isTrue();
    assertThat(SplitFolder.find(folder, "valid", RecordKind.DOCUMENT, true).orElseThrow())
        .hasFileName("my.valid.notes");
  }

  private static DataForm form(@Nullable RecordFormat format) {
    return DataForm.DEFAULT.with(f -> f.format(format));
  }

  private String records(Path file, RecordKind kind, DataForm form) {
    return DataSource.file(file, kind, form).records(record -> read.add(record.values()));
  }
}
