package io.evomoe.run.record;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RunFilesTest {
  @TempDir Path folder;
  private Path full;
  private Path link;

  @BeforeEach
  void write_a_folder() throws IOException {
    full = Files.createDirectory(folder.resolve("full"));
    Files.writeString(full.resolve("file"), "text");
    link = Files.createSymbolicLink(folder.resolve("link"), full.resolve("file"));
  }

  @Test
  void should_delete_a_file_or_link_and_no_folder_with_files_in_the_place_of_one() {
    RunFiles.delete(link);
    RunFiles.delete(folder.resolve("none"));

    assertThat(link).doesNotExist();
    assertThatThrownBy(() -> RunFiles.delete(full))
        .isInstanceOf(UncheckedIOException.class)
        .hasMessageStartingWith("cannot delete " + full);
    assertThat(full.resolve("file")).hasContent("text");
  }

  @Test
  void should_delete_a_folder_of_checkpoints_with_its_files() {
    RunFiles.deleteFolder(full);

    assertThat(full).doesNotExist();
  }
}
