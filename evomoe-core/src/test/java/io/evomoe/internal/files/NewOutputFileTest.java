package io.evomoe.internal.files;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class NewOutputFileTest {
  @TempDir Path folder;

  @Test
  void should_be_there_whole_or_not_at_all() throws IOException {
    Path file = folder.resolve("a/new/model.gguf");
    try (NewOutput begun = NewOutput.file(file)) {
      Files.writeString(begun.path(), "half");
    }
    assertThat(folder).isEmptyDirectory();

    try (NewOutput begun = NewOutput.file(file)) {
      Files.writeString(begun.path(), "whole");
      assertThat(file).doesNotExist();
      begun.publish();
    }
    assertThat(file).hasContent("whole");
    assertThat(folder.resolve("a/new").toFile().list()).containsExactly("model.gguf");
  }

  @Test
  void should_refuse_what_is_there_and_leave_it_as_it_is() throws IOException {
    Path file = Files.writeString(folder.resolve("mine"), "keep me");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> NewOutput.file(file))
        .withMessage("output file %s must be new, is a file that exists", file);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> NewOutput.file(folder))
        .withMessage("output file %s must be new, is a folder", folder);
    assertThat(file).hasContent("keep me");
  }

  @Test
  void should_not_write_over_what_came_meanwhile() throws IOException {
    Path file = folder.resolve("model.gguf");
    try (NewOutput begun = NewOutput.file(file)) {
      Files.writeString(begun.path(), "mine");
      Files.writeString(file, "another's");
      assertThatIllegalArgumentException().isThrownBy(begun::publish);
    }
    assertThat(file).hasContent("another's");
    assertThat(folder.toFile().list()).containsExactly("model.gguf");
  }

  @Test
  void should_be_made_by_one_at_a_time() {
    Path file = folder.resolve("model.gguf");
    try (NewOutput begun = NewOutput.file(file)) {
      assertThat(begun.path()).doesNotExist();
      assertThatExceptionOfType(FolderLock.FolderInUseException.class)
          .isThrownBy(() -> NewOutput.file(file));
    }
  }
}
