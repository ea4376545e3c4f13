package io.evomoe.bench.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.evomoe.internal.files.OutputFolder;
import io.evomoe.run.config.ConfigFile;
import io.evomoe.run.internal.folder.RunFolder;
import io.evomoe.run.task.Tasks;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A command whose folder somebody else writes to says who it is and leaves. */
class OneWriterTest {
  @TempDir Path folder;
  private Path out;

  @BeforeEach
  void a_folder_of_a_run() throws IOException {
    out = Files.createDirectory(folder.resolve("out"));
    ConfigFile.write(
        out.resolve("config.yaml"), Tasks.preset("gpt", "quick").config("gpt", "switch", 1));
    Path gates = folder.resolve("study.yaml");
    Files.copy(Path.of("../docs/study/gpt.yaml"), gates);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "train --preset quick --out {out}",
        "train --resume {out}",
        "train --resume {out}/checkpoints/step-00000001",
        "train --init {dir}/none --out {out}",
        "train --spark local[1] --out {out}",
        "train --spark local[1] --resume {out}",
        "compare --preset quick --gates all --out {out}",
        "study --config {dir}/study.yaml --out {out} --work {dir}/work",
        "study --config {dir}/study.yaml --out {dir}/results --work {out}",
        "study --config {dir}/study.yaml --tables --out {out} --work {dir}/work",
        "finetune --checkpoint {dir}/none --out {out}",
        "import --from {dir}/none --out {out}",
        "export --checkpoint {dir}/none --out {out}",
        "convert --checkpoint {dir}/none --merge all --out {out}"
      })
  void the_second_should_be_refused_before_it_has_written_or_printed_anything(String command)
      throws IOException {
    OutputFolder.setWriter(OutputFolder.A_PROGRAM);
    try (OutputFolder first = OutputFolder.open(out)) {
      List<Path> before = everything();

      CommandRun second =
          CommandRun.of(
              command.replace("{out}", "" + first.path()).replace("{dir}", "" + folder).split(" "));

      assertThat(second.code()).isEqualTo(2);
      assertThat(second.err().lines().toList())
          .singleElement()
          .asString()
          .startsWith("evomoe: " + out + " is being written by a program, process ")
          .contains(" " + ProcessHandle.current().pid() + ", since ");
      assertThat(second.out()).isEmpty();
      assertThat(everything()).isEqualTo(before);
    }
  }

  @Test
  void commands_that_only_read_should_not_ask_for_the_folder() throws IOException {
    TinyRuns gpt = TinyRuns.everyTask(folder).get(0);
    Path run = folder.resolve("run");
    assertThat(gpt.train(run, "switch", "3").code()).isZero();
    assertThat(run.resolve(".lock")).doesNotExist();
    try (OutputFolder writing = OutputFolder.open(run)) {
      for (String command :
          List.of(
              "eval --checkpoint=",
              "generate --tokens=2 --checkpoint=",
              "logits --ids=1 --checkpoint=",
              "export --out=" + folder.resolve("hub") + " --checkpoint=")) {
        CommandRun reading = CommandRun.of((command + writing.path()).split(" "));
        assertThat(reading.code()).as(reading.err()).isZero();
      }
    }
    assertThat(new RunFolder(run).config().gate()).isEqualTo("switch");
  }

  private List<Path> everything() throws IOException {
    try (var files = Files.walk(folder)) {
      return files.sorted().toList();
    }
  }
}
