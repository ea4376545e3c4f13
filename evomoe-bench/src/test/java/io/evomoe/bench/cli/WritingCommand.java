package io.evomoe.bench.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.evomoe.bench.study.StudyResults;
import io.evomoe.internal.files.Fingerprint;
import io.evomoe.run.record.CurveFile;
import io.evomoe.run.record.FineTuned.ClassScores;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import java.util.stream.Stream;

/**
 * A command that writes a folder, for campaigns.
 *
 * @param name of it
 * @param arguments by the folder that it writes
 * @param result all that must be the same of an undisturbed folder and a disturbed one
 * @param atOnce whether the folder comes into being whole or not at all
 */
record WritingCommand(
    String name,
    Function<Path, List<String>> arguments,
    Function<Path, List<String>> result,
    boolean atOnce) {
  private static final String[] OFTEN = {"--set", "training.checkpointEvery=3"};
  private static final String STUDY =
      """
      task: gpt
      preset: quick
      revision: 1
      seeds: [1]
      baseline: switch
      gates: [evomoe, switch]
      learningRates: {rates: [0.002, 0.004], steps: 40, seed: 9}
      settings:
        model: {vocabulary: 300, sequence: 16, hiddenSize: 16, intermediateSize: 32}
        training: {steps: 60, batch: 4, evalEvery: 10, evalBatches: 2, checkpointEvery: 3}
      """;

  /**
   * All commands that write folders, but for training on a cluster; what they start from is made in
   * a folder.
   *
   * @param steps of training
   */
  static List<WritingCommand> all(Path folder, String steps) throws IOException {
    List<TinyRuns> tasks = TinyRuns.everyTask(folder);
    List<WritingCommand> all = new ArrayList<>();
    for (TinyRuns task : tasks) {
      all.add(
          curve("train " + task.task(), out -> task.trainArguments(out, "evomoe", steps, OFTEN)));
    }
    TinyRuns gpt = tasks.get(0);
    all.add(curve("compare", out -> gpt.compareArguments(out, "evomoe,switch", steps, OFTEN)));
    all.add(study(folder, gpt));
    Path masked = trained(tasks.get(1), folder.resolve("masked"), "evomoe");
    all.add(fineTuning(folder, masked, steps));
    Path dense = trained(gpt, folder.resolve("dense"), "dense");
    Path hub = folder.resolve("hub");
    List<String> export = List.of("export", "--checkpoint", "" + dense, "--out");
    assertThat(CommandRun.of(with(export, hub).toArray(String[]::new)).code()).isZero();
    all.add(whole("export", out -> with(export, out)));
    List<String> gguf = new ArrayList<>(export);
    gguf.addAll(1, List.of("--format", "gguf"));
    all.add(whole("export to.gguf", out -> with(gguf, out)));
    all.add(whole("import", out -> with(List.of("import", "--from", "" + hub, "--out"), out)));
    Path spawned = trained(gpt, folder.resolve("spawned"), "evomoe");
    List<String> convert =
        List.of("convert", "--checkpoint", "" + spawned, "--merge", "all", "--out");
    all.add(whole("convert", out -> with(convert, out)));
    return all;
  }

  private static WritingCommand curve(String name, Function<Path, List<String>> arguments) {
    return new WritingCommand(name, arguments, WritingCommand::losses, false);
  }

  private static WritingCommand whole(String name, Function<Path, List<String>> arguments) {
    return new WritingCommand(name, arguments, WritingCommand::files, true);
  }

  private static WritingCommand study(Path folder, TinyRuns gpt) throws IOException {
    Path config = Files.writeString(folder.resolve("study.yaml"), STUDY);
    return new WritingCommand(
        "study",
        out ->
            List.of(
                "study",
                "--config=" + config,
                "--data=" + gpt.data(),
                "--out=" + out,
                "--work=" + out.resolveSibling(out.getFileName() + "-work")),
        out -> recorded(out.resolve(StudyResults.NAME)),
        false);
  }

  private static WritingCommand fineTuning(Path folder, Path masked, String steps)
      throws IOException {
    StringBuilder lines = new StringBuilder();
    for (int i = 0; i < 60; i++) {
      lines.append("sea\ta ship of %d\nland\ta road of %d\n".formatted(i, i));
    }
    Path classes = Files.writeString(folder.resolve("classes.tsv"), lines);
    List<String> command =
        List.of(
            "finetune",
            "--checkpoint=" + masked,
            "--data=" + classes,
            "--steps=" + steps,
            "--batch=8",
            "--checkpoint-every=3",
            "--out");
    return new WritingCommand(
        "finetune",
        out -> with(command, out),
        out -> {
          List<String> result = new ArrayList<>(losses(out));
          result.addAll(files(out.resolve("checkpoints")));
          result.add(read(out.resolve(ClassScores.NAME)));
          return result;
        },
        false);
  }

  private static Path trained(TinyRuns task, Path out, String gate) {
    CommandRun run = task.train(out, gate, "12");
    assertThat(run.code()).as(run.err()).isZero();
    return out;
  }

  private static List<String> with(List<String> command, Path out) {
    List<String> arguments = new ArrayList<>(command);
    arguments.add(out.toString());
    return arguments;
  }

  private static List<String> losses(Path out) {
    return Files.exists(out.resolve(CurveFile.NAME)) ? TinyRuns.losses(out) : List.of();
  }

  /** The losses of some runs of a study. */
  private static List<String> recorded(Path runs) {
    if (!Files.exists(runs)) {
      return List.of();
    }
    try (FileSystem zip = FileSystems.newFileSystem(runs)) {
      return Stream.of("rate-evomoe-0.002", "rate-switch-0.004", "evomoe-1", "switch-1")
          .map(run -> zip.getPath(run, CurveFile.NAME))
          .filter(Files::exists)
          .flatMap(curve -> CurveFile.parse(read(curve), curve.toString()).stream())
          .map(TinyRuns::loss)
          .toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static String read(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** All files with what they hold, but for what names the machine's folders or the time. */
  private static List<String> files(Path out) {
    try (Stream<Path> all = Files.walk(out)) {
      return all.filter(Files::isRegularFile)
          .filter(file -> !file.endsWith("state.json") && !file.endsWith("SHA256SUMS"))
          .map(file -> out.relativize(file) + " " + Fingerprint.ofContent(file))
          .sorted()
          .toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
