package io.evomoe.bench.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.evomoe.run.record.CurveFile;
import io.evomoe.run.record.FineTuned.ClassScores;
import io.evomoe.run.record.RunResult;
import io.evomoe.training.internal.tensors.SafeTensors;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Task roberta and its fine-tuning on a few texts, as a user calls it. */
class RobertaCommandsTest {
  @TempDir static Path folder;
  private static TinyRuns roberta;
  private static Path trained;
  private static Path classes;

  @BeforeAll
  static void train_a_model() throws IOException {
    List<String> lines = TinyRuns.classes(300);
    classes = Files.createDirectory(folder.resolve("classes"));
    Files.write(classes.resolve("x.train.tsv"), lines.subList(0, 240));
    Files.write(classes.resolve("x.valid.tsv"), lines.subList(240, 270));
    Files.write(classes.resolve("x.test.tsv"), lines.subList(270, 300));
    roberta = new TinyRuns("roberta", classes);
    trained = folder.resolve("trained");
    assertThat(roberta.train(trained, "evomoe", "30").code()).isZero();
  }

  @Test
  void compare_should_report_the_perplexity_of_every_gate() {
    Path out = folder.resolve("compared");

    CommandRun run = roberta.compare(out, "evomoe,expertchoice,dense", "12");

    assertThat(run.code()).as(run.err()).isZero();
    assertThat(run.out()).contains("perplexity").contains("masked").doesNotContain("NaN");
    assertThat(RunResult.read(out.resolve(RunResult.FILE)))
        .hasSize(3)
        .allSatisfy(
            result -> assertThat(result.validMetric()).isEqualTo(Math.exp(result.validLoss())));
  }

  @Test
  void a_resumed_run_should_have_the_curve_of_an_uninterrupted_one() throws IOException {
    roberta.assertResumes(trained, folder.resolve("cut"), 30, 10);
  }

  @Test
  void text_of_several_sources_should_be_read_together() throws IOException {
    Path text =
        Files.writeString(folder.resolve("text.txt"), TinyRuns.sentences("Peace and trade"));
    Path out = folder.resolve("both");

    CommandRun run = roberta.train(out, "dense", "2", "--data", text.toString());

    assertThat(run.code()).as(run.err()).isZero();
    assertThat(run.out()).contains("x.train.tsv and ").contains("text.txt");
    assertThat(CommandRun.of("eval", "--checkpoint", out.toString()).out())
        .contains("x.valid.tsv and ");
  }

  @Test
  void eval_should_measure_masked_tokens() {
    CommandRun run = CommandRun.of("eval", "--checkpoint", trained.toString());
    assertThat(run.code()).as(run.err()).isZero();
    assertThat(run.out()).contains(" masked tokens, all ").contains("perplexity");
    assertThat(CommandRun.of("eval", "--checkpoint", "" + trained, "--split", "test").out())
        .contains("x.test.tsv");
  }

  @Test
  void finetune_should_set_three_classifiers_side_by_side() throws IOException {
    Path out = folder.resolve("tuned");

    CommandRun run = finetune(out, classes, "--steps", "40", "--batch", "8");

    assertThat(run.code()).as(run.err()).isZero();
    assertThat(run.out())
        .contains("validation accuracy", "validation macro-F1", "test accuracy", "test macro-F1")
        .containsSubsequence("majority class", "without pre-training", "fine-tuned")
        .doesNotContain("NaN");
    assertThat(Files.readString(out.resolve(ClassScores.NAME)))
        .contains("\"test_accuracy\"", "\"fine-tuned\"");
    assertThat(TinyRuns.tuningLosses(out)).hasSize(80);
    assertThat(out.resolve("checkpoints/step-00000040")).isDirectory();
  }

  @Test
  void finetune_should_count_epochs_and_leave_out_the_baseline() {
    Path out = folder.resolve("short");

    CommandRun run = finetune(out, classes, "--epochs", "0.5", "--batch", "24", "--no-baseline");

    assertThat(run.code()).as(run.err()).isZero();
    assertThat(run.out()).contains("fine-tuned").doesNotContain("without pre-training");
    assertThat(CurveFile.read(out.resolve(CurveFile.NAME))).hasSize(5);
  }

  @Test
  void finetune_should_leave_a_router_frozen_that_the_run_froze() throws IOException {
    Path run = folder.resolve("stable");
    Path out = folder.resolve("stable-tuned");
    assertThat(roberta.train(run, "stablemoe", "30").code()).isZero();

    CommandRun tuned =
        CommandRun.of(
            "finetune",
            "--checkpoint=" + run,
            "--data=" + classes,
            "--out=" + out,
            "--steps=12",
            "--batch=8");

    assertThat(tuned.code()).as(tuned.err()).isZero();
    assertThat(routers(out.resolve("checkpoints/step-00000012")))
        .hasSize(2)
        .isEqualTo(routers(run.resolve("checkpoints/step-00000030")));
    for (String part : List.of("scratch", "")) {
      assertThat(CurveFile.read(out.resolve(part).resolve(CurveFile.NAME)))
          .hasSize(12)
          .allSatisfy(row -> assertThat(row.auxLoss()).isZero());
    }
  }

  @Test
  void finetune_should_keep_a_table_that_depends_on_the_text_of_the_run() {
    Path run = folder.resolve("hash");
    String option = "gateOptions.hash.table=balanced";
    assertThat(roberta.train(run, "hash", "3", "--set", option).code()).isZero();

    CommandRun tuned =
        CommandRun.of(
            "finetune",
            "--checkpoint=" + run,
            "--data=" + classes,
            "--out=" + folder.resolve("hash-tuned"),
            "--steps=2",
            "--batch=8");

    assertThat(tuned.code()).as(tuned.err()).isZero();
    assertThat(tuned.out()).contains("without pre-training", "fine-tuned");
  }

  /** The distilled routers of a checkpoint by name, to the bit. */
  private static Map<String, List<Float>> routers(Path checkpoint) throws IOException {
    Map<String, List<Float>> routers = new TreeMap<>();
    try (SafeTensors tensors = SafeTensors.open(checkpoint.resolve("model.safetensors"))) {
      for (String name : tensors.names()) {
        if (name.contains(".distilled.")) {
          float[] values = tensors.read(name).ravel().toFloatVector();
          List<Float> list = new ArrayList<>();
          for (float value : values) {
            list.add(value);
          }
          routers.put(name, list);
        }
      }
    }
    return routers;
  }

  @Test
  void finetune_should_refuse_a_label_that_training_does_not_have() throws IOException {
    Path unseen = Files.createDirectory(folder.resolve("unseen"));
    Files.writeString(unseen.resolve("x.train.tsv"), "a\tone\nb\ttwo\n");
    Files.writeString(unseen.resolve("x.valid.tsv"), "a\tthree\nnew\tfour\n");

    CommandRun run = finetune(folder.resolve("none"), unseen);

    assertThat(run.code()).isEqualTo(2);
    assertThat(run.err()).contains("line 2").contains("new").doesNotContain("\tat ");
    assertThat(folder.resolve("none")).doesNotExist();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"finetune --steps=2 --checkpoint=", "compare --task=roberta --preset=quick"})
  void results_should_not_be_written_over_a_run(String command) throws IOException {
    List<String> before = files(trained);
    String whole = command.endsWith("=") ? command + trained : command;

    CommandRun run = CommandRun.of((whole + " --data=" + classes + " --out=" + trained).split(" "));

    assertThat(run.code()).isEqualTo(2);
    assertThat(run.err()).contains(trained + " holds a run already").doesNotContain("\tat ");
    assertThat(files(trained)).isEqualTo(before);
  }

  private static List<String> files(Path folder) throws IOException {
    try (var files = Files.walk(folder)) {
      return files
          .filter(Files::isRegularFile)
          .map(file -> file + " " + file.toFile().lastModified())
          .sorted()
          .toList();
    }
  }

  @Test
  void eval_should_leave_out_the_classes_of_a_file_of_classified_texts() {
    Path file = classes.resolve("x.test.tsv");

    CommandRun run = CommandRun.of("eval", "--checkpoint=" + trained, "--data=" + file);

    assertThat(run.out())
        .startsWith("text file " + file + " is ")
        .endsWith(CommandRun.of("eval", "--checkpoint=" + trained, "--split=test").out());
  }

  @Test
  void finetune_should_refuse_options_without_effect_and_texts_of_one_class() throws IOException {
    Path none = folder.resolve("none");
    Path one = Files.writeString(folder.resolve("one.tsv"), "a\tx\na\ty\n".repeat(9));
    finetune(none, classes, "--steps=2", "--epochs=3")
        .refused("--epochs cannot be given with --steps, was 3.0");
    finetune(none, classes, "--source-field=en")
        .refused("--source-field is for pairs, but this command reads texts with their classes");
    finetune(none, classes, "--data=" + classes.resolve("../classes"))
        .refused("--data must name each file or folder once");
    finetune(none, one).refused("must be of at least 2 classes, are all of a");
    roberta
        .train(none, "switch", "2", "--label-field=kind")
        .refused("--label-field is for texts with their classes, but this command reads texts");
    roberta
        .train(none, "switch", "2", "--data=" + classes)
        .refused("--data must name each file or folder once, was " + classes + " twice");
    assertThat(none).doesNotExist();
  }

  @Test
  void finetune_should_refuse_wrong_settings() {
    Path out = folder.resolve("none");
    for (String[] wrong :
        new String[][] {
          {"--steps", "0"}, {"--epochs", "0"}, {"--batch", "0"}, {"--learning-rate", "0"}
        }) {
      assertThat(finetune(out, classes, wrong).code()).as(wrong[0]).isEqualTo(2);
    }
    assertThat(finetune(out, folder.resolve("missing")).code()).isEqualTo(2);
  }

  @Test
  void commands_of_other_tasks_should_refuse_the_run() {
    for (String command : List.of("generate", "translate")) {
      CommandRun run = CommandRun.of(command, "--checkpoint", trained.toString());
      assertThat(run.code()).isEqualTo(2);
      assertThat(run.err()).contains("is a run of task roberta; " + command + " needs task ");
    }
  }

  private static CommandRun finetune(Path out, Path data, String... options) {
    List<String> command =
        new ArrayList<>(
            List.of(
                "finetune",
                "--checkpoint",
                trained.toString(),
                "--data",
                data.toString(),
                "--out",
                out.toString()));
    command.addAll(Arrays.asList(options));
    return CommandRun.of(command.toArray(String[]::new));
  }
}
