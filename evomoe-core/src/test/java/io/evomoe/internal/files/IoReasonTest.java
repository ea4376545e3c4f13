package io.evomoe.internal.files;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.MalformedInputException;
import java.nio.file.AccessDeniedException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

class IoReasonTest {
  private static final Path FILE = Path.of("runs/a/config.yaml");

  @Test
  void should_say_why_where_java_names_the_file_alone() {
    String name = FILE.toString();
    assertThat(IoReason.of(new AccessDeniedException(name), FILE)).isEqualTo("permission denied");
    assertThat(IoReason.of(new NoSuchFileException(name), FILE)).isEqualTo("there is no such file");
    assertThat(IoReason.of(new NotDirectoryException(name), FILE)).isEqualTo("it is not a folder");
    assertThat(IoReason.of(new FileAlreadyExistsException(name), FILE))
        .isEqualTo("it is there already");
    assertThat(IoReason.of(new DirectoryNotEmptyException(name), FILE))
        .isEqualTo("the folder is not empty");
    assertThat(IoReason.of(new MalformedInputException(1), FILE)).isEqualTo("it is not UTF-8");
  }

  @Test
  void should_name_a_file_that_the_message_does_not() {
    Path folder = Path.of("runs/a");
    assertThat(IoReason.of(new AccessDeniedException(FILE.toString()), folder))
        .isEqualTo("permission denied (runs/a/config.yaml)");
    assertThat(IoReason.of(new NoSuchFileException(FILE.toString())))
        .isEqualTo("there is no such file (runs/a/config.yaml)");
  }

  @Test
  void should_keep_the_reason_that_java_gives() {
    assertThat(IoReason.of(new IOException("No space left on device"), FILE))
        .isEqualTo("No space left on device");
    assertThat(IoReason.of(new FileSystemException("x", null, "Read-only file system")))
        .isEqualTo("Read-only file system (x)");
    assertThat(IoReason.of(new IOException())).isEqualTo("IOException");
  }
}
