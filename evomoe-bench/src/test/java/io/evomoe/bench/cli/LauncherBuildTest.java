package io.evomoe.bench.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.assertj.core.api.AbstractStringAssert;
import org.junit.jupiter.api.Test;

/** What the launcher builds before it starts Java. */
class LauncherBuildTest extends LauncherHome {
  private static final String BUILDS =
      "Building evomoe (once, about 2 minutes with 220 MB to download) ...";

  @Test
  void should_build_the_jar_of_a_cluster_where_it_is_missing() throws Exception {
    environment.put("SPARK_HOME", "/opt/spark");
    Path all = home.resolve("evomoe-spark/target/evomoe-spark-" + Launcher.version() + "-all.jar");
    Path called = folder.resolve("called");
    maven(
        "echo \"$*\" >>'%s'; mkdir -p '%s' && touch '%s'".formatted(called, all.getParent(), all));

    Ran first = run(script, "train", "--spark", "local[2]");
    Ran second = run(script, "train", "--spark", "local[2]");

    assertThat(first.err()).containsExactly("Building evomoe (some minutes the first time) ...");
    assertThat(second.err()).isEmpty();
    assertOnlyLine(called).endsWith(" -Dmain.only -pl evomoe-spark -am package");
  }

  @Test
  void should_show_what_it_builds() throws Exception {
    Files.delete(jar());
    maven(
        """
        echo "[INFO] Downloaded from central: https://repo/small-1.jar (12 kB at 3.1 MB/s)"
        echo "[INFO] Downloaded from central: https://repo/nd4j-1.jar (86 MB at 12 MB/s)"
        echo "[INFO] Building EvoMoE core 0.2.0                          [2/7]"
        echo "[INFO] Building jar: a.jar"
        mkdir -p evomoe-bench/target && touch '%s'
        """
            .formatted(jar()));

    Ran ran = run(script, "gates");

    assertThat(ran.code()).isZero();
    assertThat(ran.err())
        .containsExactly(BUILDS, "        nd4j-1.jar (86 MB at 12 MB/s)", "  [2/7] EvoMoE core");
    assertThat(temporary()).isEmpty();
  }

  /** Neither tests nor other modules. */
  @Test
  void should_build_only_the_command_and_say_how_long_that_takes() throws Exception {
    Path called = folder.resolve("called");
    maven("echo \"$*\" >>'%s'; touch '%s'".formatted(called, jar()));
    Path libraries = home.resolve("evomoe-bench/target/lib");

    Files.createDirectories(folder.resolve(".m2/repository/org/nd4j/nd4j-native"));
    Files.delete(jar());
    Ran downloaded = run(script, "gates");
    Files.createDirectories(libraries);
    Files.delete(jar());
    Ran built = run(script, "gates");

    assertThat(List.of(downloaded, built))
        .extracting(Ran::err)
        .containsOnly(List.of("Building evomoe (about 20 s) ..."));
    assertThat(Files.readAllLines(called))
        .hasSize(2)
        .allMatch(line -> line.endsWith(" -Dmain.only -pl evomoe-bench -am package"));
  }

  @Test
  void should_end_with_the_log_of_a_build_that_failed() throws Exception {
    Files.delete(jar());
    maven("echo '[ERROR] no disk \\\\n left'\nexit 1\n");

    Ran ran = run(script, "gates");

    assertThat(ran.code()).isEqualTo(1);
    assertThat(ran.out()).isEmpty();
    assertThat(ran.err())
        .containsExactly(BUILDS, "[ERROR] no disk \\n left", "evomoe: the build failed");
    assertThat(temporary()).isEmpty();
  }

  @Test
  void should_build_libtorch_where_it_is_asked_for_and_put_it_before_all_else() throws Exception {
    Path called = buildTorch("lib");
    environment.put("EVOMOE_KERNELS", "torch");

    Ran ran = run(script, "gates");
    Ran again = run(script, "gates");

    assertOnlyLine(called).contains(" -Ptorch ").contains(" -pl evomoe-bench,evomoe-torch ");
    assertThat(ran.out()).contains("-Devomoe.kernels=torch");
    assertThat(again.out())
        .contains("%s:%s/evomoe-torch/target/lib/*:%s".formatted(torch(), home, jar()));
  }

  @Test
  void should_build_libtorch_for_cards_beside_the_other_where_there_is_a_driver() throws Exception {
    Path called = buildTorch("lib-cuda");
    environment.put("EVOMOE_KERNELS", "torch-cuda");
    Path driver = Files.createDirectories(folder.resolve("driver"));
    script(driver.resolve("nvidia-smi"), "");
    environment.put("PATH", driver + ":" + System.getenv("PATH"));

    Ran ran = run(script, "gates");

    assertOnlyLine(called).contains(" -Ptorch-cuda ");
    assertThat(ran.out())
        .contains("-Devomoe.kernels=torch", "-Devomoe.device=cuda")
        .contains("%s:%s/evomoe-torch/target/lib-cuda/*:%s".formatted(torch(), home, jar()));
  }

  /** What Maven was called with. */
  private static AbstractStringAssert<?> assertOnlyLine(Path called) throws IOException {
    return assertThat(Files.readAllLines(called)).singleElement().asString();
  }

  /** Lets Maven make the jar and a folder beside it; gives the file of its calls. */
  private Path buildTorch(String libraries) throws IOException {
    Path called = folder.resolve("called");
    maven(
        "echo \"$*\" >>'%s'; mkdir -p '%s/%s' && touch '%s'"
            .formatted(called, torch().getParent(), libraries, torch()));
    return called;
  }

  private List<Path> temporary() throws IOException {
    try (var files = Files.list(folder.resolve("tmp"))) {
      return files.toList();
    }
  }
}
