package io.evomoe.bench.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import io.evomoe.bench.cli.ComparedRun.FinishedRun;
import io.evomoe.nn.RoutingReport;
import io.evomoe.run.finetune.Classifier;
import io.evomoe.run.internal.task.Lineage;
import io.evomoe.run.internal.task.Lineage.Ancestor;
import io.evomoe.run.record.CurveFile;
import io.evomoe.run.record.FineTuned.ClassScores;
import io.evomoe.run.record.RunResult;
import io.evomoe.run.record.StepFile;
import io.evomoe.testing.Damage;
import io.evomoe.training.CheckpointException;
import io.evomoe.training.RecordedRun;
import io.evomoe.training.RecordedRun.RunName;
import io.evomoe.training.StepRecord;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Damaged files of runs, comparisons and classifiers: each is read, or rejected in a sentence that
 * names it, in little memory. Files without a checksum may hold another number after damage.
 */
@ExtendWith(OnTheFastKernels.class)
class DamagedFilesTest {
  private static final long MOST_BYTES = 64_000_000;
  private static final ThreadMXBean MEMORY = (ThreadMXBean) ManagementFactory.getThreadMXBean();
  private static final List<String> NUMBERS =
      List.of("0", "-1", "2", "7", "2147483647", "1000000", "99999999999", "1e400", ".nan", "x");

  @TempDir private static Path folder;
  private static Path run;
  private static Path classifier;
  private static List<String> tuning;

  /** A file, or a folder of files. */
  enum Kind {
    FINISHED(2000, "finished.json") {
      @Override
      Object read(Path file) {
        FinishedRun read = FinishedRun.read(file).orElseThrow();
        assertThat(read.result().isResultOf(read.recorded())).isIn(true, false);
        assertThat(read.fingerprint().isEmpty()).isIn(true, false);
        return read;
      }
    },
    RESULT(1500, "result.json") {
      @Override
      Object read(Path file) {
        List<RunResult> read = RunResult.read(file);
        read.forEach(result -> assertThat(result.task() + result.gate()).isNotEqualTo("nullnull"));
        return read;
      }
    },
    STEPS(1500, "steps.jsonl") {
      @Override
      Object read(Path file) {
        return new HashSet<>(StepFile.read(file));
      }
    },
    CURVES(1500, "curves.csv") {
      @Override
      Object read(Path file) {
        return CurveFile.read(file);
      }
    },
    SCORES(1500, "finetune.json") {
      @Override
      Object read(Path file) {
        return ClassScores.read(classifier).orElseThrow();
      }
    },
    LINEAGE(1500, "lineage.json") {
      @Override
      Object read(Path file) throws IOException {
        try {
          Lineage read = Lineage.of(Map.of("lineage", Files.readString(file)));
          return List.of(read, read.entries());
        } catch (IllegalArgumentException | IOException e) {
          throw new IllegalArgumentException(file + ": " + e.getMessage(), e);
        }
      }
    },
    CLASSIFIER(1000, "") {
      @Override
      Object read(Path file) {
        try (Classifier opened = Classifier.open(file)) {
          return opened.classify("a ship of 9");
        }
      }
    },
    TUNED(200, "classes.json") {
      @Override
      Object read(Path file) {
        CommandRun again = CommandRun.of(tuning.toArray(String[]::new));
        if (again.code() == 2) {
          throw new IllegalArgumentException(again.err());
        }
        assertThat(again.code()).as(again.err()).isZero();
        assertThat(again.err()).doesNotContain("Exception", "io.evomoe", "java.lang", "StreamRead");
        return again.out();
      }
    };

    final int many;
    final String name;

    Kind(int many, String name) {
      this.many = many;
      this.name = name;
    }

    abstract Object read(Path file) throws IOException;

    /** The file or folder that is read. */
    Path place() {
      return (this == CLASSIFIER || this == TUNED || this == SCORES ? classifier : run)
          .resolve(name);
    }
  }

  @BeforeAll
  static void make_whole_ones() throws IOException {
    List<TinyRuns> tasks = TinyRuns.everyTask(folder);
    run = folder.resolve("run");
    tasks.get(0).train(run, "switch", "12").succeeded();
    RunResult result = RunResult.read(run.resolve("result.json")).get(0);
    List<StepRecord> rows = StepFile.read(run.resolve("steps.jsonl"));
    RoutingReport routing =
        new RoutingReport("h.1", 9, List.of(4, 5), List.of(0, 9, 0), 0, 0.5, List.of());
    new FinishedRun(
            "ab12",
            result,
            new RecordedRun(new RunName("gpt", "switch", 1), rows, List.of(routing)))
        .write(run.resolve("finished.json"));
    Lineage.NONE
        .after(new Ancestor("a", "switch", 1, 2, 3, 4.5, "ab", true, List.of("x")), 7)
        .write(run);
    Path masked = folder.resolve("masked");
    tasks.get(1).train(masked, "evomoe", "12").succeeded();
    StringBuilder lines = new StringBuilder();
    for (int i = 0; i < 60; i++) {
      lines.append("sea\ta ship of %d\nland\ta road of %d\n".formatted(i, i));
    }
    Path texts = Files.writeString(folder.resolve("classes.tsv"), lines);
    classifier = folder.resolve("classifier");
    tuning =
        List.of(
            "finetune",
            "--checkpoint=" + masked,
            "--data=" + texts,
            "--steps=12",
            "--batch=8",
            "--out=" + classifier);
    CommandRun.of(tuning.toArray(String[]::new)).succeeded();
  }

  @ParameterizedTest
  @EnumSource
  void should_be_read_or_rejected_in_a_sentence(Kind kind) throws IOException {
    damage(kind, kind == Kind.TUNED ? 3 : 20);
  }

  @Tag("campaign")
  @ParameterizedTest
  @EnumSource
  @Timeout(value = 10, unit = TimeUnit.MINUTES, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
  void should_be_so_of_thousands_of_files(Kind kind) throws IOException {
    damage(kind, kind.many);
  }

  private static void damage(Kind kind, int files) throws IOException {
    Path place = kind.place();
    List<Path> all;
    try (Stream<Path> inside = Files.walk(place)) {
      all = inside.filter(Files::isRegularFile).sorted().toList();
    }
    Object whole = kind.read(place);
    TreeMap<String, Integer> counts = new TreeMap<>();
    List<String> faults = new ArrayList<>();
    long longest = 0;
    long most = 0;
    for (int i = 0; i < files; i++) {
      Path file = all.get(i % all.size());
      byte[] before = Files.readAllBytes(file);
      Files.write(file, damaged(file, before, new Random(i)));
      long began = System.nanoTime();
      long allocated = MEMORY.getCurrentThreadAllocatedBytes();
      try {
        counts.merge(outcome(kind, place, whole), 1, Integer::sum);
      } catch (RuntimeException | AssertionError | StackOverflowError | OutOfMemoryError e) {
        faults.add("%s %d: %s".formatted(file.getFileName(), i, e));
      }
      allocated = MEMORY.getCurrentThreadAllocatedBytes() - allocated;
      if (allocated > MOST_BYTES && kind != Kind.TUNED) {
        faults.add("%s %d: %d bytes allocated".formatted(file.getFileName(), i, allocated));
      }
      most = Math.max(most, allocated);
      longest = Math.max(longest, System.nanoTime() - began);
      Files.write(file, before);
    }
    System.out.printf(
        "%s: %s, at most %d ms and %d kB%n", kind, counts, longest / 1_000_000, most / 1000);
    assertThat(faults).isEmpty();
  }

  private static String outcome(Kind kind, Path place, Object whole) throws IOException {
    try {
      return kind.read(place).equals(whole) ? "same" : "other";
    } catch (IllegalArgumentException | UncheckedIOException | CheckpointException e) {
      assertThat(String.valueOf(e.getMessage()).strip())
          .contains(folder.toString())
          .hasLineCount(1)
          .hasSizeLessThan(500)
          .doesNotContainPattern("io\\.evomoe|fasterxml|java\\.lang|Exception|Error|Stream[A-Z]");
      return "rejected";
    }
  }

  private static byte[] damaged(Path file, byte[] whole, Random random) {
    String text = new String(whole, StandardCharsets.UTF_8);
    String name = file.getFileName().toString();
    if (whole.length == 0 || random.nextInt(4) == 0) {
      return Damage.bytes(whole.length == 0 ? new byte[1] : whole, random);
    }
    if (name.endsWith(".json")) {
      return Damage.json(text, random).getBytes(StandardCharsets.UTF_8);
    }
    if (name.endsWith(".jsonl")) {
      List<String> lines = new ArrayList<>(text.lines().toList());
      int at = random.nextInt(lines.size());
      lines.set(at, Damage.json(lines.get(at), random));
      return (String.join("\n", lines) + "\n").getBytes(StandardCharsets.UTF_8);
    }
    if (name.endsWith(".csv") || name.endsWith(".yaml")) {
      String[] parts = text.split("(?<=[,: \n])(?=[0-9])", -1);
      int at = random.nextInt(parts.length);
      String number = NUMBERS.get(random.nextInt(NUMBERS.size()));
      parts[at] = parts[at].replaceFirst("^[0-9.E-]+", number);
      return String.join("", parts).getBytes(StandardCharsets.UTF_8);
    }
    return Damage.bytes(whole, random);
  }
}
