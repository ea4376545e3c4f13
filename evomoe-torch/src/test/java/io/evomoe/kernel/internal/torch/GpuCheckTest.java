package io.evomoe.kernel.internal.torch;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The script for people with a card, around a build, a command line and a driver that are scripts.
 */
class GpuCheckTest {
  private static final String EVOMOE =
      """
      case $* in *"steps 1 "*) [ -z "$REFUSAL" ] || { echo "$REFUSAL" >&2; exit 1; } ;; esac
      case $1 in
        bench) echo "a step: 10 ms" ;;
        train)
          while [ "$1" != --out ]; do shift; done
          mkdir -p "$2"
          scale=1
          if [ "$EVOMOE_KERNELS" = torch-cuda ]; then scale=$CARD; fi
          seq 0 200 | awk -F, -v s="$scale" '{ printf "t,g,1,%d,0,0,0,%.9f\\n", $1, s * (6 - $1 / 100) }' >"$2/curves.csv"
          ;;
      esac
      """;
  private static final String MAVEN =
      "echo '[INFO] Tests run: 5, Failures: 0, Errors: 0, Skipped: 0, Time elapsed: 1 s -- in A'\n";

  @TempDir Path folder;

  @BeforeEach
  void install() throws IOException {
    Files.createDirectories(folder.resolve("evomoe-torch"));
    Files.copy(Path.of(System.getProperty("basedir", "."), "gpu-check"), script());
    executable("evomoe", EVOMOE);
    executable("mvnw", MAVEN);
    executable("bin/nvidia-smi", "echo '0, NVIDIA H100 80GB HBM3, 9.0'\n");
  }

  @Test
  void should_refuse_in_one_line_where_there_is_no_driver() throws Exception {
    Files.delete(folder.resolve("bin/nvidia-smi"));

    Ran ran = run("", "1", folder.resolve("none").toString());

    assertThat(ran.code()).isEqualTo(1);
    assertThat(ran.lines())
        .containsExactly(
            "gpu-check: no NVIDIA driver was found here: nvidia-smi is not on the PATH");
    assertThat(report()).doesNotExist();
  }

  @Test
  void should_hand_on_what_the_card_lacks() throws Exception {
    Ran ran = run("evomoe: kernels torch cannot run FLOAT on device cuda:0: too old", "1", "");

    assertThat(ran.code()).isEqualTo(1);
    assertThat(ran.lines())
        .containsExactly("gpu-check: kernels torch cannot run FLOAT on device cuda:0: too old");
    assertThat(report()).doesNotExist();
  }

  @Test
  void should_write_a_report_of_a_card_that_computes_the_same() throws Exception {
    Ran ran = run("", "1.00005", "");

    assertThat(ran.lines()).as("%s", ran).endsWith("The report is " + report());
    assertThat(ran.code()).isZero();
    assertThat(Files.readAllLines(report()))
        .contains(
            "0, NVIDIA H100 80GB HBM3, 9.0",
            "contract of kernels: passed",
            "contract of gates: passed",
            "switch: 200 steps; largest difference of the first 10 losses 5e-05 (at most 1e-4), of the mean of the last 20 5e-05 (at most 0.02)",
            "curve of evomoe: passed",
            "bench step, torch-cuda, bf16:",
            "a step: 10 ms",
            "all passed");
  }

  @Test
  void should_fail_where_the_card_computes_something_else() throws Exception {
    Ran ran = run("", "1.0002", "");

    assertThat(ran.code()).isEqualTo(1);
    assertThat(Files.readAllLines(report()))
        .contains("contract of gates: passed", "curve of switch: FAILED", "something FAILED");
  }

  @Test
  void should_fail_where_no_test_has_run() throws Exception {
    executable("mvnw", "echo '[INFO] BUILD SUCCESS'\n");

    Ran ran = run("", "1", "");

    assertThat(ran.code()).isEqualTo(1);
    assertThat(Files.readAllLines(report())).contains("contract of kernels: FAILED");
  }

  private Path script() {
    return folder.resolve("evomoe-torch/gpu-check");
  }

  private Path report() {
    return folder.resolve("report");
  }

  private void executable(String name, String does) throws IOException {
    Path file = folder.resolve(name);
    Files.createDirectories(file.getParent());
    Files.writeString(file, "#!/bin/sh\n" + does);
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
  }

  /**
   * Runs it.
   *
   * @param refusal of the command line, if it cannot run
   * @param card by which losses on the card are larger than those on the CPU
   * @param path in place of the usual one; empty for that
   */
  private Ran run(String refusal, String card, String path) throws Exception {
    ProcessBuilder builder =
        new ProcessBuilder(bash(), script().toString(), report().toString())
            .redirectErrorStream(true);
    String usual = folder.resolve("bin") + ":" + System.getenv("PATH");
    builder.environment().put("PATH", path.isEmpty() ? usual : tools(path));
    builder.environment().put("REFUSAL", refusal);
    builder.environment().put("CARD", card);
    Process process = builder.start();
    String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    return new Ran(process.waitFor(), out.lines().toList());
  }

  private static String bash() {
    return Files.isExecutable(Path.of("/bin/bash")) ? "/bin/bash" : "bash";
  }

  /** A path on which there is nothing but what the script needs to come to its first question. */
  private String tools(String name) throws IOException {
    Path tools = Files.createDirectories(Path.of(name));
    executable(tools.resolve("dirname").toString(), "exec /usr/bin/dirname \"$@\"\n");
    return tools.toString();
  }

  /** How it ended, and what it printed. */
  private record Ran(int code, List<String> lines) {}
}
