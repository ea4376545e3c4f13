package io.evomoe.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import io.evomoe.models.causal.Generation;
import io.evomoe.models.causal.GenerationConfig;
import io.evomoe.models.gpt.Gpt;
import io.evomoe.models.roberta.Roberta;
import io.evomoe.models.text.Tokenizer;
import io.evomoe.models.transformer.Search;
import io.evomoe.models.transformer.Transformer;
import io.evomoe.run.finetune.Classifier;
import io.evomoe.run.finetune.Classifier.Classified;
import io.evomoe.run.finetune.FineTuning;
import io.evomoe.run.task.Task.TrainedModel;
import io.evomoe.testing.OtherThread;
import java.io.IOException;
import java.nio.file.Path;
import java.util.AbstractList;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Runs and classifiers that one thread closes or trains while another one uses them. */
@Timeout(120)
class ClosedInUseTest {
  @TempDir static Path folder;
  private static Path translating;
  private static Path writing;
  private static Path naming;

  @BeforeAll
  static void train() throws IOException {
    translating = folder.resolve("translating");
    try (Run<?> run = SmallTexts.translation(folder).training(t -> t.steps(1)).in(translating)) {
      run.train();
    }
    writing = folder.resolve("writing");
    try (Run<?> run = SmallTexts.gpt(folder).training(t -> t.steps(2)).in(writing)) {
      run.train();
    }
    Path masked = folder.resolve("masked");
    try (Run<Roberta> run = SmallTexts.roberta(folder).training(t -> t.steps(1)).in(masked)) {
      run.train();
    }
    naming = folder.resolve("naming");
    try (FineTuning tuning =
        FineTuning.of(masked)
            .data(SmallTexts.classes(60))
            .training(t -> t.steps(2).batch(8))
            .withoutBaseline()
            .in(naming)) {
      tuning.train();
    }
  }

  @Test
  void closing_a_run_should_wait_for_a_translation_and_reject_later_ones() {
    Run<Transformer> run = Run.open(translating, Transformer.class);
    String says = "the run in %s is closed: open it again with Run.open".formatted(translating);
    HeldText text = new HeldText();
    List<String> translated = new CopyOnWriteArrayList<>();
    OtherThread translation =
        OtherThread.doing(() -> translated.addAll(run.translate(text, Search.greedy())));
    text.awaitReader();

    OtherThread closing = OtherThread.doing(run::close).awaitWaiting();
    assertThat(OtherThread.doing(run::evaluate).thrown()).hasMessage(says);
    assertThat(translation.isOver()).isFalse();
    text.goOn();

    assertThat(translation.thrown()).isNull();
    assertThat(closing.thrown()).isNull();
    assertThat(translated).hasSize(1);
    assertThatIllegalStateException().isThrownBy(() -> run.translate("a")).withMessage(says);
  }

  @Test
  void a_run_should_stay_open_when_the_thread_that_closes_it_is_interrupted() {
    try (Run<Transformer> run = Run.open(translating, Transformer.class)) {
      HeldText text = new HeldText();
      OtherThread translation = OtherThread.doing(() -> run.translate(text, Search.greedy()));
      text.awaitReader();

      OtherThread closing = OtherThread.doing(run::close).awaitWaiting().interrupt();
      assertThat(closing.thrown())
          .hasMessageStartingWith("the run in %s stays open".formatted(translating));
      text.goOn();

      assertThat(translation.thrown()).isNull();
      assertThat(run.translate("a road")).isNotNull();
    }
  }

  @Test
  void a_run_should_not_be_closed_or_trained_from_inside_a_translation() {
    try (Run<Transformer> run = Run.open(translating, Transformer.class)) {
      List<String> misused =
          new AbstractList<>() {
            @Override
            public String get(int index) {
              assertThatIllegalStateException()
                  .isThrownBy(run::close)
                  .withMessageContaining(
                      "cannot be trained or closed from inside one of its own calls");
              assertThatIllegalStateException()
                  .isThrownBy(run::train)
                  .withMessageContaining(
                      "cannot be trained or closed from inside one of its own calls");
              return "a road";
            }

            @Override
            public int size() {
              return 1;
            }
          };

      assertThat(run.translate(misused, Search.greedy())).hasSize(1);
    }
  }

  @Test
  void a_training_should_wait_for_a_translation() {
    try (Run<?> opened = Run.opening(translating).set("training.steps", "2").open()) {
      HeldText text = new HeldText();
      OtherThread translation = OtherThread.doing(() -> opened.translate(text, Search.greedy()));
      text.awaitReader();
      OtherThread training = OtherThread.doing(opened::train).awaitWaiting();
      text.goOn();

      assertThat(translation.thrown()).isNull();
      assertThat(training.thrown()).isNull();
      assertThat(opened.steps()).isEqualTo(2);
    }
  }

  @Test
  void a_training_should_reject_other_threads_and_let_closing_wait() throws IOException {
    Path out = folder.resolve("trained");
    List<OtherThread> closing = new ArrayList<>();
    Run<Gpt> run = SmallTexts.gpt(folder).in(out);
    String busy =
        "the run in %s is being trained: ask it to stop with requestStop, and wait for train"
            .formatted(out);
    run.train(
        (report, training) -> {
          if (report.step() == 3) {
            assertThat(OtherThread.doing(run::train).thrown()).hasMessage(busy);
            assertThat(OtherThread.doing(() -> run.generate("a", 1)).thrown()).hasMessage(busy);
            closing.add(OtherThread.doing(run::close).awaitWaiting());
            run.requestStop();
          }
        });

    assertThat(closing.get(0).thrown()).isNull();
    try (Run<?> again = Run.open(out)) {
      assertThat(again.steps()).isEqualTo(3);
    }
  }

  @Test
  void a_listener_should_use_the_run_that_it_is_told_of() {
    try (Run<?> run = Run.opening(writing).set("training.steps", "3").open()) {
      run.train(
          (report, training) -> {
            assertThat(run.evaluate().loss()).isFinite();
            assertThat(run.generate("Message", 3)).startsWith("Message");
          });
      assertThat(run.steps()).isEqualTo(3);
    }
  }

  @Test
  void the_model_of_a_run_should_say_that_it_is_closed_with_it() {
    Run<Gpt> run = Run.open(folder.resolve("writing"), Gpt.class);
    TrainedModel<Gpt> trained = run.trained();
    Tokenizer tokenizer = run.tokenizer();
    Generation generation = new Generation(trained.model(), trained.context());
    int[] prompt = tokenizer.encode("Message");
    run.close();

    assertThatIllegalStateException()
        .isThrownBy(() -> generation.generate(prompt, GenerationConfig.greedy(), id -> false))
        .withMessageStartingWith("the model is closed");
    assertThat(tokenizer.encode("Message")).isEqualTo(prompt);
  }

  @Test
  void closing_a_classifier_should_wait_for_its_calls_and_reject_later_ones() {
    Classifier classifier = Classifier.open(naming);
    String says =
        "the classifier in %s is closed: open it again with Classifier.open".formatted(naming);
    HeldText text = new HeldText();
    List<Classified> classified = new CopyOnWriteArrayList<>();
    OtherThread naming = OtherThread.doing(() -> classified.addAll(classifier.classify(text)));
    text.awaitReader();

    OtherThread closing = OtherThread.doing(classifier::close).awaitWaiting();
    assertThat(OtherThread.doing(() -> classifier.classify("a road")).thrown()).hasMessage(says);
    text.goOn();

    assertThat(naming.thrown()).isNull();
    assertThat(closing.thrown()).isNull();
    assertThat(classified).hasSize(1);
    classifier.close();
    assertThatIllegalStateException()
        .isThrownBy(() -> classifier.evaluate(SmallTexts.classes(1)))
        .withMessage(says);
  }

  /** A text whose reader is held until the test lets it go on. */
  private static final class HeldText extends AbstractList<String> {
    private final CountDownLatch read = new CountDownLatch(1);
    private final CountDownLatch release = new CountDownLatch(1);

    @Override
    public String get(int index) {
      read.countDown();
      OtherThread.await(release);
      return "The road 1 is long.";
    }

    @Override
    public int size() {
      return 1;
    }

    void awaitReader() {
      OtherThread.await(read);
    }

    void goOn() {
      release.countDown();
    }
  }
}
