package io.evomoe.internal.files;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FolderLockTest {
  private static final int TURNS = 100;

  @TempDir private Path temporary;

  @Test
  void a_second_one_in_the_same_process_should_be_told_who_holds_it() throws IOException {
    Path folder = temporary.resolve("run");
    Path otherWay = temporary.resolve("link");
    FolderLock lock = FolderLock.acquire(folder, "evomoe train");
    Files.createSymbolicLink(otherWay, folder);

    for (Path path : new Path[] {folder, otherWay, folder.resolve("../run")}) {
      assertThatExceptionOfType(FolderLock.FolderInUseException.class)
          .isThrownBy(() -> FolderLock.acquire(path, "second"))
          .withMessageMatching(
              ".* is being written by evomoe train, process %d.*, since 20.*: wait .*"
                  .formatted(ProcessHandle.current().pid()));
    }
    lock.close();
    FolderLock.acquire(folder, "second").close();
  }

  @Test
  void another_process_should_be_told_who_holds_it_and_not_a_dead_one() throws Exception {
    Path folder = Files.createDirectory(temporary.resolve("run"));
    LockingProcess other = LockingProcess.holding(folder);
    assertThat(other.line()).isEqualTo("held");

    assertThatExceptionOfType(FolderLock.FolderInUseException.class)
        .isThrownBy(() -> FolderLock.acquire(folder, "late"))
        .withMessageContaining("written by the other, process " + other.pid());

    other.kill();
    assertThat(folder.resolve(FolderLock.NAME)).exists();
    FolderLock.acquire(folder, "late").close();
    assertThat(folder).isEmptyDirectory();
  }

  @Test
  void a_refusal_should_not_let_go_of_the_lock() throws Exception {
    Path folder = temporary.resolve("run");
    try (FolderLock held = FolderLock.acquire(folder, "this one")) {
      assertThatExceptionOfType(FolderLock.FolderInUseException.class)
          .isThrownBy(() -> FolderLock.acquire(folder, "second"));
      for (int i = 0; i < 2; i++) {
        try (LockingProcess other = LockingProcess.holding(folder)) {
          assertThat(other.line()).contains("written by this one, process ");
        }
      }
    }
  }

  @Test
  void a_folder_that_was_made_for_it_should_go_when_nothing_was_written() throws IOException {
    Path inner = temporary.resolve("runs/a/b");
    FolderLock.acquire(inner, "test").close();
    assertThat(temporary).isEmptyDirectory();

    try (FolderLock lock = FolderLock.acquire(inner, "test")) {
      Files.writeString(inner.resolve("config.yaml"), "");
    }
    assertThat(inner).isDirectoryNotContaining("glob:**" + FolderLock.NAME).isNotEmptyDirectory();

    Path own = Files.createDirectory(temporary.resolve("own"));
    FolderLock.acquire(own, "test").close();
    assertThat(own).isEmptyDirectory();
  }

  @Test
  void a_lock_file_that_is_a_link_should_be_refused_and_what_it_points_to_stay()
      throws IOException {
    Path precious = Files.writeString(temporary.resolve("precious"), "years of work");
    Path link = Files.createSymbolicLink(temporary.resolve(FolderLock.NAME), precious);

    assertThatIllegalArgumentException()
        .isThrownBy(() -> FolderLock.acquire(temporary, "test"))
        .withMessageStartingWith(link + " is a symbolic link");
    assertThat(precious).hasContent("years of work");
  }

  @Test
  void what_a_lock_file_says_should_stay_one_line_without_controls() throws Exception {
    try (LockingProcess other = LockingProcess.holding(temporary)) {
      assertThat(other.line()).isEqualTo("held");
      Files.writeString(temporary.resolve(FolderLock.NAME), "\u001b[31mred\nsecond line");

      assertThatExceptionOfType(FolderLock.FolderInUseException.class)
          .isThrownBy(() -> FolderLock.acquire(temporary, "late"))
          .withMessageContaining("written by ?[31mred: wait")
          .withMessageNotContaining("second");
    }
  }

  @Test
  void a_holder_that_has_just_started_should_be_waited_for_a_moment() throws Exception {
    try (LockingProcess other = LockingProcess.holding(temporary)) {
      assertThat(other.line()).isEqualTo("held");
      Path file = temporary.resolve(FolderLock.NAME);
      Files.writeString(file, "");
      Thread writer =
          new Thread(
              () -> {
                LockSupport.parkNanos(60_000_000);
                try {
                  Files.writeString(file, "the other");
                } catch (IOException e) {
                  throw new UncheckedIOException(e);
                }
              });
      writer.start();

      assertThatExceptionOfType(FolderLock.FolderInUseException.class)
          .isThrownBy(() -> FolderLock.acquire(temporary, "late"))
          .withMessageContaining("written by the other: wait");
      writer.join();
    }
  }

  @Test
  void a_file_system_without_locks_should_keep_out_the_own_process_at_least() throws IOException {
    FolderLock.Locking none =
        channel -> {
          throw new IOException("No locks available");
        };
    try (FolderLock lock = FolderLock.acquire(temporary, "first", none)) {
      assertThatExceptionOfType(FolderLock.FolderInUseException.class)
          .isThrownBy(() -> FolderLock.acquire(temporary, "second", none));
    }
    assertThat(temporary).isEmptyDirectory();
  }

  @Test
  void one_at_a_time_should_hold_it_however_often_file_and_folder_come_and_go() throws Exception {
    Path folder = temporary.resolve("run");
    try (LockingProcess second = LockingProcess.inTurns(folder, TURNS);
        LockingProcess third = LockingProcess.inTurns(folder, TURNS)) {
      assertThat(LockingProcess.takeTurns(folder, TURNS)).isEqualTo(TURNS);
      assertThat(second.line()).isEqualTo(Integer.toString(TURNS));
      assertThat(third.line()).isEqualTo(Integer.toString(TURNS));
    }
    assertThat(folder.resolve(FolderLock.NAME)).doesNotExist();
  }
}
