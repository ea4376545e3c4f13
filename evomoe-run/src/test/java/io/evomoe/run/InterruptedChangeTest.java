package io.evomoe.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.evomoe.run.record.CurveFile;
import io.evomoe.training.Callback;
import io.evomoe.training.StepRecord;
import io.evomoe.training.Training;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * A finished run with spawned experts is made longer, and killed between any two of the writes that
 * this takes. Every way on leads to the curve of a run that was not killed.
 */
@Tag("long")
class InterruptedChangeTest {
  private static final String STEPS = "60";
  private static final String CHECKPOINTS = "checkpoints";
  private static final String NEWEST = "step-00000012";

  @TempDir private static Path shared;
  private static Path before;
  private static Path after;
  private static List<Double> losses;

  @TempDir private Path folder;

  /** What the folder holds at a kill, in the order in which it comes to be. */
  enum Moment {
    BEFORE,
    SAVING,
    OLD_CHECKPOINT_MOVED,
    NEW_CHECKPOINT_MOVED,
    OLD_CHECKPOINT_DELETED,
    /** What versions left that wrote the file first, or somebody who copied it. */
    FILE_ALONE,
    AFTER
  }

  @BeforeAll
  static void change_a_run() throws IOException {
    before = shared.resolve("before");
    try (Run<?> run =
        SmallTexts.gpt(shared)
            .gate("evomoe")
            .training(t -> t.steps(12).checkpointEvery(6))
            .in(before)) {
      run.train();
    }
    after = copy(before, shared.resolve("after"));
    try (Run<?> run = changing(after)) {
      run.train(stopping()); // before its first step
    }
    Path whole = copy(before, shared.resolve("whole"));
    try (Run<?> run = changing(whole)) {
      run.train();
    }
    losses = losses(whole);
  }

  @ParameterizedTest
  @EnumSource
  void the_same_command_should_lead_to_the_end(Moment moment) throws IOException {
    Path run = at(moment);

    try (Run<?> again = changing(run)) {
      again.train();
    }

    assertThat(losses(run)).isEqualTo(losses).hasSize(60);
    assertLikeAfter(run);
  }

  @ParameterizedTest
  @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "FILE_ALONE")
  void the_run_should_go_on_by_itself_as_it_was_or_as_it_was_to_be(Moment moment)
      throws IOException {
    Path run = at(moment);
    boolean changed = moment.compareTo(Moment.NEW_CHECKPOINT_MOVED) >= 0;

    try (Run<?> again = Run.open(run)) {
      assertThat(again.config().training().evalEvery()).isEqualTo(changed ? 5 : 10);
      again.train();
    }

    assertThat(losses(run)).isEqualTo(losses.subList(0, changed ? 60 : 12));
    if (changed) {
      assertLikeAfter(run);
    }
    try (Run<?> longer = changing(run)) {
      longer.train();
    }
    assertThat(losses(run)).isEqualTo(losses);
  }

  /** Its field of the spawn is the one that the run would have, and cannot be asked for. */
  @Test
  void a_file_that_is_alone_should_ask_for_what_can_be_given() throws IOException {
    Path run = at(Moment.FILE_ALONE);

    assertThatIllegalArgumentException()
        .isThrownBy(() -> Run.open(run).train())
        .withMessageEndingWith(
            ": to continue with 60, set training.steps=60 (--set) when it is resumed");
  }

  @Test
  void a_spawn_that_was_edited_in_the_file_should_be_put_back() throws IOException {
    Path run = copy(before, folder.resolve("edited"));
    Path file = run.resolve("config.yaml");
    String text = Files.readString(file);
    Files.writeString(file, text.replace("diversifySteps: null", "diversifySteps: 5"));

    assertThatIllegalArgumentException()
        .isThrownBy(() -> Run.open(run).train())
        .withMessage(
            "evolution.diversifySteps is 5 in %s, but %s was made with null: put null back, the experts are spawned already"
                .formatted(file, run.resolve(CHECKPOINTS).resolve(NEWEST)));
  }

  @Test
  void a_run_should_go_on_from_a_checkpoint_of_before_the_change() throws IOException {
    Path run = copy(after, folder.resolve("earlier"));

    try (Run<?> again = changing(run.resolve(CHECKPOINTS).resolve("step-00000006"))) {
      again.train();
    }

    assertThat(losses(run)).hasSize(60);
  }

  /** As the folder is when the process is killed at that moment. */
  private Path at(Moment moment) throws IOException {
    Path run = copy(moment == Moment.AFTER ? after : before, folder.resolve("run"));
    Path checkpoints = run.resolve(CHECKPOINTS);
    Path old = checkpoints.resolve(NEWEST);
    Path replaced = checkpoints.resolve(".replaced-" + NEWEST);
    Path saving = checkpoints.resolve(".saving-" + NEWEST);
    Path saved = after.resolve(CHECKPOINTS).resolve(NEWEST);
    switch (moment) {
      case BEFORE, AFTER -> {}
      case SAVING -> Files.delete(copy(saved, saving).resolve("state.json"));
      case OLD_CHECKPOINT_MOVED -> {
        copy(saved, saving);
        Files.move(old, replaced);
      }
      case NEW_CHECKPOINT_MOVED -> {
        Files.move(old, replaced);
        copy(saved, old);
      }
      case OLD_CHECKPOINT_DELETED -> {
        Files.move(old, folder.resolve("deleted"));
        copy(saved, old);
      }
      case FILE_ALONE ->
          Files.writeString(
              run.resolve("config.yaml"), Files.readString(after.resolve("config.yaml")));
    }
    return run;
  }

  private static Run<?> changing(Path run) {
    return Run.opening(run).set("training.steps", STEPS).set("training.evalEvery", "5").open();
  }

  private static Callback stopping() {
    return new Callback() {
      @Override
      public void onStart(Training training) {
        training.requestStop();
      }

      @Override
      public void onStep(StepRecord step, Training training) {
        throw new AssertionError("no step was to be taken");
      }
    };
  }

  private static void assertLikeAfter(Path run) throws IOException {
    String file = Files.readString(after.resolve("config.yaml"));
    assertThat(file).isNotEqualTo(Files.readString(before.resolve("config.yaml")));
    assertThat(run.resolve("config.yaml")).hasContent(file);
  }

  private static List<Double> losses(Path run) {
    return CurveFile.read(run.resolve(CurveFile.NAME)).stream().map(StepRecord::trainLoss).toList();
  }

  private static Path copy(Path from, Path to) throws IOException {
    try (Stream<Path> files = Files.walk(from)) {
      for (Path file : files.toList()) {
        Files.copy(file, to.resolve(from.relativize(file).toString()));
      }
    }
    return to;
  }
}
