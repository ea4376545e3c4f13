package io.evomoe.internal.files;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

class NewOutputFolderTest {
  @TempDir Path folder;
  private Path made;
  private Path empty;
  private Path linked;

  @BeforeAll
  static void name_the_writer() {
    OutputFolder.setWriter("evomoe export");
  }

  @AfterAll
  static void forget_the_writer() {
    OutputFolder.setWriter(OutputFolder.A_PROGRAM);
  }

  @BeforeEach
  void make_an_empty_folder_and_a_link_to_one() throws IOException {
    made = folder.resolve("a/new/one");
    empty = Files.createDirectory(folder.resolve("empty"));
    linked = folder.resolve("linked");
    Files.createSymbolicLink(linked, Files.createDirectory(folder.resolve("target")));
  }

  @Test
  void should_hold_what_was_written_and_nothing_else() throws IOException {
    for (Path out : new Path[] {made, empty, linked}) {
      try (NewOutput begun = NewOutput.folder(out)) {
        write(begun.path());
        begun.publish();
      }

      assertThat(out.resolve("sub/file")).hasContent("x");
      assertThat(out.toFile().list()).containsExactly("sub");
      assertThat(out.toRealPath().getParent()).isDirectoryNotContaining("glob:**/.*");
    }
  }

  @Test
  void should_not_be_there_before_it_is_whole() throws IOException {
    try (NewOutput begun = NewOutput.folder(made)) {
      write(begun.path());
      assertThat(made).doesNotExist();
    }
    try (NewOutput begun = NewOutput.folder(empty)) {
      write(begun.path());
      assertThat(empty).isEmptyDirectory();
    }
    assertThat(folder.resolve("a")).as("nothing of what was not published").doesNotExist();
    assertThat(folder.toFile().list()).containsExactlyInAnyOrder("empty", "linked", "target");
  }

  @Test
  void should_refuse_a_folder_that_holds_something_and_leave_it_as_it_is() throws IOException {
    Files.writeString(empty.resolve("mine"), "keep me");

    assertThatIllegalArgumentException()
        .isThrownBy(() -> NewOutput.folder(empty))
        .withMessage("output folder " + empty + " must be new or empty, holds mine");
    assertThat(empty.toFile().list()).containsExactly("mine");
  }

  @Test
  @EnabledOnOs(OS.LINUX)
  @Timeout(value = 20, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
  void should_refuse_a_pipe() throws Exception {
    Path pipe = folder.resolve("pipe");
    assertThat(new ProcessBuilder("mkfifo", pipe.toString()).start().waitFor()).isZero();

    assertThatIllegalArgumentException()
        .isThrownBy(() -> NewOutput.folder(pipe))
        .withMessage("output folder " + pipe + " cannot be written: it is not a writable folder");
  }

  @Test
  void should_remove_what_a_dead_process_left_of_the_same_folder() throws IOException {
    Path left = Files.createDirectories(folder.resolve(".empty.unfinished/content/checkpoints"));
    Files.writeString(left.resolve("half"), "half of it");
    Files.writeString(folder.resolve(".empty.unfinished/.lock"), "of a dead process");
    Files.writeString(empty.resolve(FolderLock.NAME), "of another one");

    try (NewOutput begun = NewOutput.folder(empty)) {
      write(begun.path());
      begun.publish();
    }

    assertThat(empty.toFile().list()).containsExactly("sub");
    assertThat(folder.resolve(".empty.unfinished")).doesNotExist();
  }

  @Test
  void should_remove_what_was_left_beside_a_folder_that_is_whole() throws IOException {
    Files.writeString(empty.resolve("model"), "whole");
    Path left = Files.createDirectory(folder.resolve(".empty.unfinished"));
    Files.writeString(left.resolve(FolderLock.NAME), "of a process that died at its very end");

    assertThatIllegalArgumentException()
        .isThrownBy(() -> NewOutput.folder(empty))
        .withMessageContaining("must be new or empty, holds model");

    assertThat(left).doesNotExist();
    assertThat(empty.resolve("model")).hasContent("whole");
  }

  @Test
  void should_leave_what_is_not_ours_where_it_is_written() throws IOException {
    Path other = Files.createDirectory(folder.resolve(".empty.unfinished"));
    Files.writeString(other.resolve("poem"), "keep me");

    try (NewOutput begun = NewOutput.folder(empty)) {
      write(begun.path());
      begun.publish();
    }
    assertThat(empty.toFile().list()).containsExactly("sub");
    assertThat(other.resolve("poem")).hasContent("keep me");
  }

  @Test
  void should_be_refused_while_somebody_makes_or_fills_the_same_folder() {
    try (NewOutput first = NewOutput.folder(made)) {
      assertThatExceptionOfType(FolderLock.FolderInUseException.class)
          .isThrownBy(() -> NewOutput.folder(made))
          .withMessageStartingWith(made + " is being written by evomoe export, process ");
      first.publish();
    }
    try (OutputFolder run = OutputFolder.open(empty)) {
      assertThatExceptionOfType(FolderLock.FolderInUseException.class)
          .isThrownBy(() -> NewOutput.folder(run.path()))
          .withMessageStartingWith(empty + " is being written by evomoe export, process ");
    }
  }

  @Test
  void an_empty_folder_should_keep_its_permissions() throws IOException {
    Set<PosixFilePermission> mine = Set.of(PosixFilePermission.values());
    Files.setPosixFilePermissions(empty, mine);

    try (NewOutput begun = NewOutput.folder(empty)) {
      begun.publish();
    }

    assertThat(Files.getPosixFilePermissions(empty)).isEqualTo(mine);
  }

  @Test
  void a_link_to_nothing_should_be_named_and_refused() throws IOException {
    Path dangling = Files.createSymbolicLink(folder.resolve("x"), folder.resolve("nowhere"));

    assertThatIllegalArgumentException()
        .isThrownBy(() -> NewOutput.folder(dangling))
        .withMessageStartingWith(dangling + " is a symbolic link");
  }

  private static void write(Path unfinished) throws IOException {
    Files.writeString(Files.createDirectory(unfinished.resolve("sub")).resolve("file"), "x");
  }
}
