package io.evomoe.bench.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.evomoe.run.Run;
import io.evomoe.run.RunBuilder;
import io.evomoe.run.record.CurveFile;
import io.evomoe.training.StepRecord;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * Commands of a task with models so small that they train in a moment.
 *
 * @param task by name
 * @param data to train on
 */
record TinyRuns(String task, Path data) {
  private static final List<String> SIZES =
      List.of(
          "model.architecture=gpt",
          "model.vocabulary=300",
          "model.sequence=16",
          "model.hiddenSize=16",
          "model.intermediateSize=32",
          "training.batch=4",
          "training.evalEvery=10",
          "training.evalBatches=2",
          "training.metricSentences=4");

  /** One of each task, on texts that are written into the folder. */
  static List<TinyRuns> everyTask(Path folder) throws IOException {
    StringBuilder text = new StringBuilder();
    StringBuilder pairs = new StringBuilder();
    for (int i = 0; i < 400; i++) {
      text.append(
          "Message %d of the year %d, on roads and rivers.\n\n".formatted(i, 1800 + i % 50));
      pairs.append("The road %d is long.\tDie Straße %d ist lang.\n".formatted(i, i));
    }
    Path prose = Files.writeString(folder.resolve("prose.txt"), text.toString());
    Path lines = Files.writeString(folder.resolve("pairs.tsv"), pairs.toString());
    return List.of(
        new TinyRuns("gpt", prose), new TinyRuns("roberta", prose), new TinyRuns("mt", lines));
  }

  /** Lines of three classes in turn. */
  static List<String> classes(int count) {
    String[] kinds = {
      "noun.animal\tan animal %d of the water", "verb.motion\tto move %d times", "adj\tlike gold %d"
    };
    return IntStream.range(0, count).mapToObj(i -> kinds[i % 3].formatted(i)).toList();
  }

  /** A text of other words, for what needs no more than one. */
  static Path text(Path folder) throws IOException {
    return Files.writeString(folder.resolve("text.txt"), sentences("We the people of the States"));
  }

  /** 400 paragraphs, each with a word of its own. */
  static String sentences(String begin) {
    return IntStream.range(0, 400)
        .mapToObj(i -> "%s, %s.\n\n".formatted(begin, Integer.toString(i * 7919, 36)))
        .collect(Collectors.joining());
  }

  CommandRun compare(Path out, String gates, String steps, String... more) {
    return CommandRun.of(compareArguments(out, gates, steps, more).toArray(String[]::new));
  }

  List<String> compareArguments(Path out, String gates, String steps, String... more) {
    return arguments(more, "compare", "--gates", gates, "--steps", steps, "--out", out.toString());
  }

  CommandRun train(Path out, String gate, String steps, String... more) {
    return CommandRun.of(trainArguments(out, gate, steps, more).toArray(String[]::new));
  }

  List<String> trainArguments(Path out, String gate, String steps, String... more) {
    return arguments(more, "train", "--gate", gate, "--steps", steps, "--out", out.toString());
  }

  private List<String> arguments(String[] more, String... first) {
    List<String> command = new ArrayList<>(Arrays.asList(first));
    command.addAll(options(more));
    return command;
  }

  /** The same run of {@code trainArguments}, as a program makes it. */
  RunBuilder<?> builder(String gate, String steps) {
    RunBuilder<?> builder =
        switch (task) {
          case "gpt" -> Run.gpt(data);
          case "roberta" -> Run.roberta(data);
          default -> Run.translation(data);
        };
    builder.preset("quick").gate(gate).set("training.steps", steps);
    for (String size : SIZES) {
      String[] field = size.split("=", 2);
      builder.set(field[0], field[1]);
    }
    return builder;
  }

  /** What every command is told, and more. */
  List<String> options(String... more) {
    List<String> options =
        new ArrayList<>(List.of("--task", task, "--preset", "quick", "--data", data.toString()));
    SIZES.forEach(size -> options.addAll(List.of("--set", size)));
    options.addAll(Arrays.asList(more));
    return options;
  }

  /** What must not differ between two runs that are the same. */
  static List<String> losses(Path run) {
    return CurveFile.read(run.resolve(CurveFile.NAME)).stream().map(TinyRuns::loss).toList();
  }

  /** The losses of both trainings of a fine-tuning. */
  static List<String> tuningLosses(Path finetuning) {
    List<String> both = new ArrayList<>(losses(finetuning.resolve("scratch")));
    both.addAll(losses(finetuning));
    return both;
  }

  static String loss(StepRecord row) {
    return row.step() + " " + row.trainLoss() + " " + row.validLoss() + " " + row.auxLoss();
  }

  /**
   * A training that is interrupted and resumed has the curve of one that is not.
   *
   * @param whole trained by gate {@code evomoe} in {@code steps}
   * @param cut a new folder, with a checkpoint {@code every} so many steps
   */
  void assertResumes(Path whole, Path cut, int steps, int every) throws IOException {
    train(cut, "evomoe", "" + steps, "--set", "training.checkpointEvery=" + every).succeeded();
    deleteNewestCheckpoint(cut);

    CommandRun resumed = CommandRun.of("train", "--resume", cut).succeeded();

    int left = (steps - 1) / every * every;
    assertThat(resumed.out()).contains("Resuming after step %d of %d".formatted(left, steps));
    assertThat(losses(cut)).isEqualTo(losses(whole));
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
