package io.evomoe.bench.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class VersionTest {
  @TempDir Path folder;

  @Test
  void should_call_changed_sources_dirty_but_not_new_results() throws IOException {
    assumeTrue(git("init", "-q"), "git is not installed");
    Path source = Files.writeString(folder.resolve("Source.java"), "one");
    Path tables = Files.createDirectories(folder.resolve("docs")).resolve("tables.md");
    Files.writeString(tables, "one");
    assertThat(git("add", ".")).isTrue();
    assertThat(git("-c", "user.name=a", "-c", "user.email=a@b", "commit", "-qm", "one")).isTrue();

    assertThat(Version.commit(folder)).matches("[0-9a-f]{12}");
    Files.writeString(tables, "two");
    assertThat(Version.commit(folder)).matches("[0-9a-f]{12}");
    Files.writeString(source, "two");
    assertThat(Version.commit(folder)).matches("[0-9a-f]{12}-dirty");
  }

  @Test
  void should_be_unknown_outside_of_a_repository() {
    assertThat(Version.commit(folder)).isEqualTo("unknown");
  }

  private boolean git(String... arguments) {
    try {
      String[] command = new String[arguments.length + 1];
      command[0] = "git";
      System.arraycopy(arguments, 0, command, 1, arguments.length);
      return new ProcessBuilder(command).directory(folder.toFile()).start().waitFor() == 0;
    } catch (IOException e) {
      return false;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }
}
