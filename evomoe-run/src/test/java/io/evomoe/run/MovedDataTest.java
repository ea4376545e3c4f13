package io.evomoe.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.evomoe.training.Model;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A run whose data was moved since, and is opened with where it is now. */
class MovedDataTest {
  @TempDir Path folder;

  @Test
  void should_measure_the_held_out_side_of_the_data_that_it_is_opened_with() throws IOException {
    Path out = folder.resolve("run");
    double measured = trained(SmallTexts.gpt(folder), out);
    Path moved = moved("prose.txt");

    try (Run<?> run = Run.open(out)) {
      assertThatThrownBy(run::evaluate)
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("which is not there any more; name its data (--data)");
    }
    try (Run<?> run = Run.opening(out).data(List.of(moved)).open()) {
      assertThat(run.evaluate().loss()).isEqualTo(measured);
      assertThat(run.data()).containsExactly(moved);
    }
  }

  @Test
  void should_measure_it_after_training_that_had_nothing_left_to_do() throws IOException {
    assertMeasured(SmallTexts.gpt(folder), "prose.txt", Run::train);
  }

  @Test
  void should_measure_a_translation_too() throws IOException {
    assertMeasured(SmallTexts.translation(folder), "pairs.tsv", run -> {});
  }

  /** With its data elsewhere, a run has the loss that it had. */
  private void assertMeasured(RunBuilder<?> builder, String data, Consumer<Run<?>> before)
      throws IOException {
    Path out = folder.resolve("run");
    double measured = trained(builder, out);
    Path moved = moved(data);

    try (Run<?> run = Run.opening(out).data(List.of(moved)).open()) {
      before.accept(run);
      assertThat(run.evaluate().loss()).isEqualTo(measured);
      assertThat(run.data()).containsExactly(moved);
    }
  }

  private static <M extends Model<?>> double trained(RunBuilder<M> builder, Path out) {
    try (Run<M> run = builder.in(out)) {
      run.train();
      return run.evaluate().loss();
    }
  }

  private Path moved(String name) throws IOException {
    return Files.move(folder.resolve(name), folder.resolve("moved-" + name));
  }
}
