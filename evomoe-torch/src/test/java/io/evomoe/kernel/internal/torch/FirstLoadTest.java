package io.evomoe.kernel.internal.torch;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Where native code has not been unpacked yet. */
class FirstLoadTest {
  @TempDir Path home;

  /** One of them unpacks libtorch_cpu.so while others ask for libtorch.so, which needs it. */
  @Test
  void several_processes_should_load_it_at_once() throws Exception {
    List<Process> processes = new ArrayList<>();
    for (int i = 0; i < 4; i++) {
      processes.add(asked());
      Thread.sleep(200);
    }

    for (Process process : processes) {
      String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      assertThat(process.waitFor()).as(out).isZero();
      assertThat(out).contains(TorchRefusalTest.Asked.MARK + "nothing");
    }
  }

  private Process asked() throws IOException {
    return new ProcessBuilder(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-Duser.home=" + home,
            "-XX:TieredStopAtLevel=1",
            "-cp",
            System.getProperty("java.class.path"),
            TorchRefusalTest.Asked.class.getName())
        .directory(home.toFile())
        .redirectErrorStream(true)
        .start();
  }
}
