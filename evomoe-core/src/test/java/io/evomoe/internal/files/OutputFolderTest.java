package io.evomoe.internal.files;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class OutputFolderTest {
  @TempDir Path folder;

  @Test
  void should_have_one_writer_at_a_time() {
    try (OutputFolder first = OutputFolder.open(folder)) {
      assertThat(first.path()).isEqualTo(folder);
      assertThatExceptionOfType(FolderLock.FolderInUseException.class)
          .isThrownBy(() -> OutputFolder.open(folder))
          .withMessageContaining("is being written by a program, process ");
    }
    OutputFolder.open(folder).close();
    assertThat(folder).isEmptyDirectory();
  }

  @Test
  void should_not_be_the_root_of_a_file_system() {
    for (Path root : List.of(folder.getRoot(), folder.getRoot().resolve("here/.."))) {
      assertThatExceptionOfType(IllegalArgumentException.class)
          .isThrownBy(() -> OutputFolder.open(root))
          .withMessage(
              "output folder must not be the root of a file system, was %s: name a folder in it"
                  .formatted(root));
    }
  }
}
