package io.evomoe.models.text.source;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Which files of a folder are read, and as what. */
class FolderSourceTest {
  @TempDir Path folder;
  private final List<String> texts = new ArrayList<>();

  @BeforeEach
  void write_files_of_several_endings() throws IOException {
    Files.writeString(folder.resolve("a.txt"), "of a\n");
    Files.writeString(folder.resolve("b.log"), "{\"text\": \"of b\"}\n");
    Files.writeString(folder.resolve("c"), "{\"text\": \"of c\"}\n");
    Files.writeString(folder.resolve(".hidden"), "{\"text\": \"hidden\"}\n");
    Files.createDirectory(folder.resolve("inside"));
  }

  @Test
  void should_leave_out_what_no_ending_names() {
    assertThat(read(null))
        .endsWith(
            "is 1 file of plain text, a line each: 1 document, 4 characters; not read: 3 of other"
                + " endings, b.log, c, inside");
    assertThat(texts).containsExactly("of a");
  }

  @Test
  void should_read_what_no_ending_names_in_the_form_that_is_given() {
    assertThat(read(FileForm.JSONL)).endsWith("; not read: 1 of other endings, inside");
    assertThat(texts).containsExactly("of a", "of b", "of c");
  }

  @Test
  void should_refuse_what_is_packed_in_a_way_that_is_not_read() throws IOException {
    Files.writeString(folder.resolve("d.zip"), "PK");

    assertThatThrownBy(() -> read(FileForm.TEXT))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("d.zip must have an ending that is read");
  }

  private String read(@Nullable RecordFormat others) {
    DataForm form = new DataForm(others, "text", "label", "source", "target", false);
    return DataSource.of(folder, RecordKind.DOCUMENT, form).texts(texts::add);
  }
}
