package io.evomoe.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.evomoe.models.gpt.Gpt;
import io.evomoe.models.roberta.Roberta;
import io.evomoe.run.config.RunConfig;
import io.evomoe.run.finetune.Classifier;
import io.evomoe.run.finetune.FineTuning;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What one command left in a folder neither becomes another one's nor is lost. */
class SharedFolderTest {
  private static final int STEPS = 6;

  @TempDir private Path folder;

  @Test
  void a_tokenizer_that_was_left_should_not_be_taken_for_the_next_run_s() throws IOException {
    Path out = folder.resolve("run");
    Path there = Files.createDirectories(out.resolve("tokenizer"));
    Path left = Files.writeString(there.resolve("tokenizer_config.json"), "{\"eos_token\":7}");

    try (Run<Gpt> run = SmallTexts.gpt(folder).training(t -> t.steps(2)).in(out)) {
      run.train();
    }

    assertThat(left).doesNotExist();
    try (Run<Gpt> run = Run.open(out, Gpt.class)) {
      assertThat(run.generate("Message", 3)).startsWith("Message");
    }
  }

  @Test
  void a_fine_tuning_should_not_be_written_over_and_go_on() throws IOException {
    Path masked = masked();
    Path out = folder.resolve("tuned");
    try (FineTuning tuning = tuning(masked).in(out)) {
      tuning.train(
          (report, training) -> {
            if (report.step() == 2) {
              tuning.requestStop();
            }
          });
    }

    assertThatIllegalArgumentException()
        .isThrownBy(() -> SmallTexts.gpt(folder).in(out).close())
        .withMessage(
            out + " holds checkpoints already, of finetune or a program: name another folder");
    try (FineTuning tuning = tuning(masked).in(out)) {
      assertThat(tuning.train().isInterrupted()).isFalse();
    }
  }

  /** As they leave them that are killed before their first checkpoint. */
  @Test
  void what_the_other_kind_left_should_not_stand_in_the_way() throws IOException {
    Path masked = masked();
    Path run = Files.createDirectory(folder.resolve("run"));
    Files.copy(masked.resolve("config.yaml"), run.resolve("model.yaml"));
    try (Run<Gpt> begun = SmallTexts.gpt(folder).training(t -> t.steps(2)).in(run)) {
      begun.train();
    }
    assertThat(Classifier.isIn(run)).isFalse();

    Path tuned = Files.createDirectory(folder.resolve("tuned"));
    Files.copy(masked.resolve("config.yaml"), tuned.resolve("config.yaml"));
    for (int again = 0; again < 2; again++) {
      try (FineTuning tuning = tuning(masked).in(tuned)) {
        assertThat(tuning.train().isInterrupted()).isFalse();
      }
    }
    try (Classifier classifier = Classifier.open(tuned)) {
      assertThat(classifier.classify(" on\r\nroads \n").label())
          .isEqualTo(classifier.classify("on\nroads").label());
      assertThat(classifier.classify(" on\r\nroads \n").probability())
          .isEqualTo(classifier.classify("on\nroads").probability());
    }
  }

  @Test
  void a_whole_configuration_should_give_way_to_gate_and_seed_and_take_no_preset()
      throws IOException {
    Path text = SmallTexts.prose(folder);
    RunConfig given = SmallTexts.gpt(folder).gate("switch", Map.of()).seed(3).config();

    assertThat(Run.of(given, List.of(text)).config()).isEqualTo(given);
    RunConfig other = Run.of(given, List.of(text)).seed(7).gate("topk", Map.of("k", "2")).config();
    assertThat(other.seed()).isEqualTo(7);
    assertThat(other.gate()).isEqualTo("topk");
    assertThat(other.options()).containsExactly(Map.entry("k", "2"));
    assertThat(other.model()).isEqualTo(given.model());
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Run.of(given, List.of(text)).preset("base"))
        .withMessage("preset must be left out of a run that has all settings already, was base");
  }

  @Test
  void options_of_a_gate_should_be_kept_as_the_text_that_they_are() throws IOException {
    Map<String, String> options = Map.of("own.rate", "1.10", "rule", "a: b");

    RunBuilder<Gpt> run = SmallTexts.gpt(folder).gate("evomoe", options);

    assertThat(run.changed(run.defaults()).options())
        .containsAllEntriesOf(options)
        .containsEntry("prior", "learned");
  }

  private Path masked() throws IOException {
    Path masked = folder.resolve("masked");
    try (Run<Roberta> run = SmallTexts.roberta(folder).training(t -> t.steps(2)).in(masked)) {
      run.train();
    }
    return masked;
  }

  private static FineTuning.Builder tuning(Path masked) {
    return FineTuning.of(masked)
        .data(SmallTexts.classes(60))
        .training(t -> t.steps(STEPS).batch(4).learningRate(0.01));
  }
}
