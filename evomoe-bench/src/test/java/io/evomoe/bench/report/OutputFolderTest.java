package io.evomoe.bench.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class OutputFolderTest {

  @TempDir Path folder;

  @Test
  void should_hold_what_was_written_and_nothing_else() throws IOException {
    Path made = folder.resolve("made");
    Path empty = Files.createDirectory(folder.resolve("empty"));
    for (Path out : new Path[] {made, empty}) {
      OutputFolder.fill(out, OutputFolderTest::write);

      assertThat(out.resolve("sub/file")).hasContent("x");
      assertThat(out.toFile().list()).containsExactly("sub");
    }
  }

  @Test
  void should_refuse_a_folder_that_holds_something_and_leave_it_as_it_is() throws IOException {
    Files.writeString(folder.resolve("mine"), "keep me");

    assertThatIllegalArgumentException()
        .isThrownBy(() -> OutputFolder.fill(folder, OutputFolderTest::write))
        .withMessage("output folder " + folder + " must be new or empty, holds mine");
    assertThat(folder.toFile().list()).containsExactly("mine");
  }

  @Test
  void should_leave_nothing_of_what_failed() throws IOException {
    Path made = folder.resolve("made");
    Path empty = Files.createDirectory(folder.resolve("empty"));
    for (Path out : new Path[] {made, empty}) {
      assertThatExceptionOfType(IllegalStateException.class)
          .isThrownBy(
              () ->
                  OutputFolder.fill(
                      out,
                      unfinished -> {
                        write(unfinished);
                        throw new IllegalStateException("half way");
                      }));
    }
    assertThat(made).doesNotExist();
    assertThat(empty).isEmptyDirectory();
  }

  private static void write(Path unfinished) {
    try {
      Files.writeString(Files.createDirectory(unfinished.resolve("sub")).resolve("file"), "x");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
