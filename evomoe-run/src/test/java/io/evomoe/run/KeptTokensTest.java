package io.evomoe.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.evomoe.models.gpt.Gpt;
import io.evomoe.run.record.CurveFile;
import io.evomoe.training.StepRecord;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class KeptTokensTest {
  @TempDir Path folder;
  private Path out;
  private Path tokens;
  private final List<String> encoded = new ArrayList<>();

  @BeforeEach
  void begin() throws IOException {
    out = folder.resolve("run");
    tokens = out.resolve("tokens.bin");
    try (Run<Gpt> run = SmallTexts.gpt(folder).in(out)) {
      run.train(
          (report, training) -> {
            if (report.step() == 5) {
              run.requestStop();
            }
          });
    }
  }

  @Test
  void should_go_on_with_the_ids_that_it_has_and_not_encode_again() throws IOException {
    Path whole = folder.resolve("whole");
    try (Run<Gpt> run = SmallTexts.gpt(folder).in(whole)) {
      run.train();
      encoded.clear();
      assertThat(description(Run.opening(out))).isEqualTo(run.taskData(this::note).description());
    }
    goOn(Run.opening(out));

    assertThat(encoded).isEmpty();
    assertThat(losses(out)).hasSize(20).isEqualTo(losses(whole));
  }

  @Test
  void should_encode_again_where_the_file_is_damaged_or_gone() throws IOException {
    byte[] kept = damage(tokens);
    description(Run.opening(out));
    assertThat(encoded).isNotEmpty();

    encoded.clear();
    Files.delete(tokens);
    goOn(Run.opening(out));

    assertThat(encoded).isNotEmpty();
    assertThat(Files.readAllBytes(tokens)).isEqualTo(kept);
  }

  /** Gives the content as it was. */
  private static byte[] damage(Path file) throws IOException {
    byte[] kept = Files.readAllBytes(file);
    byte[] damaged = kept.clone();
    damaged[kept.length - 3] ^= 1;
    Files.write(file, damaged);
    return kept;
  }

  @Test
  void should_write_the_file_anew_where_it_is_damaged() throws IOException {
    byte[] kept = damage(tokens);

    goOn(Run.opening(out));

    assertThat(Files.readAllBytes(tokens)).isEqualTo(kept);
  }

  @Test
  void should_encode_other_data_and_keep_that_from_then_on() throws IOException {
    byte[] kept = Files.readAllBytes(tokens);
    Path other = folder.resolve("other.txt");
    Files.writeString(other, Files.readString(SmallTexts.prose(folder)) + "\n\nOne more text.\n");
    goOn(Run.opening(out).data(List.of(other)));

    assertThat(encoded).isNotEmpty();
    assertThat(Files.readAllBytes(tokens)).isNotEqualTo(kept);
    encoded.clear();
    description(Run.opening(out).data(List.of(other)));
    assertThat(encoded).isEmpty();
  }

  @Test
  void should_leave_nothing_where_reading_is_broken_off() throws IOException {
    for (String work : List.of("Counting words", "Encoding")) {
      Path broken = folder.resolve("broken");
      assertThatThrownBy(
              () ->
                  SmallTexts.gpt(folder)
                      .progress(
                          (at, done, all) -> {
                            if (at.equals(work)) {
                              throw new IllegalStateException("broken off");
                            }
                          })
                      .in(broken))
          .hasMessage("broken off");
      assertThat(broken).doesNotExist();
    }
  }

  private String description(RunOpening opening) {
    try (Run<?> run = opening.open()) {
      return run.taskData(this::note).description();
    }
  }

  private void goOn(RunOpening opening) {
    try (Run<?> run = opening.open()) {
      run.taskData(this::note);
      run.train();
    }
  }

  private void note(String work, long done, long all) {
    encoded.add(work);
  }

  private static List<Double> losses(Path run) {
    return CurveFile.read(run.resolve(CurveFile.NAME)).stream().map(StepRecord::trainLoss).toList();
  }
}
