package io.evomoe.bench.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.evomoe.run.PreparedData;
import io.evomoe.run.config.RunConfig;
import io.evomoe.run.task.Tasks;
import io.evomoe.training.RecordedRun;
import io.evomoe.training.RecordedRun.RunName;
import io.evomoe.training.StepRecord;
import io.evomoe.training.StepRecords;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class AdviceTest extends TinyGpt {
  private static final int EVERY = 40;

  @Test
  void a_loss_that_still_falls_should_have_the_command_for_more_steps_after_any_number_of_passes() {
    assertThat(printed("gpt", 1_000_000, 3, 2.5, 2))
        .contains(", still falling", "train --from out --steps 2000000 --out out-longer");
    assertThat(printed("gpt", 1_000_000, 3, 2, 2)).doesNotContain("still falling", "train --from");
  }

  @Test
  void a_loss_should_be_compared_with_the_evaluation_before_if_few_were_made() {
    assertThat(printed("gpt", 120, 4, 3, 2.5)).contains(", still falling");
    assertThat(printed("gpt", 120, 2.5)).doesNotContain("still falling");
  }

  @Test
  void a_masked_language_model_should_be_fine_tuned_next() {
    assertThat(printed("roberta", 120, 4, 3, 2.5)).contains("finetune --checkpoint out --data ");
    assertThat(printed("gpt", 120, 4, 3, 2.5)).doesNotContain("finetune");
  }

  /**
   * @param losses of the validation set, {@value #EVERY} steps apart
   */
  private String printed(String task, long steps, double... losses) {
    RunConfig preset = Tasks.preset(task, "quick").config(task, "dense", 1);
    RunConfig config = preset.with(c -> c.training(preset.training().with(t -> t.steps(steps))));
    List<StepRecord> measured =
        IntStream.range(0, losses.length)
            .mapToObj(i -> StepRecords.at((i + 1L) * EVERY).valid(losses[i]).record())
            .toList();
    RecordedRun run = new RecordedRun(new RunName("train", "dense", 1, true), measured, List.of());
    ByteArrayOutputStream printed = new ByteArrayOutputStream();
    try (PreparedData data = PreparedData.read(List.of(gpt.data()), config)) {
      new Advice(config, data.data(), new PrintStream(printed, true, StandardCharsets.UTF_8))
          .printNext(Path.of("out"), run, List.of());
    }
    return printed.toString(StandardCharsets.UTF_8);
  }
}
