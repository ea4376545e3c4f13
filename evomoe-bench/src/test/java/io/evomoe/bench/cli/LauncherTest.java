package io.evomoe.bench.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What the script {@code ./evomoe} does before Java runs; Java is a script here, as is Maven. */
class LauncherTest extends LauncherHome {
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
  void should_have_its_classes_written_by_one_process_at_a_time() throws Exception {
    Files.createDirectories(home.resolve("evomoe-bench/target/lib"));
    Path calls = folder.resolve("calls");
    String writes = "case $1 in -XX:Archive*) echo >>'%s'; sleep 2; exit 1 ;; esac\n";
    script(
        Path.of(environment.get("JAVA_HOME")).resolve("bin/java"),
        writes.formatted(calls) + JAVA.formatted("17.0.9"));

    run(script, "train");
    while (!Files.exists(calls)) {
      Thread.sleep(10);
    }
    run(script, "train");
    Thread.sleep(500);

    assertThat(Files.readAllLines(calls)).hasSize(1);
  }

  @Test
  void should_name_a_java_home_without_java() throws Exception {
    environment.put("JAVA_HOME", folder.resolve("nowhere").toString());

    assertRefused(
        2,
        "gates",
        "JAVA_HOME must name a Java of version 17 or newer, was %s/nowhere, which has no bin/java"
            .formatted(folder));
  }

  @ParameterizedTest
  @ValueSource(strings = {"1.8.0_392", "11.0.2", "16"})
  void should_name_a_java_that_is_too_old(String version) throws Exception {
    useJava(version);

    assertRefused(
        2,
        "gates",
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
  void should_download_nothing_for_cards_where_there_is_no_driver() throws Exception {
    environment.put("EVOMOE_KERNELS", "torch-cuda");
    environment.put("PATH", path(""));

    assertRefused(
        1,
        "gates",
        "no NVIDIA driver was found here: EVOMOE_KERNELS=torch-cuda needs nvidia-smi on the PATH");
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

    assertRefused(
        2,
        "train --spark local[2]",
        "EVOMOE_KERNELS must not be torch with --spark: its executors have no libtorch");
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

    script = Launcher.released(folder.resolve("a release")).script();
    assertRefused(
        2,
        "gates",
        "EVOMOE_KERNELS must not be torch in a release, which has no libtorch:"
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

  private void assertRefused(int code, String command, String says) throws Exception {
    Ran ran = run(script, command.split(" ", -1));
    assertThat(ran.err()).containsExactly("evomoe: " + says);
    assertThat(ran.code()).isEqualTo(code);
  }
}
