package io.evomoe.bench.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What is held out of a file, as a user asks for it. */
class SplitOptionsTest {
  private static final String[] SHARES = {
    "--valid-share", "0.2", "--test-share", "0.1", "--split-seed", "3"
  };

  private static final String[] PARAGRAPHS = with(SHARES, "--documents", "paragraph");

  @TempDir Path folder;

  @ParameterizedTest
  @ValueSource(ints = {0, 2})
  void should_say_and_repeat_how_a_file_was_divided(int task) throws IOException {
    TinyRuns tiny = TinyRuns.everyTask(folder).get(task);
    Path whole = folder.resolve("whole");
    Path cut = folder.resolve("cut");
    String[] shares = task == 0 ? PARAGRAPHS : SHARES;
    CommandRun run = tiny.train(whole, "dense", "12", shares);
    String checkpoints = "training.checkpointEvery=6";
    tiny.train(cut, "dense", "12", with(shares, "--set", checkpoints));
    TinyRuns.deleteNewestCheckpoint(cut);

    CommandRun resumed = CommandRun.of("train", "--resume", cut.toString());

    assertThat(run.code()).as(run.err()).isZero();
    assertThat(run.out()).contains("(40 more are the test part)");
    assertThat(run.out())
        .contains(task == 0 ? "280 and 80 documents" : "280 training and 80 validation");
    assertThat(resumed.code()).as(resumed.err()).isZero();
    assertThat(TinyRuns.losses(cut)).isEqualTo(TinyRuns.losses(whole));
    String[] eval = {"eval", "--checkpoint", cut.toString(), "--split", "test"};
    assertThat(CommandRun.of(eval).out()).contains("of test part of ");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "--valid-share=0 | validShare must be in (0, 1), was 0.0",
        "--valid-share=1 | validShare must be in (0, 1), was 1.0",
        "--set=split.validShare=-1 | validShare must be in (0, 1), was -1.0",
        "--test-share=0.95 | testShare must be at least 0, and below 1 together with validShare"
            + " 0.05, was 0.95",
        "--test-share=many | many",
        "--valid-share=0.1 --data={dir} | validShare, testShare and seed of the split are for texts",
        "--valid-share=0.1 --spark=local | the split cannot be changed with --spark",
      })
  void should_refuse_what_would_not_be_heard(String options, String says) throws IOException {
    TinyRuns.everyTask(folder);
    Files.writeString(folder.resolve("x.train.txt"), "Peace and trade.\n");
    Files.writeString(folder.resolve("x.valid.txt"), "Roads and rivers.\n");
    List<String> command = new ArrayList<>(List.of("train", "--preset=quick", "--out", "" + out()));
    command.addAll(List.of(options.replace("{dir}", folder.toString()).split(" ")));
    if (!options.contains("--data")) {
      command.add("--data=" + folder.resolve("prose.txt"));
    }

    CommandRun run = CommandRun.of(command.toArray(String[]::new));

    assertThat(run.code()).isEqualTo(2);
    assertThat(run.err()).contains(says).doesNotContain("\tat ");
    assertThat(out()).doesNotExist();
  }

  @Test
  void should_not_divide_anew_what_a_dense_model_was_trained_on() throws IOException {
    TinyRuns gpt = TinyRuns.everyTask(folder).get(0);
    Path dense = folder.resolve("dense");
    gpt.train(dense, "dense", "2", PARAGRAPHS);

    String[] start = {"train", "--init", "" + dense, "--steps", "2", "--set", "model.experts=2"};
    CommandRun same = CommandRun.of(with(new String[] {"--out", "" + out()}, start));
    CommandRun other = CommandRun.of(with(new String[] {"--valid-share", "0.1"}, start));

    assertThat(same.code()).as(same.err()).isZero();
    assertThat(same.out()).contains("280 and 80 documents (40 more are the test part)");
    assertThat(other.code()).isEqualTo(2);
    assertThat(other.err()).contains("split.validShare must be that of " + dense);
  }

  @Test
  void should_count_the_texts_of_each_side_and_class() throws IOException {
    Path run = folder.resolve("run");
    TinyRuns.everyTask(folder).get(1).train(run, "dense", "2");
    List<String> lines = new ArrayList<>();
    for (int i = 0; i < 600; i++) {
      lines.add((i % 3 == 0 ? "good" : "bad") + "\tIt was number " + i + " of the year.");
    }
    Path texts = Files.write(folder.resolve("texts.tsv"), lines);

    CommandRun tuned =
        CommandRun.of(
            with(
                SHARES,
                "finetune",
                "--checkpoint=" + run,
                "--data=" + texts,
                "--out=" + out(),
                "--steps=2"));

    assertThat(tuned.code()).as(tuned.err()).isZero();
    assertThat(tuned.out())
        .contains(": 420/120/60 training/validation/test texts of 2 classes")
        .containsPattern("bad 2[78]\\d/(79|80|81)/(39|40|41), good 1[34]\\d/(39|40|41)/(19|20|21)")
        .contains("test accuracy");
  }

  private Path out() {
    return folder.resolve("out");
  }

  /** The rest first, which a command begins with. */
  private static String[] with(String[] options, String... more) {
    List<String> all = new ArrayList<>(List.of(more));
    all.addAll(List.of(options));
    return all.toArray(String[]::new);
  }
}
