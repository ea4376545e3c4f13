package io.evomoe.spark;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.evomoe.training.internal.tensors.SafeTensors;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Rounds on a real cluster: a master, a worker and two executors, each a process, with
 * authentication and encryption. A campaign kills more often: {@code -Devomoe.kills=10}.
 */
@SuppressWarnings("NullAway.Init") // set before the first test
@Tag("long")
class ClusterIT {
  private static final int KILLS = Integer.getInteger("evomoe.kills", 3);
  private static final int ROUNDS = Math.max(16, 4 * KILLS);

  @TempDir private static Path directory;
  private static LoopbackCluster cluster;
  private static Path undisturbed;

  /** The driver, its executors and the cluster's own processes, and where each listens. */
  private static final Map<String, List<String>> LISTENING = new TreeMap<>();

  private static List<String> executorCommand;

  @BeforeAll
  static void start() throws Exception {
    cluster = new LoopbackCluster(directory.resolve("cluster"), "3.5.9");
    undisturbed = directory.resolve("undisturbed");
    Path log = directory.resolve("undisturbed.log");
    Process driver = cluster.start(log, begin(undisturbed));
    waitForRound(driver, undisturbed, 1);
    List<ProcessHandle> executors = cluster.executors();
    executorCommand = Arrays.asList(executors.get(0).info().arguments().orElseThrow());
    if (ListeningSockets.canBeListed()) {
      LISTENING.put("driver", ListeningSockets.of(driver.toHandle()));
      LISTENING.put("executor", ListeningSockets.of(executors.get(0)));
      LISTENING.put("master", ListeningSockets.of(cluster.process("master")));
      LISTENING.put("worker", ListeningSockets.of(cluster.process("worker")));
    }
    assertThat(driver.waitFor()).as(LoopbackCluster.text(log)).isZero();
  }

  @AfterAll
  static void stop() {
    cluster.close();
  }

  private static List<String> begin(Path out, String... more) {
    List<String> arguments =
        new ArrayList<>(
            List.of(
                "train --preset quick --gate evomoe --local-steps 4 --workers 2 --seed 3"
                    .split(" ", -1)));
    arguments.addAll(List.of("--rounds", Integer.toString(ROUNDS)));
    arguments.addAll(List.of("--data", data().toString(), "--out", out.toString()));
    for (String field :
        ("model.numHiddenLayers=2 model.hiddenSize=32 model.intermediateSize=64 model.experts=4 model.sequence=32"
                + " training.batch=4 evolution.diversifySteps=4")
            .split(" ", -1)) {
      arguments.addAll(List.of("--set", field));
    }
    arguments.addAll(spark());
    arguments.addAll(Arrays.asList(more));
    return arguments;
  }

  private static List<String> resume(Path out, String... more) {
    List<String> arguments = new ArrayList<>(List.of("train", "--resume", out.toString()));
    arguments.addAll(spark());
    arguments.addAll(Arrays.asList(more));
    return arguments;
  }

  private static List<String> spark() {
    return List.of(
        "--spark",
        cluster.master(),
        "--spark-conf",
        "spark.executor.cores=1",
        "--spark-conf",
        "spark.executor.memory=1g",
        "--spark-conf",
        "spark.executor.memoryOverhead=1g",
        "--spark-conf",
        "spark.executor.extraJavaOptions=-XX:TieredStopAtLevel=1 -XX:+UseSerialGC");
  }

  @Test
  void should_listen_on_the_loopback_address_alone() {
    assumeTrue(ListeningSockets.canBeListed(), "this system does not list sockets in /proc/net");
    assertThat(LISTENING).hasSize(4);
    assertThat(LISTENING)
        .allSatisfy(
            (process, addresses) ->
                assertThat(addresses).isNotEmpty().allMatch(ListeningSockets::isLoopback));
  }

  @Test
  void should_tell_executors_to_authenticate_and_encrypt_and_show_nobody_the_secret() {
    assertThat(executorCommand)
        .contains("-Dspark.authenticate=true", "-Dspark.network.crypto.enabled=true")
        .noneMatch(argument -> argument.contains(cluster.secret()));
  }

  @Test
  @Tag("campaign") // Spark tries for a minute
  void should_let_nobody_in_who_does_not_know_the_secret() throws IOException {
    Path log = directory.resolve("stranger.log");

    assertThat(cluster.runWithoutSecret(log, begin(directory.resolve("stranger")))).isEqualTo(2);

    assertThat(LoopbackCluster.text(log))
        .contains("evomoe: cannot start on " + cluster.master() + ": it has not answered");
    assertThat(directory.resolve("stranger")).doesNotExist();
  }

  private static Path data() {
    return Path.of(System.getProperty("basedir", "."), "..", "data", "sotu").toAbsolutePath();
  }

  @Test
  void should_receive_a_start_in_each_process_and_a_difference_for_each_partial_sum()
      throws IOException {
    List<String[]> rows = rounds(undisturbed);

    assertThat(rows).hasSize(ROUNDS);
    try (SafeTensors model = SafeTensors.open(last(undisturbed).resolve("model.safetensors"))) {
      long numbers = model.names().stream().mapToLong(name -> model.info(name).length()).sum();
      // Two starts and three differences in float32; this gate has no state.
      assertThat(Long.parseLong(rows.get(ROUNDS - 1)[4])).isEqualTo(5 * Float.BYTES * numbers);
    }
  }

  @Test
  @Tag("campaign")
  void should_receive_those_of_bfloat16_with_experts_weighed_by_tokens() throws IOException {
    Path half = directory.resolve("half");
    Path log = directory.resolve("half.log");

    assertThat(cluster.run(log, begin(half, "--wire", "bf16", "--expert-weights", "tokens")))
        .as(LoopbackCluster.text(log))
        .isZero();

    List<String[]> rows = rounds(half);
    // Two starts and three differences: 5 in float32, and 2 + 3 / 2 in bfloat16.
    assertThat(Long.parseLong(rows.get(5)[4]) * 10)
        .isEqualTo(Long.parseLong(rounds(undisturbed).get(5)[4]) * 7);
  }

  private static List<String[]> rounds(Path run) throws IOException {
    try (Stream<String> lines = Files.lines(run.resolve("rounds.csv"))) {
      return lines.skip(1).map(line -> line.split(",", -1)).toList();
    }
  }

  @Test
  void should_come_to_the_same_bits_when_executors_and_then_the_driver_are_killed()
      throws Exception {
    Path out = directory.resolve("killed");
    Path log = directory.resolve("killed.log");
    Process driver = cluster.start(log, begin(out));
    waitForRound(driver, out, 1);

    System.out.printf("%d executors killed%n", killExecutors(driver));
    killAfterRound(driver, out, rounds(out).size() + 1);
    int code = cluster.run(log, resume(out));

    assertThat(code).as(LoopbackCluster.text(log)).isZero();
    assertSameModel(out);
    assertThat(rounds(out)).extracting(row -> row[1]).isEqualTo(steps(undisturbed));
    assertThat(LoopbackCluster.text(log)).doesNotContain("not in its curves");
  }

  /** As many as asked for; the training goes on after each. */
  private static int killExecutors(Process driver) throws InterruptedException {
    Random random = new Random(7);
    int killed = 0;
    while (killed < KILLS) {
      Thread.sleep(500 + random.nextInt(1000));
      assertThat(driver.isAlive()).as("ended after %d kills", killed).isTrue();
      List<ProcessHandle> executors = cluster.executors();
      if (!executors.isEmpty()) {
        executors.get(random.nextInt(executors.size())).destroyForcibly();
        killed++;
      }
    }
    return killed;
  }

  private static List<String> steps(Path run) throws IOException {
    return rounds(run).stream().map(row -> row[1]).toList();
  }

  private static void waitForRound(Process process, Path out, int round) throws Exception {
    Path log = out.resolve("rounds.csv");
    while (process.isAlive() && (!Files.exists(log) || rounds(out).size() < round)) {
      Thread.sleep(50);
    }
    assertThat(process.isAlive()).as("ended before it was seen").isTrue();
  }

  private static void killAfterRound(Process process, Path out, int round) throws Exception {
    waitForRound(process, out, round);
    process.destroyForcibly().waitFor();
  }

  private static void assertSameModel(Path run) throws IOException {
    for (String file : List.of("model.safetensors", "optimizer.safetensors")) {
      assertThat(Files.mismatch(last(run).resolve(file), last(undisturbed).resolve(file)))
          .as(file)
          .isEqualTo(-1);
    }
  }

  private static Path last(Path run) {
    return run.resolve("checkpoints").resolve("step-%08d".formatted(4 * ROUNDS));
  }

  @ParameterizedTest
  @Tag("campaign")
  @ValueSource(strings = "4.2.0")
  void should_train_on_another_spark_with_the_same_jar(String version) throws IOException {
    Path out = directory.resolve("spark-" + version);
    Path log = directory.resolve("spark-" + version + ".log");
    try (LoopbackCluster other = new LoopbackCluster(directory.resolve("other"), version)) {
      List<String> arguments = begin(out);
      arguments.set(arguments.indexOf("--spark") + 1, other.master());

      assertThat(other.run(log, arguments)).as(LoopbackCluster.text(log)).isZero();
    }
    assertSameModel(out);
  }

  @Test
  @Tag("campaign")
  void should_go_on_with_another_number_of_workers_and_say_so() throws Exception {
    Path out = directory.resolve("three");
    Path log = directory.resolve("three.log");
    killAfterRound(cluster.start(log, begin(out)), out, 3);

    assertThat(cluster.run(log, resume(out, "--workers", "3")))
        .as(LoopbackCluster.text(log))
        .isZero();

    assertThat(LoopbackCluster.text(log)).contains("3 workers from now on, not 2");
  }

  @Test
  void should_refuse_executors_without_enough_memory_outside_of_the_heap() {
    Path log = directory.resolve("small.log");

    int code =
        cluster.run(
            log,
            begin(
                directory.resolve("small"),
                "--set",
                "model.hiddenSize=512",
                "--set",
                "model.intermediateSize=2048",
                "--set",
                "model.experts=16",
                "--spark-conf",
                "spark.executor.memoryOverhead=100m"));

    assertThat(code).as(LoopbackCluster.text(log)).isEqualTo(2);
    assertThat(LoopbackCluster.text(log))
        .contains("MB outside of the heap")
        .contains("set spark.executor.memoryOverhead");
    assertThat(directory.resolve("small")).doesNotExist();
  }

  @Test
  void should_name_a_master_that_cannot_be_reached() {
    Path log = directory.resolve("unreachable.log");
    List<String> arguments = begin(directory.resolve("unreachable"));
    arguments.set(arguments.indexOf("--spark") + 1, "spark://127.0.0.1:1");

    assertThat(cluster.run(log, arguments)).isEqualTo(2);

    assertThat(LoopbackCluster.text(log))
        .hasLineCount(2)
        .contains("evomoe: cannot reach the master spark://127.0.0.1:1: Connection refused");
  }
}
