package io.evomoe.bench.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What the script {@code ./evomoe} does before Java runs; Java is a script here, as is Maven. */
class LauncherTest {
  /** Says that it is a version, and what it was given otherwise. */
  private static final String JAVA =
      """
      if [ "$1" = -version ]; then echo 'openjdk version "%s" 2025-01-21' >&2; exit 0; fi
      for argument in "$@"; do echo "$argument"; done
      """;

  private static final String BUILDS =
      "Building evomoe (once, about 2 minutes with 220 MB to download) ...";

  @TempDir Path folder;
  private Path home;
  private Path script;
  private final Map<String, String> environment = new java.util.HashMap<>();

  @BeforeEach
  void install() throws IOException {
    home = folder.resolve("a home");
    script = Launcher.in(home).script();
    environment.put("HOME", folder.toString());
    useJava("17.0.9");
  }

  @Test
  void should_hand_its_arguments_to_java_as_they_are() throws Exception {
    Ran ran = run(script, "train", "--out", "a b", "*", "");

    assertThat(ran.err()).isEmpty();
    assertThat(ran.out()).contains("-Devomoe.home=" + home, "-Devomoe.command=" + script);
    assertThat(ran.out()).endsWith("io.evomoe.bench.cli.Main", "train", "--out", "a b", "*", "");
  }

  @Test
  void should_find_its_home_through_symbolic_links() throws Exception {
    Path bin = Files.createDirectories(folder.resolve("bin"));
    Path first = Files.createSymbolicLink(bin.resolve("first"), Path.of("../a home/evomoe"));
    Path link = Files.createSymbolicLink(folder.resolve("evomoe link"), first);
    environment.put("CDPATH", folder.toString());

    Ran ran = run(link, "gates");

    assertThat(ran.err()).isEmpty();
    assertThat(Files.isSameFile(home, Path.of(ran.property("evomoe.home")))).isTrue();
    assertThat(ran.property("evomoe.command")).isEqualTo(link.toString());
  }

  /** Among the sources, whatever the folder beside them is called. */
  @Test
  void should_not_take_a_folder_app_for_a_release() throws Exception {
    Files.writeString(home.resolve("pom.xml"), "");
    Files.setLastModifiedTime(home.resolve("pom.xml"), FileTime.fromMillis(0));
    Files.createDirectories(folder.resolve("app"));

    Ran ran = run(script, "gates");

    assertThat(ran.out()).contains("-Devomoe.home=" + home, jar().toString());
  }

  @ParameterizedTest
  @CsvSource({"'', C.UTF-8", "C, C.UTF-8", "C.utf8, C.utf8"})
  void should_let_java_read_letters_that_are_not_of_ascii(String before, String after)
      throws Exception {
    for (String name : List.of("LANG", "LC_CTYPE")) {
      environment.put(name, "");
    }
    environment.put("LC_ALL", before);
    script(
        Path.of(environment.get("JAVA_HOME")).resolve("bin/java"),
        JAVA.formatted("17.0.9") + "echo \"LC_ALL=$LC_ALL\"\n");

    assertThat(run(script, "gates").out()).contains("LC_ALL=" + after);
  }

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
    assertThat(Files.readAllLines(called))
        .singleElement()
        .asString()
        .endsWith(" -Dmain.only -pl evomoe-spark -am package");
  }

  @Test
  void should_name_a_java_home_without_java() throws Exception {
    environment.put("JAVA_HOME", folder.resolve("nowhere").toString());

    assertRefused(
        "JAVA_HOME must name a Java of version 17 or newer, was %s/nowhere, which has no bin/java"
            .formatted(folder));
  }

  @ParameterizedTest
  @ValueSource(strings = {"1.8.0_392", "11.0.2", "16"})
  void should_name_a_java_that_is_too_old(String version) throws Exception {
    useJava(version);

    assertRefused(
        "JAVA_HOME must name a Java of version 17 or newer, was %s, of version %s"
            .formatted(environment.get("JAVA_HOME"), version));
  }

  @ParameterizedTest
  @ValueSource(strings = {"17", "17.0.9", "21-ea", "25.0.1"})
  void should_take_every_newer_java(String version) throws Exception {
    useJava(version);

    assertThat(run(script, "gates").code()).isZero();
  }

  @ParameterizedTest
  @CsvSource({"false, there is none", "true, ' of version 11.0.2'"})
  void should_name_the_path_where_it_has_no_java_or_an_old_one(boolean old, String says)
      throws Exception {
    useJava("11.0.2");
    Path bin = Path.of(environment.get("JAVA_HOME")).resolve("bin");
    environment.put("JAVA_HOME", "");
    environment.put("PATH", path(old ? bin.toString() : ""));

    Ran ran = run(script, "gates");

    assertThat(ran.code()).isEqualTo(2);
    assertThat(ran.err()).hasSize(1).first().asString().contains("17 or newer", "PATH", says);
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
    Path torch = home.resolve("evomoe-torch/target/evomoe-torch-" + Launcher.version() + ".jar");
    Path called = folder.resolve("called");
    maven(
        "echo \"$*\" >>'%s'; mkdir -p '%s/lib' && touch '%s'"
            .formatted(called, torch.getParent(), torch));
    environment.put("EVOMOE_KERNELS", "torch");

    Ran ran = run(script, "gates");
    Ran again = run(script, "gates");

    assertThat(Files.readAllLines(called))
        .singleElement()
        .asString()
        .contains(" -Ptorch ")
        .contains(" -pl evomoe-bench,evomoe-torch ");
    assertThat(ran.out()).contains("-Devomoe.kernels=torch");
    assertThat(again.out())
        .contains("%s:%s/evomoe-torch/target/lib/*:%s".formatted(torch, home, jar()));
  }

  @Test
  void should_build_libtorch_for_cards_beside_the_other_where_there_is_a_driver() throws Exception {
    Path torch = home.resolve("evomoe-torch/target/evomoe-torch-" + Launcher.version() + ".jar");
    Path called = folder.resolve("called");
    maven(
        "echo \"$*\" >>'%s'; mkdir -p '%s/lib-cuda' && touch '%s'"
            .formatted(called, torch.getParent(), torch));
    environment.put("EVOMOE_KERNELS", "torch-cuda");
    Path driver = Files.createDirectories(folder.resolve("driver"));
    script(driver.resolve("nvidia-smi"), "");
    environment.put("PATH", driver + ":" + System.getenv("PATH"));

    Ran ran = run(script, "gates");

    assertThat(Files.readAllLines(called)).singleElement().asString().contains(" -Ptorch-cuda ");
    assertThat(ran.out())
        .contains("-Devomoe.kernels=torch", "-Devomoe.device=cuda")
        .contains("%s:%s/evomoe-torch/target/lib-cuda/*:%s".formatted(torch, home, jar()));
  }

  @Test
  void should_download_nothing_for_cards_where_there_is_no_driver() throws Exception {
    environment.put("EVOMOE_KERNELS", "torch-cuda");
    environment.put("PATH", path(""));

    Ran ran = run(script, "gates");

    assertThat(ran.code()).isEqualTo(1);
    assertThat(ran.err())
        .containsExactly(
            "evomoe: no NVIDIA driver was found here: EVOMOE_KERNELS=torch-cuda needs nvidia-smi on the PATH");
  }

  @Test
  void should_hand_on_other_kernels_and_build_nothing_for_them() throws Exception {
    environment.put("EVOMOE_KERNELS", "nd4j");

    Ran ran = run(script, "gates");

    assertThat(ran.err()).isEmpty();
    assertThat(ran.out()).contains("-Devomoe.kernels=nd4j", jar().toString());
  }

  @Test
  void should_refuse_libtorch_on_a_cluster() throws Exception {
    environment.put("EVOMOE_KERNELS", "torch");

    Ran ran = run(script, "train", "--spark", "local[2]");

    assertThat(ran.code()).isEqualTo(2);
    assertThat(ran.err())
        .containsExactly(
            "evomoe: EVOMOE_KERNELS must not be torch with --spark: its executors have no libtorch");
  }

  @Test
  void should_start_a_release_from_a_link_and_build_nothing() throws Exception {
    Path release = folder.resolve("a release");
    Launcher.released(release);
    Path link =
        Files.createSymbolicLink(folder.resolve("link"), Path.of("a release", "bin", "evomoe"));

    Ran ran = run(link, "gates");

    assertThat(ran.err()).isEmpty();
    assertThat(Files.isSameFile(release, Path.of(ran.property("evomoe.home")))).isTrue();
    assertThat(ran.out()).contains("%1$s/app/*:%1$s/lib/*:%1$s/native/*".formatted(release));
  }

  @Test
  void should_start_a_release_on_a_cluster_with_spark_s_own_libraries() throws Exception {
    Path release = folder.resolve("a release");
    environment.put("SPARK_HOME", "/opt/a spark");

    Ran ran = run(Launcher.released(release).script(), "train", "--spark", "local[2]");

    assertThat(ran.err()).isEmpty();
    assertThat(ran.out())
        .contains(
            "@" + release + "/app/spark-java.args",
            "%1$s/evomoe-spark-%2$s-all.jar:/opt/a spark/jars/*:%1$s/lib/*"
                .formatted(release, Launcher.version()));
  }

  @Test
  void should_refuse_libtorch_in_a_release() throws Exception {
    environment.put("EVOMOE_KERNELS", "torch");

    Ran ran = run(Launcher.released(folder.resolve("a release")).script(), "gates");

    assertThat(ran.code()).isEqualTo(2);
    assertThat(ran.err())
        .containsExactly(
            "evomoe: EVOMOE_KERNELS must not be torch in a release, which has no libtorch:"
                + " use ./evomoe among the sources");
  }

  @Test
  void should_be_started_alike_on_windows() throws IOException {
    Path release = Path.of("").toAbsolutePath().resolveSibling("evomoe-dist");
    String windows = Files.readString(release.resolve("src/bin/evomoe.cmd"));
    String here = Files.readString(script);

    for (String same :
        List.of(
            "io.evomoe.bench.cli.Main",
            "--enable-native-access=ALL-UNNAMED",
            "-Devomoe.home=",
            "-Devomoe.command=",
            "Java 17 or newer must be on the PATH, or JAVA_HOME name one: there is none")) {
      assertThat(here).contains(same);
      assertThat(windows).contains(same);
    }
  }

  private void assertRefused(String says) throws Exception {
    Ran ran = run(script, "gates");
    assertThat(ran.err()).containsExactly("evomoe: " + says);
    assertThat(ran.code()).isEqualTo(2);
  }

  private Path jar() throws IOException {
    return home.resolve("evomoe-bench/target/evomoe-bench-" + Launcher.version() + ".jar");
  }

  private void useJava(String version) throws IOException {
    Path java = folder.resolve("jdk/bin/java");
    Files.createDirectories(java.getParent());
    script(java, JAVA.formatted(version));
    environment.put("JAVA_HOME", folder.resolve("jdk").toString());
  }

  private void maven(String does) throws IOException {
    script(home.resolve("mvnw"), does);
  }

  private static void script(Path file, String does) throws IOException {
    Files.writeString(file, "#!/bin/sh\n" + does);
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
  }

  /** The tools that the launcher uses, without any Java. */
  private String path(String first) throws IOException {
    Path tools = Files.createDirectories(folder.resolve("tools"));
    for (String tool : List.of("dirname", "readlink", "sed", "head", "find", "cut", "stty", "sh")) {
      for (String place : List.of("/bin", "/usr/bin")) {
        Path there = Path.of(place, tool);
        if (Files.exists(there)) {
          script(tools.resolve(tool), "exec %s \"$@\"".formatted(there));
        }
      }
    }
    return first + ":" + tools;
  }

  private List<Path> temporary() throws IOException {
    try (var files = Files.list(folder.resolve("tmp"))) {
      return files.toList();
    }
  }

  private Ran run(Path program, String... arguments) throws Exception {
    List<String> command = new ArrayList<>(List.of(program.toString()));
    command.addAll(List.of(arguments));
    ProcessBuilder builder = new ProcessBuilder(command).directory(folder.toFile());
    Path temporary = Files.createDirectories(folder.resolve("tmp"));
    builder.environment().put("TMPDIR", temporary.toString());
    builder.environment().putAll(environment);
    Path err = folder.resolve("err");
    Process process = builder.redirectError(err.toFile()).start();
    byte[] out = process.getInputStream().readAllBytes();
    assertThat(process.waitFor(1, TimeUnit.MINUTES)).isTrue();
    return new Ran(
        process.exitValue(),
        List.of(new String(out, StandardCharsets.UTF_8).split("\n", -1)),
        Files.readAllLines(err));
  }

  /** How a call of the launcher ended, and the lines it printed. */
  private record Ran(int code, List<String> printed, List<String> err) {
    List<String> out() {
      return printed.subList(0, printed.size() - 1);
    }

    String property(String name) {
      String start = "-D" + name + "=";
      return out().stream()
          .filter(line -> line.startsWith(start))
          .findFirst()
          .orElseThrow()
          .substring(start.length());
    }
  }
}
