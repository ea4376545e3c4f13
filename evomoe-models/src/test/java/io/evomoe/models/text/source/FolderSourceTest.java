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
    Files.createSymbolicLink(folder.resolve("linked"), folder);
  }

  @Test
  void should_leave_out_what_no_ending_names() {
    assertThat(read(null))
        .endsWith(
            "is 1 file of plain text, a line each: 1 document, 4 characters; not read: 3 of other"
                + " endings, b.log, c, linked");
    assertThat(texts).containsExactly("of a");
  }

  @Test
  void should_read_what_no_ending_names_in_the_form_that_is_given() {
    assertThat(read(FileForm.JSONL)).endsWith("; not read: 1 of other endings, linked");
    assertThat(texts).containsExactly("of a", "of b", "of c");
  }

  @Test
  void should_refuse_what_is_packed_in_a_way_that_is_not_read() throws IOException {
    Files.writeString(folder.resolve("d.zip"), "PK");

    assertThatThrownBy(() -> read(FileForm.TEXT))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("d.zip must have an ending that is read");
  }

  @Test
  void should_read_subfolders_in_the_order_of_paths_and_skip_hidden_ones() throws IOException {
    write("inside/b/c/deep.txt", "deep");
    write("inside/a.txt", "inside");
    write("inside/.git/no.txt", "no");
    write("Z.txt", "z");

    assertThat(read(null)).contains("is 4 files of plain text");
    assertThat(texts).containsExactly("z", "of a", "inside", "deep");
  }

  @Test
  void should_read_the_files_that_patterns_select_as_plain_text() throws IOException {
    write("A.java", "A");
    write("inside/B.java", "B");
    write("inside/b/c/C.java", "C");
    write("inside/b/c/CTest.java", "CTest");

    assertThat(select(List.of("**/*.java"), List.of())).containsExactly("A", "B", "C", "CTest");
    assertThat(select(List.of("*.java"), List.of())).containsExactly("A");
    assertThat(select(List.of("inside/**/*.java", "a.*"), List.of("**/*Test.java")))
        .containsExactly("of a", "B", "C");
    assertThat(select(List.of(), List.of("inside/**"))).containsExactly("of a");
    assertThatThrownBy(() -> select(List.of("**/*.kt"), List.of()))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(
            "folder %s must hold files that match include [**/*.kt] and not exclude [], has none",
            folder);
    assertThatThrownBy(() -> select(List.of("*.kt"), List.of()))
        .hasMessage(
            "folder %s must hold files that match include [*.kt] and not exclude [], has none; for subfolders: --include '**/*.kt'",
            folder);
    assertThatThrownBy(() -> select(List.of("[a"), List.of()))
        .hasMessageStartingWith("include must be glob patterns such as **/*.txt, was [a (");
  }

  @Test
  void should_have_the_digest_of_the_files_that_are_read() throws IOException {
    write("inside/A.java", "A");
    DataForm sources = DataForm.DEFAULT.with(f -> f.include(List.of("**/*.java")));
    String all = digest(DataForm.DEFAULT);
    String selected = digest(sources);

    write("inside/b.txt", "b");
    assertThat(digest(DataForm.DEFAULT)).isNotEqualTo(all);
    assertThat(digest(sources)).isEqualTo(selected);
    write("inside/A.java", "B");
    assertThat(digest(sources)).isNotEqualTo(selected);
  }

  private String digest(DataForm form) {
    return DataSource.digest(List.of(folder), form);
  }

  private List<String> select(List<String> include, List<String> exclude) {
    texts.clear();
    DataForm form = DataForm.DEFAULT.with(f -> f.include(include).exclude(exclude));
    DataSource.of(folder, RecordKind.DOCUMENT, form).texts(texts::add);
    return texts;
  }

  private void write(String name, String text) throws IOException {
    Path file = folder.resolve(name);
    Files.createDirectories(file.getParent());
    Files.writeString(file, text);
  }

  private String read(@Nullable RecordFormat others) {
    DataForm form = DataForm.DEFAULT.with(f -> f.format(others));
    return DataSource.of(folder, RecordKind.DOCUMENT, form).texts(texts::add);
  }
}
