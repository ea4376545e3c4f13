package io.evomoe.bench.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.evomoe.bench.cli.console.ChildProcess;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ChildProcessTest {
  @TempDir Path folder;

  @Test
  void should_have_the_options_of_the_launcher_below_its_own_properties() throws Exception {
    Path log = folder.resolve("log");
    Process child =
        ChildProcess.start(
            List.of("doctor"),
            log,
            Map.of("evomoe.kernels", "nd4j"),
            Map.of("EVOMOE_JAVA_OPTS", " -showversion  -Devomoe.kernels=unknown "));

    child.waitFor();
    assertThat(log).content().contains("Runtime Environment", "nd4j on cpu");
  }
}
