package io.evomoe.bench.cli;

import io.evomoe.bench.report.CurveFile;
import io.evomoe.bench.report.CurveRow;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;

/**
 * Commands of a task with models so small that they train in a moment.
 *
 * @param task by name
 * @param data to train on
 */
record TinyRuns(String task, Path data) {
  private static final List<String> SIZES =
      List.of(
          "model.vocabulary=300",
          "model.sequence=16",
          "model.width=16",
          "model.hidden=32",
          "training.batch=4",
          "training.evalEvery=10",
          "training.evalBatches=2",
          "training.metricSentences=4");

  CommandRun compare(Path out, String gates, String steps, String... more) {
    return command(more, "compare", "--gates", gates, "--steps", steps, "--out", out.toString());
  }

  CommandRun train(Path out, String gate, String steps, String... more) {
    return command(more, "train", "--gate", gate, "--steps", steps, "--out", out.toString());
  }

  private CommandRun command(String[] more, String... first) {
    List<String> command = new ArrayList<>(Arrays.asList(first));
    command.addAll(List.of("--task", task, "--preset", "quick", "--data", data.toString()));
    SIZES.forEach(size -> command.addAll(List.of("--set", size)));
    command.addAll(Arrays.asList(more));
    return CommandRun.of(command.toArray(String[]::new));
  }

  /** What must not differ between two runs that are the same. */
  static List<String> losses(Path run) {
    return CurveFile.read(run.resolve(CurveFile.NAME)).stream().map(TinyRuns::loss).toList();
  }

  private static String loss(CurveRow row) {
    return row.step() + " " + row.trainLoss() + " " + row.validLoss() + " " + row.auxLoss();
  }

  static void deleteNewestCheckpoint(Path run) throws IOException {
    try (var checkpoints = Files.list(run.resolve("checkpoints"))) {
      Path newest = checkpoints.max(Comparator.naturalOrder()).orElseThrow();
      try (var files = Files.walk(newest)) {
        for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
          Files.delete(file);
        }
      }
    }
  }
}
