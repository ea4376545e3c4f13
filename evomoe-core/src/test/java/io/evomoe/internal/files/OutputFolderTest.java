package io.evomoe.internal.files;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.evomoe.testing.LogOf;
import io.evomoe.testing.SmallDisk;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class OutputFolderTest {
  private static final String LEFT = ".result.json.0f8fad5b-d9cb-469f-a165-70867728950e.tmp";

  @TempDir Path folder;

  @Test
  void should_have_one_writer_at_a_time() {
    try (OutputFolder first = OutputFolder.open(folder, "a library")) {
      assertThat(first.path()).isEqualTo(folder);
      assertThatExceptionOfType(FolderInUseException.class)
          .isThrownBy(() -> OutputFolder.open(folder, "evomoe train"))
          .withMessageContaining("is being written by a library, process ");
    }
    OutputFolder.open(folder, "evomoe train").close();
    assertThat(folder).isEmptyDirectory();
  }

  @Test
  void should_not_be_the_root_of_a_file_system() {
    for (Path root : List.of(folder.getRoot(), folder.getRoot().resolve("here/.."))) {
      assertThatExceptionOfType(IllegalArgumentException.class)
          .isThrownBy(() -> OutputFolder.open(root, "evomoe train"))
          .withMessage(
              "output folder must not be the root of a file system, was %s: name a folder in it"
                  .formatted(root));
    }
  }

  @Test
  void should_be_opened_all_the_same_where_something_left_cannot_be_deleted() throws Exception {
    Path run = Files.createDirectories(folder.resolve("runs"));
    Files.writeString(folder.resolve(LEFT), "half");
    List<String> said;
    try (SmallDisk disk = SmallDisk.mount(run, 1)) {
      Files.writeString(run.resolve(LEFT), "half");
      disk.makeReadOnly();

      said =
          LogOf.running(
              FileTree.class,
              () -> {
                OutputFolder.open(folder, "test").close();
                OutputFolder.open(folder, "another").close();
              });
    }

    assertThat(said).hasSize(2).allMatch(line -> line.contains("runs/" + LEFT));
    assertThat(folder.resolve(LEFT)).doesNotExist();
  }

  @Test
  void should_delete_the_temporary_files_that_killed_processes_left() throws IOException {
    Path run = Files.createDirectories(folder.resolve("runs/switch-1"));
    Path busy = Files.createDirectories(folder.resolve("runs/busy"));
    for (Path left : new Path[] {folder, run, busy}) {
      Files.writeString(left.resolve(LEFT), "half");
    }
    Files.writeString(folder.resolve("mine.tmp"), "keep me");
    Files.createSymbolicLink(folder.resolve("other"), busy);

    try (OutputFolder others = OutputFolder.open(folder.resolve("other"), "another")) {
      Files.writeString(busy.resolve(LEFT), "being written");
      OutputFolder.open(folder, "test").close();
      assertThat(busy.resolve(LEFT)).exists();
    }

    assertThat(run).isEmptyDirectory();
    assertThat(folder.toFile().list()).containsExactlyInAnyOrder("mine.tmp", "runs", "other");
    Files.writeString(busy.resolve(LEFT), "half");
    OutputFolder.open(folder, "test").close();
    assertThat(busy).isEmptyDirectory();
  }
}
