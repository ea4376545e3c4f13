package io.evomoe.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.evomoe.models.gpt.Gpt;
import io.evomoe.models.roberta.Roberta;
import io.evomoe.models.text.HeldOut;
import io.evomoe.run.data.Dataset;
import io.evomoe.run.finetune.Classifier;
import io.evomoe.run.finetune.FineTuning;
import io.evomoe.run.record.CurveFile;
import io.evomoe.run.record.FineTuned;
import io.evomoe.run.record.FineTuned.ClassEvaluation;
import io.evomoe.run.record.FineTuned.ClassScores;
import io.evomoe.run.record.StepFile;
import io.evomoe.run.tensorboard.TensorBoard;
import io.evomoe.training.Callback;
import io.evomoe.training.StepRecord;
import io.evomoe.training.Training;
import io.evomoe.training.checkpoint.CheckpointFolder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Fine-tuning from a program. */
class FineTuningTest {
  private static final int STEPS = 20;
  private static final List<List<String>> TEXTS = SmallTexts.labelled(60);
  private static final HeldOut TENTHS = HeldOut.DEFAULT.withShares(0.1, 0.1);

  @TempDir static Path folder;
  private static Path masked;
  private static Path whole;
  private static FineTuned reached;

  @BeforeAll
  static void tune_a_model_undisturbed() throws IOException {
    masked = folder.resolve("masked");
    try (Run<Roberta> run = SmallTexts.roberta(folder).in(masked)) {
      run.train();
    }
    whole = folder.resolve("whole");
    try (FineTuning tuning = texts().in(whole)) {
      reached = tuning.train();
    }
  }

  private static FineTuning.Builder texts() {
    return FineTuning.of(masked)
        .data(rows(TEXTS))
        .split(TENTHS)
        .training(t -> t.steps(STEPS).batch(8).learningRate(0.01));
  }

  private static Dataset rows(List<List<String>> texts) {
    return Dataset.rows("texts of the program", texts::stream);
  }

  @Test
  void texts_of_a_program_should_give_the_classifier_of_a_file_of_them() throws IOException {
    Path file = folder.resolve("classes.tsv");
    Files.writeString(
        file,
        TEXTS.stream().map(text -> String.join("\t", text) + "\n").collect(Collectors.joining()));
    Path out = folder.resolve("of-file");
    List<String> said = new ArrayList<>();
    try (FineTuning tuning =
        FineTuning.of(masked)
            .data(file)
            .split(TENTHS)
            .training(t -> t.steps(STEPS).batch(8).learningRate(0.01))
            .said(said::add)
            .in(out)) {
      assertThat(tuning.train().scores()).isEqualTo(reached.scores());
    }

    assertThat(said).hasSize(1).first().asString().contains("classes.tsv is lines of", "120");
    assertSameBits(out);
    try (Classifier classifier = Classifier.open(out)) {
      assertThat(classifier.evaluate("test").accuracy()).isEqualTo(reached.evaluation().accuracy());
    }
  }

  @Test
  void a_classifier_of_a_programs_texts_should_be_measured_on_texts_that_it_is_given() {
    try (Classifier classifier = Classifier.open(whole)) {
      ClassEvaluation all = classifier.evaluate(rows(TEXTS));
      assertThat(all.of("sea").examples()).isEqualTo(60);
      assertThatIllegalArgumentException()
          .isThrownBy(() -> all.of("sky"))
          .withMessage("label must be one of the 2 classes, was sky");
      assertThatIllegalArgumentException()
          .isThrownBy(() -> classifier.evaluate("test"))
          .withMessageContaining(
              "were a program's and are in no file; name the texts to measure on");
      assertThatIllegalArgumentException()
          .isThrownBy(() -> classifier.evaluate(rows(List.of(List.of("sky", "blue")))))
          .withMessageContaining("line 1: label must be one of the 2 of training, was sky");
    }
  }

  @Test
  void stopped_in_either_training_it_should_go_on_and_end_like_one_that_was_not()
      throws IOException {
    Path out = folder.resolve("stopped");
    for (int at : new int[] {7, STEPS + 7}) {
      try (FineTuning tuning = texts().in(out)) {
        FineTuned stopped =
            tuning.train(
                (report, training) -> {
                  if (log(out).size() == at) {
                    tuning.requestStop();
                  }
                });
        assertThat(stopped.isInterrupted()).isTrue();
        assertThat(stopped.scores()).hasSize(at < STEPS ? 1 : 2);
        assertThatIllegalStateException().isThrownBy(stopped::evaluation);
      }
    }
    List<String> told = new ArrayList<>();
    try (FineTuning tuning = texts().in(out)) {
      assertThat(tuning.train(noting(tuning, told)).scores()).isEqualTo(reached.scores());
    }

    assertThat(told).containsExactly("majority class", "without pre-training", "finetune 7");
    assertSameBits(out);
    assertThat(log(out)).hasSize(2 * STEPS).isEqualTo(log(whole));
  }

  private static Callback noting(FineTuning tuning, List<String> told) {
    return new Callback() {
      @Override
      public void onStart(Training training) {
        assertThat(training.plannedSteps()).isEqualTo(STEPS);
        tuning.scores().forEach(scores -> told.add(scores.classifier()));
        told.add(training.name().task() + " " + training.progress().step());
      }

      @Override
      public void onNote(String line) {
        told.add(line);
      }

      @Override
      public void onStep(StepRecord step, Training training) {}
    };
  }

  @Test
  void finished_it_should_be_the_same_again_without_training() throws IOException {
    List<String> told = new ArrayList<>();
    byte[] log = Files.readAllBytes(whole.resolve(StepFile.NAME));
    try (FineTuning tuning = texts().in(whole)) {
      FineTuned again = tuning.train(noting(tuning, told));

      assertThat(again.scores()).isEqualTo(reached.scores());
      assertThat(again.evaluation().accuracy()).isEqualTo(reached.evaluation().accuracy());
      assertThat(again.evaluation().texts()).isEqualTo(reached.evaluation().texts());
      assertThat(again.evaluation().of("sea")).isEqualTo(reached.evaluation().of("sea"));
    }
    assertThat(told).first().isEqualTo("already finished");
    assertThat(Files.readAllBytes(whole.resolve(StepFile.NAME))).isEqualTo(log);
  }

  /** Whoever takes the curves away for a plot has not asked for another training. */
  @Test
  void finished_it_should_be_the_same_again_without_its_curves() throws IOException {
    Path curves = whole.resolve(CurveFile.NAME);
    byte[] before = Files.readAllBytes(curves);
    List<String> told = new ArrayList<>();
    Files.delete(curves);
    try (FineTuning tuning = texts().in(whole)) {
      assertThat(tuning.train(noting(tuning, told)).scores()).isEqualTo(reached.scores());
    } finally {
      Files.write(curves, before);
    }
    assertThat(told).first().isEqualTo("already finished");
  }

  @Test
  void finished_it_should_be_known_whatever_digits_the_locale_has() {
    List<String> told = new ArrayList<>();
    Locale before = Locale.getDefault(Locale.Category.FORMAT);
    Locale.setDefault(Locale.Category.FORMAT, Locale.forLanguageTag("fa-IR-u-nu-arabext"));
    try (FineTuning tuning = texts().in(whole)) {
      assertThat(tuning.train(noting(tuning, told)).scores()).isEqualTo(reached.scores());
    } finally {
      Locale.setDefault(Locale.Category.FORMAT, before);
    }
    assertThat(told).first().isEqualTo("already finished");
  }

  @Test
  void a_callback_should_be_told_of_both_parts_and_change_nothing() throws IOException {
    Path out = folder.resolve("watched");
    List<String> heard = new ArrayList<>();
    try (FineTuning tuning = texts().in(out)) {
      tuning.train(
          TensorBoard.in(out),
          (step, training) -> heard.add(training.name().task() + " " + step.step()));
    }

    assertThat(heard).hasSize(2 * STEPS).startsWith("scratch 1").endsWith("finetune 20");
    assertThat(out.resolve("tensorboard/scratch")).isDirectory();
    assertThat(out.resolve("tensorboard/finetune")).isDirectory();
    assertThat(log(out)).isEqualTo(log(whole));
    assertSameBits(out);
  }

  @Test
  void a_callback_that_throws_should_lose_nothing() throws IOException {
    Path out = folder.resolve("asleep");
    try (FineTuning tuning = texts().in(out)) {
      assertThatThrownBy(
              () ->
                  tuning.train(
                      (step, training) -> {
                        if (step.step() == 5) {
                          throw new IllegalStateException("the callback fell asleep");
                        }
                      }))
          .hasMessage("the callback fell asleep");
    }
    assertThat(log(out)).hasSize(5);
    List<String> told = new ArrayList<>();
    try (FineTuning tuning = texts().in(out)) {
      tuning.train(noting(tuning, told));
    }
    assertThat(told).contains("scratch 5");
    assertSameBits(out);
  }

  @Test
  void patience_should_end_each_training_and_keep_its_best() throws IOException {
    Path out = folder.resolve("early");
    List<ClassScores> early = stoppedEarly(out);

    assertThat(early).hasSize(3);
    assertThat(log(out)).hasSize(2 * 6);
    assertThat(CheckpointFolder.latest(out.resolve("checkpoints")).orElseThrow())
        .hasFileName("step-00000006");
    assertThat(CheckpointFolder.best(out.resolve("checkpoints")).orElseThrow())
        .hasFileName("step-00000002");
    List<String> told = new ArrayList<>();
    try (FineTuning tuning = impatient().in(out)) {
      assertThat(tuning.train(noting(tuning, told)).scores()).isEqualTo(early);
    }
    assertThat(told).first().isEqualTo("already finished");
    Files.delete(out.resolve(ClassScores.NAME));
    assertThat(stoppedEarly(out)).isEqualTo(early);
  }

  /** Only the first evaluation, of step 2, is an improvement. */
  private static List<ClassScores> stoppedEarly(Path out) {
    try (FineTuning tuning = impatient().in(out)) {
      return tuning.train().scores();
    }
  }

  private static FineTuning.Builder impatient() {
    return texts().training(t -> t.learningRate(1e-30).evalEvery(2).patience(2));
  }

  @Test
  void an_interrupt_should_be_a_request_to_stop() throws IOException {
    Path out = folder.resolve("interrupted");
    try (FineTuning tuning = texts().in(out)) {
      FineTuned stopped = tuning.train((step, training) -> Thread.currentThread().interrupt());

      assertThat(Thread.interrupted()).isTrue();
      assertThat(stopped.isInterrupted()).isTrue();
      assertThat(log(out)).hasSize(1);
    }
  }

  @Test
  void should_refuse_what_is_no_fine_tuning_in_a_sentence_and_leave_no_folder() throws IOException {
    Path none = folder.resolve("none");
    refused(() -> FineTuning.of(masked), none, "a fine-tuning must have data, has none");
    refused(
        () -> FineTuning.of(whole).data(rows(TEXTS)),
        none,
        "whole holds a fine-tuned classifier, not a training run");
    refused(
        () ->
            FineTuning.of(masked)
                .data(rows(TEXTS.stream().filter(text -> text.get(0).equals("sea")).toList())),
        none,
        "texts of the program must be of at least 2 classes, are all of sea");
    Path gpt = folder.resolve("gpt");
    try (Run<Gpt> run = SmallTexts.gpt(folder).in(gpt)) {
      run.train();
    }
    refused(
        () -> FineTuning.of(gpt).data(rows(TEXTS)), none, "task gpt; finetune needs task roberta");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> texts().training(t -> t.batch(0)))
        .withMessage("batch must be at least 1, was 0");
    refused(() -> texts().data(rows(List.of())), none, "must hold class rows, has none");
    refused(
        () -> texts().data(rows(List.of(List.of("a\tb", "text")))),
        none,
        "label must be on one line and without TABs, was 'a?b'");
    refused(
        () -> texts().data(rows(List.of(List.of("a", " \n")))),
        none,
        "no value of a row must be blank, were 'a' and ''");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> texts().training(t -> t.seed(2)).in(whole))
        .withMessageContaining(whole + " holds a fine-tuning with other settings");
  }

  private static void refused(Supplier<FineTuning.Builder> builder, Path out, String why) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> builder.get().in(out))
        .withMessageContaining(why);
    assertThat(out).doesNotExist();
  }

  @Test
  void closed_it_should_refuse_to_train() {
    FineTuning tuning = texts().in(folder.resolve("closed"));
    tuning.close();
    tuning.close();

    assertThatIllegalStateException().isThrownBy(tuning::train).withMessageContaining("is closed");
  }

  @Test
  void another_network_or_tokenizer_in_its_folder_should_be_rejected() throws IOException {
    assertNotOpened("model.yaml", "normEpsilon: 1.0E-5", "normEpsilon: 1.0E-4");
    assertNotOpened("tokenizer/tokenizer.json", "\"e\":", "\"ee\":");
  }

  private static void assertNotOpened(String name, String was, String is) throws IOException {
    Path file = whole.resolve(name);
    String text = Files.readString(file);
    assertThat(text).contains(was);
    Files.writeString(file, text.replace(was, is));
    Throwable thrown = catchThrowable(() -> Classifier.open(whole).close());
    Files.writeString(file, text);
    assertThat(thrown)
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageEndingWith(
            " is not what the classifier was fine-tuned with: restore it, or fine-tune again");
  }

  @Test
  void counts_of_classes_that_cannot_be_should_be_measured_again() throws IOException {
    Path out = folder.resolve("copy");
    try (Stream<Path> files = Files.walk(whole)) {
      for (Path file : files.toList()) {
        Files.copy(file, out.resolve(whole.relativize(file).toString()));
      }
    }
    Path file = out.resolve("classes.json");
    String text = Files.readString(file);
    Files.writeString(file, text.replaceFirst("(\"sea\" : )\\d+", "$12147483647"));
    assertThat(file).content().contains("2147483647");

    try (FineTuning tuning = texts().in(out)) {
      assertThat(tuning.train().evaluation().accuracy()).isEqualTo(reached.evaluation().accuracy());
    }

    assertThat(file).hasContent(text);
  }

  private static void assertSameBits(Path out) {
    String weights = "checkpoints/step-00000020/model.safetensors";
    assertThat(out.resolve(weights)).hasSameBinaryContentAs(whole.resolve(weights));
  }

  private static List<String> log(Path out) {
    return Stream.of(out.resolve("scratch"), out)
        .map(folder -> folder.resolve(StepFile.NAME))
        .filter(Files::exists)
        .flatMap(file -> StepFile.read(file).stream())
        .map(FineTuningTest::line)
        .toList();
  }

  private static String line(StepRecord step) {
    return step.step() + " " + step.trainLoss() + " " + step.gradientNorm();
  }
}
