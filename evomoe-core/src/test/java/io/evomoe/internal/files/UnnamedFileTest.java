package io.evomoe.internal.files;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class UnnamedFileTest {
  @TempDir private Path folder;

  @Test
  void should_give_back_what_was_written_and_leave_nothing() throws IOException {
    try (UnnamedFile file = UnnamedFile.open(folder)) {
      file.write(new byte[] {1, 2, 3});
      byte[] read = new byte[2];
      file.seek(1);
      file.readFully(read);

      assertThat(read).containsExactly(2, 3);
      assertThat(names()).allMatch(name -> name.startsWith(".unnamed"));
    }
    assertThat(folder).isEmptyDirectory();
  }

  @Test
  void should_name_a_folder_that_takes_no_file() {
    Path none = folder.resolve("none");

    assertThatThrownBy(() -> UnnamedFile.open(none))
        .isInstanceOf(UncheckedIOException.class)
        .hasMessageStartingWith("cannot make a file in " + none + ": ");
  }

  private List<String> names() throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.map(file -> file.getFileName().toString()).toList();
    }
  }
}
