package io.evomoe.bench.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.evomoe.kernel.KernelSelection;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DoctorCommandTest {
  @TempDir Path folder;

  @Test
  void should_end_with_0_where_the_tests_run_and_name_what_computes() throws IOException {
    CommandRun run = CommandRun.of("doctor", "--json", "--out", folder.resolve("runs")).succeeded();

    JsonNode all = new ObjectMapper().readTree(run.out());
    assertThat(run.out().lines()).hasSize(1);
    assertThat(all.get("can_start").asBoolean()).isTrue();
    Set<String> names = new HashSet<>();
    for (JsonNode finding : all.get("findings")) {
      names.add(finding.get("name").asText());
      assertThat(finding.get("advice").asText().isEmpty())
          .as(finding.toString())
          .isEqualTo(finding.get("state").asText().equals("ok"));
      if (finding.get("name").asText().equals("kernels")) {
        assertThat(finding.get("found").asText()).startsWith(KernelSelection.report().kernels());
      }
    }
    assertThat(names)
        .contains("java", "kernels", "threads", "memory", "large pages", "gpu", "data", "disk")
        .contains("results", "build");
    assertThat(folder).isEmptyDirectory();
  }

  @Test
  void should_end_with_1_and_say_why_where_no_run_could_start() throws IOException {
    Path file = Files.createFile(folder.resolve("file"));

    CommandRun run = CommandRun.of("doctor", "--out", file.resolve("runs"));

    assertThat(run.code()).isEqualTo(1);
    assertThat(run.err().lines().filter(line -> line.startsWith("evomoe: ")))
        .containsExactly("evomoe: training cannot start: results");
    assertThat(run.out())
        .containsPattern("results +stops +cannot write")
        .contains("-> use a folder");
  }
}
