package io.evomoe.bench.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.evomoe.run.Run;
import io.evomoe.run.config.RunConfig;
import io.evomoe.run.record.RunFiles;
import io.evomoe.run.record.RunResult;
import io.evomoe.run.record.RunResult.Outcome;
import io.evomoe.training.RecordedRun;
import io.evomoe.training.RecordedRun.RunName;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ComparedRunTest {
  @TempDir Path folder;

  @Test
  void should_be_of_the_data_as_it_was_read_whatever_became_of_it_since() throws IOException {
    Files.createDirectory(folder.resolve(RunFiles.TOKENIZER));
    Path data = Files.writeString(folder.resolve("prose.txt"), "a text");
    RunConfig config = Run.gpt(data).preset("quick").gate("switch").config();

    RecordedRun none = new RecordedRun(new RunName("gpt", "switch", 1), List.of(), List.of());
    Files.writeString(data, "another text");
    place(config, data, "digest").finish(new Outcome(RunResult.of(none, 0, "perplexity"), none));

    assertThat(place(config, data, "digest").isFinished()).isTrue();
    assertThat(place(config, data, "another digest").isFinished()).isFalse();
  }

  private ComparedRun place(RunConfig config, Path data, String content) {
    return new ComparedRun(folder, "switch-1", config, List.of(data), content);
  }
}
