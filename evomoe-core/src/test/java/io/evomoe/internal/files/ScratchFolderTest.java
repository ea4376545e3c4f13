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
      folder = scratch.path().getParent();
      assertThat(scratch.path()).isEmptyDirectory();
      assertThat(Files.getPosixFilePermissions(folder)).hasSize(3);
      Files.writeString(scratch.path().resolve("file"), "text");
    }
    assertThat(folder).doesNotExist();
  }

  @Test
  void the_next_one_should_delete_what_dead_processes_left_and_nothing_else() throws Exception {
    Path left = Files.createTempDirectory("evomoe-left");
    Path precious = Files.createTempFile("precious", "");
    Files.createSymbolicLink(left.resolve("link"), precious);
    Path other = Files.createTempDirectory("evomoe-of-somebody-else");
    LockingProcess dead = LockingProcess.holding(left);
    assertThat(dead.line()).isEqualTo("held");

    try (ScratchFolder living = ScratchFolder.create("test")) {
      assertThat(left).isDirectoryContaining("glob:**/link");
      dead.kill();
      ScratchFolder.create("test").close();

      assertThat(left).doesNotExist();
      assertThat(precious).exists();
      assertThat(other).as("has no lock").exists();
      assertThat(living.path()).exists();
    } finally {
      Files.delete(precious);
      Files.delete(other);
    }
  }
}
