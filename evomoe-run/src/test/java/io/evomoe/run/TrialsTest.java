package io.evomoe.run;

import static org.assertj.core.api.Assertions.assertThat;

import io.evomoe.run.config.RunConfig;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TrialsTest {
  @TempDir Path folder;

  @Test
  void should_find_a_rate_that_learns_and_does_not_diverge() throws IOException {
    RunConfig config = SmallTexts.gpt(folder).training(t -> t.steps(200)).config();
    try (PreparedData data = PreparedData.read(List.of(SmallTexts.prose(folder)), config)) {
      double rate = Trials.learningRate(config, data.data());

      assertThat(rate).isBetween(3e-4, 3e-2);
      assertThat(Trials.learningRate(config, data.data())).isEqualTo(rate);
    }
  }

  @Test
  void should_read_as_many_sequences_with_the_fastest_batch() throws IOException {
    RunConfig config =
        SmallTexts.gpt(folder).training(t -> t.steps(200).batch(8).microBatches(2)).config();
    try (PreparedData data = PreparedData.read(List.of(SmallTexts.prose(folder)), config)) {
      RunConfig fastest = Trials.batch(config, data.data());

      assertThat(fastest.training().batch() * fastest.training().microBatches()).isEqualTo(16);
      assertThat(fastest.training().batch()).isIn(2, 4, 8);
    }
  }
}
