package io.evomoe.models.text;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.evomoe.models.internal.text.UnreadFormats;
import io.evomoe.models.text.source.RecordKind;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Consumer;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Text that is JSON or CSV would be trained on with all its braces and commas: it is refused, as
 * are files of other endings.
 */
class UnreadFormatsTest {
  @TempDir private Path folder;

  @ParameterizedTest
  @ValueSource(strings = {"a.json", "a.arrow", "a.docx", "a.txt.bz2", "a.jsonl.xz", "a.de"})
  void should_refuse_other_endings(String name) throws IOException {
    Path file = write(name, "Plain text after all.\n");

    for (Consumer<Path> reader : readers()) {
      assertThatThrownBy(() -> reader.accept(file))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageMatching("(text|pair|class) file .* must have an ending that is read, .*")
          .hasMessageContaining(file.toString())
          .hasMessageMatching(".* has \\." + name.replaceFirst(".*\\.", "") + "(: a list .*)?");
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"text\": \"One.\"}\n{\"text\": \"Two.\"}\n",
        "{\"text\": \"One, with a {brace}.\", \"meta\": {\"n\": [1, 2]}}\n",
        "\n{\n  \"text\": \"pretty\",\n  \"more\": null\n}\n",
        "[{\"text\": \"One.\"},\n{\"text\": \"Two.\"}]\n",
        "[\"One.\", \"Two.\"]\n[\"Three.\", \"Four.\"]\n",
      })
  void should_refuse_json_by_its_look(String text) throws IOException {
    for (String name : List.of("a.txt", "a.txt.gz", "a")) {
      Path file = write(name, text);
      assertThatThrownBy(() -> TextCorpus.read(file))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage(
              "text file "
                  + file
                  + " looks like JSON, of which JSON Lines are read: an object a line, named"
                  + " .jsonl");
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "id,text,label\n1,Good film,pos\n2,Bad film,neg\n",
        "text,label\n\"A long one, with commas\nand lines\",1\n\"He said \"\"no\"\".\",0\n",
        "text;label\nEins, zwei;ja\nDrei;nein\n",
        "1,2,3\n4,5,6\n7,8,9\n",
      })
  void should_refuse_csv_by_its_look(String text) throws IOException {
    Path file = write("a.txt", text);

    assertThatThrownBy(() -> TextCorpus.read(file))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(
            "text file "
                + file
                + " looks like CSV, which is read where it is named .csv and names its columns");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "Roses are red, violets are blue.\nSugar is sweet, and so are you.\n",
        "One, two\n\nThree, four\n\nFive, six\n",
        "[1] The first note.\n\n[2] The second.\n",
        "{ braces } in prose\n",
        "{\n  \"name\": \"package.json of a corpus of code\"\n}\n\nint main() { return 0; }\n",
        "Hello,world\n",
        "\"Yes,\" he said.\n\"No,\" she said.\n\"Well,\" they said.\n",
        "12,000 men\n\n13,500 horses\n\n14,250 ships\n",
        "你好,世界\n\n再见,朋友\n\n早上,晚上\n",
        "{}\n[]\n",
      })
  void should_read_prose_that_has_braces_and_commas(String text) throws IOException {
    Path file = write("a.txt", text);

    assertThatCode(() -> TextCorpus.read(file)).doesNotThrowAnyException();
  }

  @Test
  void should_read_columns_that_hold_json_or_commas() throws IOException {
    Path file = write("a.tsv", "a\t{\"x\": 1}\nb\t1,2,3\nc\t4,5,6\n");

    assertThat(RowCorpus.read(RecordKind.CLASS, file).size()).isEqualTo(3);
    assertThat(RowCorpus.read(RecordKind.PAIR, file).size()).isEqualTo(3);
  }

  @Test
  void should_name_json_that_is_given_as_columns() throws IOException {
    Path file = write("a.tsv", "{\"text\": \"One.\", \"label\": 1}\n");

    assertThatThrownBy(() -> RowCorpus.read(RecordKind.CLASS, file))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith("class file " + file + " looks like JSON, of which");
  }

  @ParameterizedTest
  @CsvSource({
    "a.json, JSON",
    "a.arrow, Arrow",
    "b.csv.bz2, CSV",
    "c.JSONL.snappy, JSON Lines",
    "d.parquet, Parquet"
  })
  void should_refuse_endings_where_only_plain_text_is_read(String name, String format) {
    assertThatThrownBy(() -> UnreadFormats.refuseByEnding("text file " + name, name))
        .hasMessageStartingWith("text file " + name + " is " + format);
    assertThatCode(() -> UnreadFormats.refuseByEnding("text file", "json.txt.gz"))
        .doesNotThrowAnyException();
  }

  private static List<Consumer<Path>> readers() {
    return List.of(
        TextCorpus::read,
        file -> RowCorpus.read(RecordKind.PAIR, file),
        file -> RowCorpus.read(RecordKind.CLASS, file));
  }

  private Path write(String name, String text) throws IOException {
    Path file = folder.resolve(name);
    try (OutputStream raw = Files.newOutputStream(file);
        OutputStream out = name.endsWith(".gz") ? new GZIPOutputStream(raw) : raw) {
      out.write(text.getBytes(StandardCharsets.UTF_8));
    }
    return file;
  }
}
