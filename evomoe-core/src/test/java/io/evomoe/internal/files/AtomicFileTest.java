package io.evomoe.internal.files;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AtomicFileTest {

  @TempDir Path folder;

  @Test
  void should_replace_a_file_and_leave_nothing_else_in_its_folder() throws IOException {
    Path file = folder.resolve("report.html");
    AtomicFile.write(file, "old");
    AtomicFile.write(file, "new ±");

    assertThat(file).hasContent("new ±");
    assertThat(folder.toFile().list()).containsExactly("report.html");
  }

  @Test
  void should_replace_what_a_killed_process_left() throws IOException {
    Path file = folder.resolve("result.json");
    Files.writeString(folder.resolve(".result.json.tmp"), "half of a longer one");

    AtomicFile.write(file, "whole");

    assertThat(file).hasContent("whole");
    assertThat(folder.toFile().list()).containsExactly("result.json");
  }

  @Test
  void should_create_missing_folders() {
    Path file = folder.resolve("a/b/result.json");

    AtomicFile.write(file, "x");

    assertThat(file).hasContent("x");
  }

  @Test
  void should_leave_no_temporary_file_when_the_move_fails() throws IOException {
    Path taken = Files.createDirectories(folder.resolve("report.html"));
    Files.writeString(taken.resolve("inside"), "x");

    assertThatThrownBy(() -> AtomicFile.write(taken, "new"))
        .isInstanceOf(UncheckedIOException.class)
        .hasMessageContaining(taken.toString());

    assertThat(folder.toFile().list()).containsExactly("report.html");
  }

  @Test
  void should_show_a_reader_only_whole_versions() throws IOException {
    Path file = folder.resolve("result.json");
    String first = "a".repeat(1 << 20);
    String second = "b".repeat(1 << 20);
    AtomicFile.write(file, first);

    CompletableFuture<Void> writes =
        CompletableFuture.runAsync(
            () -> {
              for (int i = 0; i < 10; i++) {
                AtomicFile.write(file, i % 2 == 0 ? second : first);
              }
            });

    do {
      assertThat(Files.readString(file)).matches(text -> text.equals(first) || text.equals(second));
    } while (!writes.isDone());
    writes.join();
  }

  @Test
  void should_name_an_output_folder_that_cannot_be_written() throws IOException {
    Path occupied = Files.writeString(folder.resolve("out"), "a file, not a folder");

    assertThatIllegalArgumentException()
        .isThrownBy(() -> OutputFolder.prepare(occupied))
        .withMessage("output folder %s cannot be written: it is not a writable folder", occupied);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> AtomicFile.write(occupied.resolve("sub/x"), ""))
        .withMessage(
            "output folder %s cannot be written: it cannot be created, Not a directory",
            occupied.resolve("sub"));
  }
}
