package io.evomoe.run.internal.folder;

import static org.assertj.core.api.Assertions.assertThat;

import io.evomoe.internal.files.FolderLock;
import io.evomoe.internal.files.OutputFolder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FolderDigestTest {
  @TempDir Path folder;

  @Test
  void a_lock_should_be_no_part_of_a_digest() throws IOException {
    Files.writeString(folder.resolve("text.txt"), "text");
    String before = FolderDigest.of(folder);
    try (OutputFolder open = OutputFolder.open(folder, "test")) {
      assertThat(open.path().resolve(FolderLock.NAME)).exists();
      assertThat(FolderDigest.of(folder)).isEqualTo(before);
    }
  }
}
