package io.evomoe.internal.files;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

class ScratchFolderTest {

  @Test
  void should_be_empty_for_its_owner_alone_and_gone_when_it_is_closed() throws IOException {
    Path folder;
    try (ScratchFolder scratch = ScratchFolder.create("test")) {
      folder = scratch.path();
      assertThat(folder).isEmptyDirectory();
      assertThat(Files.getPosixFilePermissions(folder)).hasSize(3);
      Files.writeString(folder.resolve("file"), "text");
    }
    assertThat(folder).doesNotExist();
  }
}
