package io.evomoe.bench.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What {@code train} and {@code eval} say of a held-out loss: how much it was measured on. */
class MeasuredShareTest {
  private static final Pattern TRAINED =
      Pattern.compile(
          "Validation loss: on (.* of [0-9,]+|all [0-9,]+) batch(es)? of the validation set");
  private static final Pattern LOSS = Pattern.compile("loss ([0-9.]+) nats");

  @TempDir Path folder;

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 2})
  void train_and_eval_should_agree_where_they_say_that_they_measured_the_same(int index)
      throws Exception {
    TinyRuns task = TinyRuns.everyTask(folder).get(index);
    Path out = folder.resolve("run");
    List<String> arguments =
        task.trainArguments(out, "switch", "3", "--set", "training.evalBatches=1");
    String trained = CommandRun.of(arguments.toArray(String[]::new)).out();

    Matcher share = TRAINED.matcher(trained);
    assertThat(share.find()).as(trained).isTrue();
    assertThat(share.group(1)).startsWith("1 of ");
    String same = eval(out, "1");
    String whole = eval(out, "100000");
    assertThat(same).contains(", " + share.group(1) + " batches, of ");
    assertThat(whole)
        .contains(", all " + share.group(1).substring("1 of ".length()) + " batches, of ");
    assertThat(trained).contains(loss(same)).doesNotContain(loss(whole));
  }

  private static String eval(Path run, String batches) {
    return CommandRun.of("eval", "--checkpoint", run.toString(), "--batches", batches).out();
  }

  private static String loss(String line) {
    Matcher loss = LOSS.matcher(line);
    assertThat(loss.find()).as(line).isTrue();
    return loss.group(1);
  }
}
