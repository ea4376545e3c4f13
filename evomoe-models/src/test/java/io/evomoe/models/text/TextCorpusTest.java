package io.evomoe.models.text;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.evomoe.models.text.source.DataForm;
import io.evomoe.models.text.source.DataSource;
import io.evomoe.models.text.source.RecordKind;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TextCorpusTest {
  @TempDir private Path folder;

  @Test
  void should_divide_a_text_into_documents_as_asked() throws IOException {
    Path file = write("a.txt", "\n\none\n two\n\n \nthree\n\n\n");

    assertThat(documents(file, "paragraph")).containsExactly("one\n two", "three");
    assertThat(documents(file, "file")).containsExactly("one\n two\n\n \nthree");
    assertThat(documents(file, "line")).containsExactly("one", " two", "three");
  }

  @Test
  void should_read_windows_line_ends_and_a_byte_order_mark() throws IOException {
    Path file = write("a.txt", "\ufeffone\r\ntwo\r\n\r\nthree");

    assertThat(TextCorpus.read(file).documents()).containsExactly("one\ntwo\n\nthree");
  }

  @Test
  void should_unpack_a_file_that_is_named_gz() throws IOException {
    Path file = folder.resolve("a.txt.gz");
    try (OutputStream out = new GZIPOutputStream(Files.newOutputStream(file))) {
      out.write("naïve\n\n自由\n".getBytes(StandardCharsets.UTF_8));
    }

    assertThat(TextCorpus.read(file).documents()).containsExactly("naïve\n\n自由");
  }

  private static List<String> documents(Path file, String rule) {
    DataForm form = DataForm.DEFAULT.with(f -> f.documents(rule));
    return Texts.of(TextSplit.whole(DataSource.file(file, RecordKind.DOCUMENT, form), note -> {}));
  }

  @Test
  void should_name_a_file_that_is_missing() {
    assertRefused(folder.resolve("none.txt"), "does not exist");
  }

  @Test
  void should_refuse_a_folder() {
    assertRefused(folder, "is a folder");
  }

  @Test
  void should_refuse_an_empty_file() throws IOException {
    assertRefused(write("a.txt", ""), "is empty");
    assertRefused(write("a.txt.gz", ""), "is empty");
  }

  @Test
  void should_refuse_a_file_of_white_space() throws IOException {
    assertRefused(write("a.txt", " \n\n\t\n"), "must hold text, had none");
  }

  @Test
  void should_say_where_bytes_are_not_utf8() throws IOException {
    Path file = folder.resolve("a.txt");
    Files.write(file, new byte[] {'a', (byte) 0xC3, (byte) 0xA4, (byte) 0xE4, 'b'});
    assertRefused(file, "is not UTF-8: malformed byte 0xE4 at offset 3");

    Files.write(file, new byte[] {'a', 'b', (byte) 0xC3});
    assertRefused(file, "is not UTF-8: malformed byte 0xC3 at offset 2");
  }

  @Test
  void should_refuse_gz_that_is_not_gzip_or_is_cut_off() throws IOException {
    assertRefused(write("a.txt.gz", "plain text"), "cannot be read");

    Path whole = Path.of("..", "data", "sotu", "sotu.valid.txt.gz");
    Path cut = folder.resolve("b.txt.gz");
    byte[] bytes = Files.readAllBytes(whole);
    Files.write(cut, Arrays.copyOf(bytes, bytes.length / 2));
    assertRefused(cut, "cannot be read");
  }

  @Test
  void should_refuse_a_blank_document() {
    assertThatThrownBy(() -> new TextCorpus("mine", List.of("a", " ")))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("mine must hold text, had a blank document");
  }

  private Path write(String name, String text) throws IOException {
    return Files.writeString(folder.resolve(name), text);
  }

  private static void assertRefused(Path file, String why) {
    assertThatThrownBy(() -> TextCorpus.read(file))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith("text file " + file + " ")
        .hasMessageContaining(why)
        .hasMessageNotContaining("\n");
  }
}
