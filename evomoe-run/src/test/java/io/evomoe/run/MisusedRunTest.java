package io.evomoe.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.evomoe.internal.files.FileTree;
import io.evomoe.internal.files.FolderLock.FolderInUseException;
import io.evomoe.internal.files.OutputFolder;
import io.evomoe.models.gpt.Gpt;
import io.evomoe.run.internal.task.RunCheckpoint;
import io.evomoe.run.task.Task.TrainedModel;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What programs do to runs that nobody meant, and what is left of the run then. */
class MisusedRunTest {
  @TempDir Path folder;

  @ParameterizedTest
  @ValueSource(ints = {1, 7, 20})
  void an_interrupt_should_save_and_end_the_training_and_be_seen_by_the_caller(int step)
      throws IOException {
    Path out = folder.resolve("run");
    boolean seen;
    try (Run<Gpt> run = SmallTexts.gpt(folder).in(out)) {
      run.train(
          (report, training) -> {
            if (report.step() == step) {
              Thread.currentThread().interrupt();
            }
          });
      seen = Thread.interrupted();
      assertThat(run.steps()).isEqualTo(step);
    }

    assertThat(seen).isTrue();
    assertGoesOn(out, step);
  }

  /** The loss of an earlier step would stand for that of the end. */
  @Test
  void a_run_should_not_end_at_a_step_that_was_not_measured() throws IOException {
    Path out = folder.resolve("run");
    try (Run<Gpt> run = SmallTexts.gpt(folder).training(t -> t.evalEvery(5)).in(out)) {
      run.train(
          (report, training) -> {
            if (report.step() == 7) {
              run.requestStop();
            }
          });
    }

    try (Run<?> ended = Run.opening(out).set("training.steps", "7").open()) {
      assertThatIllegalArgumentException()
          .isThrownBy(ended::train)
          .withMessageContaining(
              "has taken all of its 7 steps and has no validation loss of the last; ask for more"
                  + " steps (--steps 8)");
    }
    try (Run<?> more = Run.opening(out).set("training.steps", "8").open()) {
      assertThat(more.train().result().validLoss()).isFinite();
    }
  }

  @Test
  void an_interrupt_before_a_checkpoint_should_save_and_end_the_training() throws IOException {
    Path out = folder.resolve("run");
    try (Run<Gpt> run = SmallTexts.gpt(folder).in(out)) {
      run.train((step, training) -> interruptAt(step.step(), 10));

      assertThat(Thread.interrupted()).isTrue();
      assertThat(run.steps()).isEqualTo(10);
    }
    try (Run<?> again = Run.open(out)) {
      again.train();
      assertThat(again.steps()).isEqualTo(20);
    }
  }

  private static void interruptAt(long step, long last) {
    if (step == last) {
      Thread.currentThread().interrupt();
    }
  }

  private static void assertGoesOn(Path out, long step) {
    try (Run<?> again = Run.open(out)) {
      assertThat(again.steps()).isEqualTo(step);
      again.train();
      assertThat(again.steps()).isEqualTo(20);
    }
  }

  @Test
  void what_was_trained_should_be_saved_when_a_listener_throws() throws IOException {
    for (Throwable thrown :
        new Throwable[] {new IllegalStateException("mine"), new Error("mine")}) {
      Path out = folder.resolve("run-" + thrown.getClass().getSimpleName());
      try (Run<Gpt> run = SmallTexts.gpt(folder).in(out)) {
        assertThatThrownBy(() -> run.train((report, training) -> throwAt(report.step(), thrown)))
            .isSameAs(thrown);
        assertThatIllegalStateException()
            .isThrownBy(run::steps)
            .withMessageContaining("is closed: open it again");
      }
      assertGoesOn(out, 7);
    }
  }

  private static void throwAt(long step, Throwable thrown) {
    if (step == 7) {
      if (thrown instanceof Error error) {
        throw error;
      }
      throw (RuntimeException) thrown;
    }
  }

  @Test
  void should_refuse_to_be_closed_or_trained_while_it_is_trained() throws IOException {
    Path out = folder.resolve("run");
    try (Run<Gpt> run = SmallTexts.gpt(folder).in(out)) {
      run.train(
          (report, training) -> {
            if (report.step() == 3) {
              assertThatIllegalStateException()
                  .isThrownBy(run::close)
                  .withMessageStartingWith("the run in %s is being trained".formatted(out));
              assertThatIllegalStateException()
                  .isThrownBy(run::train)
                  .withMessageStartingWith("the run in %s is being trained".formatted(out));
            }
          });
      assertThat(run.steps()).isEqualTo(20);
    }
  }

  @Test
  void a_request_to_stop_should_mean_the_training_at_hand_alone() throws IOException {
    try (Run<Gpt> run = SmallTexts.gpt(folder).in(folder.resolve("run"))) {
      run.requestStop();
      run.train(
          (report, training) -> {
            if (report.step() == 5) {
              run.requestStop();
            }
          });
      assertThat(run.steps()).isEqualTo(5);
      run.requestStop();
      run.train();
      assertThat(run.steps()).isEqualTo(20);
    }
  }

  @Test
  void a_refused_training_should_leave_the_run_as_it_was() throws IOException {
    Path out = folder.resolve("run");
    try (Run<Gpt> run = SmallTexts.gpt(folder).in(out)) {
      run.train((report, training) -> stopAt(run, report.step(), 4));
    }

    try (Run<Gpt> run = Run.open(out, Gpt.class)) {
      try (OutputFolder held = OutputFolder.open(out)) {
        assertThat(held.path()).isEqualTo(out);
        assertThatThrownBy(run::train).isInstanceOf(FolderInUseException.class);
      }
      assertThat(run.generate("Message", 3)).startsWith("Message");
      run.train();
    }
  }

  @Test
  void should_train_again_in_a_folder_that_it_was_given_open() throws IOException {
    Path out = folder.resolve("run");
    try (Run<Gpt> run = SmallTexts.gpt(folder).in(out)) {
      run.train((report, training) -> stopAt(run, report.step(), 4));
    }

    try (OutputFolder held = OutputFolder.open(out);
        Run<?> run = Run.opening(out).output(held).open()) {
      run.train((report, training) -> stopAt(run, report.step(), 8));
      run.train();
      assertThat(run.steps()).isEqualTo(20);
    }
  }

  private static void stopAt(Run<?> run, long step, long last) {
    if (step == last) {
      run.requestStop();
    }
  }

  @Test
  void should_use_what_the_run_has_come_to_when_others_trained_on() throws IOException {
    Path out = folder.resolve("run");
    try (Run<Gpt> run = SmallTexts.gpt(folder).training(t -> t.checkpointEvery(1)).in(out)) {
      run.train((report, training) -> stopAt(run, report.step(), 4));
    }

    try (Run<Gpt> early = Run.open(out, Gpt.class)) {
      try (Run<?> other = Run.open(out)) {
        other.train();
      }
      assertThat(early.generate("Message", 3)).startsWith("Message");
      assertThat(early.steps()).isEqualTo(20);
    }
  }

  @Test
  void a_folder_that_is_deleted_while_the_run_trains_should_end_it_and_stay_deleted()
      throws IOException {
    Path out = folder.resolve("run");

    try (Run<Gpt> run = SmallTexts.gpt(folder).in(out)) {
      assertThatThrownBy(() -> run.train((report, training) -> deleteAt(report.step(), 4, out)))
          .isInstanceOf(UncheckedIOException.class)
          .hasMessageContaining("its folder was deleted or moved while the run trained");
    }

    assertThat(out).doesNotExist();
  }

  private static void deleteAt(long step, long last, Path out) {
    try {
      if (step == last) {
        FileTree.delete(out);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Test
  void a_configuration_that_is_a_link_should_be_named_and_refused() throws IOException {
    Path out = folder.resolve("run");
    try (Run<Gpt> run = SmallTexts.gpt(folder).training(t -> t.steps(1)).in(out)) {
      run.train();
    }
    Path file = out.resolve("config.yaml");
    Files.move(file, folder.resolve("elsewhere.yaml"));
    Files.createSymbolicLink(file, folder.resolve("elsewhere.yaml"));

    assertThatIllegalArgumentException()
        .isThrownBy(() -> Run.open(out))
        .withMessage(file + " is a symbolic link, which is not followed here: move it away");
  }

  @Test
  void a_checkpoint_that_others_deleted_after_it_was_opened_should_be_the_newest_now()
      throws IOException {
    Path out = folder.resolve("run");
    try (Run<Gpt> run = SmallTexts.gpt(folder).training(t -> t.checkpointEvery(1)).in(out)) {
      run.train((report, training) -> stopAt(run, report.step(), 4));
    }

    Path named = out.resolve("checkpoints/step-00000004");
    RunCheckpoint newest = RunCheckpoint.open(out);
    RunCheckpoint asked = RunCheckpoint.open(named);
    try (Run<?> other = Run.open(out)) {
      other.train();
    }
    try (TrainedModel<?> trained = newest.trained()) {
      assertThat(trained.context().step()).isEqualTo(20);
    }
    assertThat(newest.checkpoint().progress().step()).isEqualTo(20);
    assertThatThrownBy(() -> asked.trained()).hasMessageContaining(named + "/model.safetensors");
  }

  @Test
  void should_notice_that_the_data_is_not_what_was_read() throws IOException {
    Path out = folder.resolve("run");
    Path text = SmallTexts.prose(folder);
    try (Run<Gpt> run = SmallTexts.gpt(folder).in(out)) {
      Files.writeString(text, Files.readString(text) + "More.\n");
      run.train((report, training) -> stopAt(run, report.step(), 4));
      assertThatIllegalArgumentException()
          .isThrownBy(run::evaluate)
          .withMessageContaining("is not what the run was started with");
    }

    assertThatIllegalArgumentException()
        .isThrownBy(() -> Run.open(out).train())
        .withMessageContaining("is not what the run was started with");
  }

  @Test
  void should_refuse_what_has_a_method_of_its_own() throws IOException {
    for (String field : new String[] {"task", "gate", "seed"}) {
      assertThatIllegalArgumentException()
          .isThrownBy(() -> SmallTexts.gpt(folder).set(field, "mt"))
          .withMessage(field + " must be given by a method of its own, was given by set: mt");
    }
  }
}
