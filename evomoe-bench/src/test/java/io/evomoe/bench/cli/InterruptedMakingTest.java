package io.evomoe.bench.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A signal does not wait for what comes before the first step, and is answered at every moment. */
class InterruptedMakingTest {
  @TempDir Path folder;

  /** A process that is ending when its command begins. */
  static final class EndingProcess {
    private EndingProcess() {}

    public static void main(String[] arguments) {
      Runtime.getRuntime().addShutdownHook(new Thread(() -> Main.execute(arguments)));
    }
  }

  @Test
  void a_command_should_say_why_it_ends_if_the_signal_came_before_it_could_wait_for_one()
      throws Exception {
    Path out = folder.resolve("out");
    Path log = folder.resolve("log");
    List<String> command = new ArrayList<>();
    command.add(ProcessHandle.current().info().command().orElse("java"));
    command.addAll(List.of("-cp", System.getProperty("java.class.path")));
    command.add(EndingProcess.class.getName());
    command.addAll(TinyRuns.everyTask(folder).get(0).trainArguments(out, "switch", "5"));

    new ProcessBuilder(command)
        .redirectErrorStream(true)
        .redirectOutput(log.toFile())
        .start()
        .waitFor();

    assertThat(Files.readString(log).lines().filter(line -> line.startsWith("evomoe: ")))
        .containsExactly("evomoe: stopped: nothing was saved");
  }

  @Test
  void a_signal_while_a_model_is_made_should_end_the_process_and_say_why() throws Exception {
    Path out = folder.resolve("out");
    Path log = folder.resolve("log");
    List<String> arguments =
        TinyRuns.everyTask(folder)
            .get(0)
            .trainArguments(
                out, "switch", "5", "--set=model.experts=16384", "--set=model.intermediateSize=2");
    Process process = CommandRun.process(arguments, log);
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
