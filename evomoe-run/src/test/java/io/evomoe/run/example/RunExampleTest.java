package io.evomoe.run.example;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.evomoe.models.gpt.Gpt;
import io.evomoe.models.roberta.Roberta;
import io.evomoe.models.transformer.Transformer;
import io.evomoe.run.Run;
import io.evomoe.run.SmallTexts;
import io.evomoe.run.finetune.Classified;
import io.evomoe.run.record.CurveFile;
import io.evomoe.run.record.StepFile;
import io.evomoe.run.tensorboard.TensorBoard;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The programs of the README and of docs/library.md, compiled and run. */
class RunExampleTest {
  @TempDir Path folder;

  @Test
  void should_train_as_the_readme_shows() throws IOException {
    Path text = SmallTexts.prose(folder);

    assertThat(FirstRun.train(text, folder.resolve("run"), 2)).startsWith("The state of");
  }

  @Tag("long")
  @Test
  void should_train_and_continue_as_the_library_page_shows() throws IOException {
    Path out = folder.resolve("run");
    String text = TrainGpt.train(SmallTexts.prose(folder), out, 20);

    assertThat(text).startsWith("The state of");
    assertThat(CurveFile.read(out.resolve(CurveFile.NAME))).hasSize(20);
    UseRun.resume(out);
    assertThat(UseRun.evaluate(out)).isLessThan(6);
    assertThat(UseRun.generate(out)).isEqualTo(text);
    assertThat(UseRun.longer(out, folder.resolve("longer"))).isLessThan(UseRun.evaluate(out));
  }

  @Test
  void should_translate_as_the_library_page_shows() throws IOException {
    Path out = folder.resolve("run");
    try (Run<Transformer> run = SmallTexts.translation(folder).in(out)) {
      run.train();
    }

    assertThat(UseRun.translate(out)).isNotNull();
  }

  @Test
  void should_be_watched_as_the_documentation_shows() throws IOException {
    Path out = folder.resolve("run");
    try (Run<Gpt> run = SmallTexts.gpt(folder).in(out)) {
      UseRun.watch(run);
    }

    assertThat(TensorBoard.isIn(out)).isTrue();
    assertThat(StepFile.read(out.resolve(StepFile.NAME))).hasSize(20);
  }

  @Test
  void should_fine_tune_and_classify_as_the_documentation_shows() throws IOException {
    Path masked = folder.resolve("masked");
    try (Run<Roberta> run = SmallTexts.roberta(folder).in(masked)) {
      run.train();
    }
    Path classes = folder.resolve("classes");

    double accuracy = FineTune.finetune(masked, SmallTexts.labelled(60), classes);

    assertThat(accuracy).isGreaterThan(0.8);
    assertThat(FineTune.classify(classes, List.of("the ship 3 of the sea", "a road 7")))
        .extracting(Classified::label)
        .containsExactly("sea", "land");
  }

  /** That it classifies is shown where something is fine-tuned. */
  @Test
  void should_say_what_is_no_classifier() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> UseRun.classify(folder))
        .withMessage(
            folder + " is not the folder of a fine-tuned classifier: it has no model.yaml");
    assertThatIllegalArgumentException().isThrownBy(() -> UseRun.accuracy(folder));
  }
}
