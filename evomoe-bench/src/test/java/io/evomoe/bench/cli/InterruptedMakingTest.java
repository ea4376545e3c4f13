package io.evomoe.bench.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.evomoe.bench.cli.console.ChildProcess;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A model of many experts takes a minute to be made: a signal does not wait for it. */
class InterruptedMakingTest {
  @TempDir Path folder;

  @Test
  void a_signal_while_a_model_is_made_should_end_the_process_and_say_why() throws Exception {
    Path out = folder.resolve("out");
    Path log = folder.resolve("log");
    List<String> arguments =
        TinyRuns.everyTask(folder)
            .get(0)
            .trainArguments(
                out, "switch", "5", "--set=model.experts=65536", "--set=model.intermediateSize=2");
    Process process = ChildProcess.start(arguments, log);
    try {
      while (!Files.readString(log).contains("parameters with all experts") && process.isAlive()) {
        Thread.sleep(20);
      }

      new ProcessBuilder("kill", "-TERM", Long.toString(process.pid())).start().waitFor();

      assertThat(process.waitFor()).isEqualTo(143);
      assertThat(Files.readString(log)).contains("evomoe: stopped: ").doesNotContain("\tat ");
      assertThat(out.resolve("config.yaml")).as("written once the model is made").doesNotExist();
    } finally {
      process.destroyForcibly();
    }
  }
}
