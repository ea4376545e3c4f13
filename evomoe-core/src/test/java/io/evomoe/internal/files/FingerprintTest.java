package io.evomoe.internal.files;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

class FingerprintTest {
  @TempDir Path folder;

  @Test
  void what_is_hidden_should_be_no_part_of_a_digest_as_it_is_no_part_of_the_data()
      throws IOException {
    Files.writeString(folder.resolve("text.txt"), "text");
    String before = Fingerprint.ofContent(folder);

    Files.writeString(folder.resolve(".DS_Store"), "icons");
    Files.writeString(folder.resolve(".text.txt.swp"), "being edited");

    assertThat(Fingerprint.ofContent(folder)).isEqualTo(before);
    assertThat(Fingerprint.ofContent(folder.resolve(".DS_Store"))).isNotEqualTo(before);
    Files.writeString(folder.resolve("more.txt"), "more text");
    assertThat(Fingerprint.ofContent(folder)).isNotEqualTo(before);
  }

  @Test
  @EnabledOnOs(OS.LINUX)
  @Timeout(value = 20, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
  void should_refuse_a_pipe_and_a_device_which_have_no_end() throws Exception {
    Path pipe = folder.resolve("pipe");
    assertThat(new ProcessBuilder("mkfifo", pipe.toString()).start().waitFor()).isZero();

    for (Path file : List.of(pipe, Path.of("/dev/zero"))) {
      assertThatIllegalArgumentException()
          .isThrownBy(() -> Fingerprint.ofContent(file))
          .withMessage(
              "file " + file + " must be a file, which can be read twice, is a pipe or device");
    }
  }

  @Test
  void a_lock_should_be_no_part_of_a_digest() throws IOException {
    Files.writeString(folder.resolve("text.txt"), "text");
    String before = Fingerprint.ofContent(folder);
    try (OutputFolder open = OutputFolder.open(folder)) {
      assertThat(open.path().resolve(FolderLock.NAME)).exists();
      assertThat(Fingerprint.ofContent(folder)).isEqualTo(before);
    }
  }
}
