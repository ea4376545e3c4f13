package io.evomoe.bench.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.evomoe.run.record.CurveFile;
import io.evomoe.run.record.RunResult;
import io.evomoe.testing.OtherDigits;
import io.evomoe.training.StepRecord;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The commands on a small text, as a user calls them. */
class CommandsTest {
  @TempDir Path folder;
  private Path text;

  @BeforeEach
  void write_a_text() throws IOException {
    StringBuilder words = new StringBuilder();
    for (int i = 0; i < 400; i++) {
      words.append("Message ").append(i).append(" of the year ").append(1800 + i % 50);
      words.append(i % 3 == 0 ? ", on peace and trade.\n\n" : ", on roads and rivers.\n\n");
    }
    text = Files.writeString(folder.resolve("text.txt"), words.toString());
  }

  private TinyRuns gpt() {
    return new TinyRuns("gpt", text);
  }

  @Test
  void compare_should_leave_a_report_curves_and_results() throws IOException {
    Path out = folder.resolve("out");
    CommandRun run = gpt().compare(out, "evomoe,switch,dense", "60");

    assertThat(run.code()).as(run.err()).isZero();
    assertThat(run.out())
        .contains("validation loss")
        .containsPattern("evomoe: loss .*, temperature ")
        .doesNotContain("NaN");
    List<RunResult> results = RunResult.read(out.resolve(RunResult.FILE));
    assertThat(results)
        .extracting(RunResult::gate)
        .containsExactlyInAnyOrder("evomoe", "switch", "dense");
    assertThat(results).allSatisfy(result -> assertThat(result.steps()).isEqualTo(60));
    List<StepRecord> rows = CurveFile.read(out.resolve(CurveFile.NAME));
    assertThat(rows).hasSize(180);
    assertThat(Files.readAllLines(out.resolve(CurveFile.NAME)).stream().skip(1))
        .filteredOn(line -> !line.split(",", -1)[10].isEmpty())
        .as("only a gate that anneals has a temperature, and only once it has experts")
        .hasSize(56)
        .allSatisfy(line -> assertThat(line).startsWith("gpt,evomoe,"));
    assertThat(Files.readString(out.resolve("report.html")).lines())
        .contains("<title>EvoMoE comparison: gpt, preset quick</title>")
        .filteredOn(line -> line.startsWith("<p>The data is "))
        .singleElement()
        .asString()
        .contains(gpt().data().toString(), " validation tokens")
        .doesNotContain("OpenWebText");
    assertThat(out.resolve("tokenizer/vocab.json")).exists();
    assertThat(out.resolve("tokenizer/merges.txt")).exists();
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "bench"})
  void a_command_that_only_has_commands_should_show_its_help(String name) {
    String[] arguments = name.isEmpty() ? new String[0] : new String[] {name};
    CommandRun run = CommandRun.of(arguments);

    assertThat(run.code()).isZero();
    assertThat(run.err()).isEmpty();
    assertThat(run.out()).startsWith("Usage: evomoe " + name).contains("Commands:");
  }

  @ParameterizedTest
  @CsvSource({
    "compare, [OPTIONS]",
    "eval, --checkpoint=<checkpoint> [OPTIONS]",
    "tokenize, --from=<from> [OPTIONS] [TEXT]"
  })
  void help_should_begin_with_what_a_command_needs(String name, String line) {
    assertThat(CommandRun.of(name, "--help").out().lines().toList())
        .startsWith("Usage: evomoe %s %s".formatted(name, line))
        .satisfies(lines -> assertThat(lines.get(1)).doesNotStartWith(" "));
  }

  @Test
  void help_should_show_no_pattern_that_only_a_program_reads() {
    assertThat(CommandRun.of("compare", "--help").out())
        .contains("--gates=<gates>[,<gates>...]")
        .doesNotContain("\\s");
  }

  @Test
  void numbers_should_be_the_same_whatever_digits_the_locale_has() {
    String printed = withTooLittleMemory(folder.resolve("usual"));

    try (OtherDigits digits = new OtherDigits()) {
      Locale before = Locale.getDefault(Locale.Category.FORMAT);
      assertThat(withTooLittleMemory(folder.resolve("other"))).isEqualTo(printed);
      assertThat(Locale.getDefault(Locale.Category.FORMAT)).isEqualTo(before);
    }
    assertThat(printed).containsPattern("evomoe: gate evomoe: [0-9]+,[0-9]{3} parameters");
  }

  private String withTooLittleMemory(Path out) {
    return gpt().train(out, "evomoe", "5", "--max-memory", "100k").err();
  }

  @Test
  void a_resumed_run_should_have_the_curve_of_an_uninterrupted_one() throws IOException {
    Path whole = folder.resolve("whole");
    gpt().train(whole, "evomoe", "40").succeeded();
    gpt().assertResumes(whole, folder.resolve("cut"), 40, 15);
  }

  @Test
  void the_same_seed_should_give_the_same_curve_to_the_bit() {
    Path first = folder.resolve("first");
    Path second = folder.resolve("second");
    gpt().train(first, "evomoe", "25");
    gpt().train(second, "evomoe", "25");
    assertThat(TinyRuns.losses(first)).hasSize(25).isEqualTo(TinyRuns.losses(second));
  }

  @Test
  void a_trained_model_should_be_measured_and_continue_a_text() {
    Path out = folder.resolve("run");
    gpt().train(out, "evomoe", "20");

    CommandRun eval = CommandRun.of("eval", "--checkpoint", out.toString());
    assertThat(eval.code()).as(eval.err()).isZero();
    assertThat(eval.out()).contains("after step 20").contains("perplexity");
    CommandRun unheard = CommandRun.of("eval", "--checkpoint", out.toString(), "--examples", "5");
    assertThat(unheard.code()).isEqualTo(2);
    assertThat(unheard.err()).contains("--examples needs a run of task mt, was gpt");

    CommandRun first = generate(out, "--seed", "1");
    assertThat(first.code()).as(first.err()).isZero();
    assertThat(first.out()).startsWith("Message");
    assertThat(generate(out, "--seed", "1").out()).isEqualTo(first.out());
    assertThat(generate(out, "--greedy").out()).isEqualTo(generate(out, "--top-k", "1").out());
  }

  @Test
  void options_of_draws_beside_greedy_should_be_refused() {
    for (String option : List.of("--temperature", "--top-k", "--seed")) {
      CommandRun.of("generate", "--checkpoint", folder, "--greedy", option, "1")
          .refused(option + " cannot be given with --greedy");
    }
  }

  @Test
  void what_is_piped_into_generate_should_be_the_prompt_unless_one_is_given() {
    Path out = folder.resolve("run");
    gpt().train(out, "evomoe", "20");
    String[] greedy = {"generate", "--checkpoint", "" + out, "--tokens", "4", "--greedy"};
    String[] given = Arrays.copyOf(greedy, greedy.length + 1);
    given[greedy.length] = "--prompt=of the year";

    String asked = CommandRun.of(given).out();
    assertThat(asked).startsWith("of the year");
    assertThat(piped("of the year\n", greedy).out()).isEqualTo(asked);
    assertThat(piped("of the year", greedy).out()).isEqualTo(asked);
    assertThat(piped("Message\n1 of", greedy).out()).startsWith("Message\n1 of");
    assertThat(piped("Message", given).out()).isEqualTo(asked);
    given[greedy.length] = "--prompt=";
    assertThat(piped("", greedy).out()).isEqualTo(CommandRun.of(given).out());
    CommandRun broken = CommandRun.reading(new byte[] {'a', (byte) 0xff}, greedy);
    assertThat(broken.code()).isEqualTo(2);
    assertThat(broken.err()).contains("evomoe: standard input, line 1 is not UTF-8");
  }

  private static CommandRun piped(String text, String... command) {
    return CommandRun.reading(text.getBytes(StandardCharsets.UTF_8), command);
  }

  @Test
  void a_used_folder_should_be_refused() {
    Path out = folder.resolve("run");
    gpt().train(out, "evomoe", "2");
    CommandRun again = gpt().train(out, "evomoe", "2");
    assertThat(again.code()).isEqualTo(2);
    assertThat(again.err()).contains("--resume");
  }

  @Test
  void a_loss_that_is_not_finite_should_stop_the_run_with_its_step_and_gate() {
    Path out = folder.resolve("diverged");
    CommandRun run =
        gpt()
            .train(
                out,
                "dense",
                "50",
                "--set",
                "training.learningRate=1e30",
                "--set",
                "training.warmupShare=0",
                "--set",
                "training.checkpointEvery=1");
    assertThat(run.code()).isEqualTo(1);
    assertThat(run.err().lines().filter(line -> line.startsWith("evomoe: "))).hasSize(1);
    assertThat(run.err())
        .contains("gate dense")
        .contains("diverged in step")
        .containsPattern(
            "the (output|gradient) of (the embeddings before )?(blocks|finalNorm|tokens)\\S* was"
                + " not finite")
        .containsPattern("the last checkpoint is \\S+\\. Try a lower learning rate\\R")
        .doesNotContain("\tat ");
    assertThat(CurveFile.read(out.resolve(CurveFile.NAME))).isNotEmpty();
  }

  @Test
  void a_run_should_say_what_its_loss_is_the_sum_of() {
    Path out = folder.resolve("run");
    assertThat(gpt().train(out, "switch", "2").out())
        .contains("switch: loss = cross-entropy + 0.01 x balance (alpha), no router z-loss");
    assertThat(
            gpt()
                .compare(
                    folder.resolve("compared"),
                    "evomoe,dense",
                    "2",
                    "--set",
                    "gateOptions.evomoe={balance: 0}")
                .out())
        .contains("evomoe: loss = cross-entropy, no balance", "dense: loss = cross-entropy\n");
  }

  @Test
  void a_finished_run_that_is_resumed_should_give_its_result_again() throws IOException {
    Path out = folder.resolve("run");
    gpt().train(out, "evomoe", "20");
    Path result = out.resolve(RunResult.FILE);
    RunResult first = RunResult.read(result).get(0);
    Files.delete(result);

    CommandRun resumed = CommandRun.of("train", "--resume", out.toString());

    assertThat(resumed.code()).as(resumed.err()).isZero();
    RunResult again = RunResult.read(result).get(0);
    assertThat(again.validLoss()).isEqualTo(first.validLoss());
    assertThat(again.steps()).isEqualTo(20);
  }

  @Test
  void a_damaged_checkpoint_should_be_named_with_the_one_to_go_on_from() throws IOException {
    Path whole = folder.resolve("whole");
    Path out = folder.resolve("run");
    gpt().train(whole, "evomoe", "40");
    gpt().train(out, "evomoe", "40", "--set", "training.checkpointEvery=25");
    Path newest = out.resolve("checkpoints/step-00000040");
    Path earlier = out.resolve("checkpoints/step-00000025");
    Path model = newest.resolve("model.safetensors");
    byte[] bytes = Files.readAllBytes(model);
    bytes[bytes.length / 2] ^= 1;
    Files.write(model, bytes);

    for (String[] command :
        new String[][] {
          {"train", "--resume"}, {"eval", "--checkpoint"}, {"generate", "--checkpoint"}
        }) {
      CommandRun refused = CommandRun.of(command[0], command[1], out.toString());
      assertThat(refused.code()).isEqualTo(1);
      assertThat(refused.err())
          .contains(model + " is damaged: ", "is whole: " + earlier)
          .doesNotContain("\tat ");
    }
    assertThat(CommandRun.of("eval", "--checkpoint", earlier.toString()).out())
        .contains("after step 25");
    CommandRun resumed = CommandRun.of("train", "--resume", earlier.toString());
    assertThat(resumed.code()).as(resumed.err()).isZero();
    assertThat(resumed.out()).contains("Set aside: ", "Resuming after step 25 of 40");
    assertThat(TinyRuns.losses(out)).isEqualTo(TinyRuns.losses(whole));
    assertThat(CommandRun.of("eval", "--checkpoint", out.toString()).code()).isZero();
  }

  @Test
  void a_run_should_not_go_on_with_other_data_unless_it_is_given() throws IOException {
    Path out = folder.resolve("run");
    gpt().train(out, "evomoe", "20", "--set", "training.checkpointEvery=15");
    TinyRuns.deleteNewestCheckpoint(out);
    Files.writeString(text, Files.readString(text).replace("rivers", "bridges"));

    CommandRun refused = CommandRun.of("train", "--resume", out.toString());
    CommandRun asked =
        CommandRun.of("train", "--resume", out.toString(), "--data", text.toString());

    assertThat(refused.code()).isEqualTo(2);
    assertThat(refused.err())
        .contains("is not what the run was started with; name its data (--data)");
    assertThat(asked.code()).as(asked.err()).isZero();
    assertThat(asked.err())
        .contains("The data has changed: " + text.toAbsolutePath() + " up to step 15, ");
  }

  @Test
  void gates_should_be_listed() {
    assertThat(CommandRun.of("gates").out()).contains("evomoe", "dts", "switch", "dense");
  }

  @Test
  void a_step_should_be_measured_as_one_line_of_json() {
    CommandRun run =
        CommandRun.of(
            "bench",
            "step",
            "--gate",
            "switch",
            "--json",
            "--layers",
            "2",
            "--d-model",
            "16",
            "--d-ff",
            "32",
            "--heads",
            "2",
            "--experts",
            "4",
            "--vocab",
            "64",
            "--seq",
            "8",
            "--batch",
            "2",
            "--steps",
            "2",
            "--warmup",
            "1");
    assertThat(run.code()).as(run.err()).isZero();
    assertThat(run.out().lines()).hasSize(1);
    for (String field :
        List.of(
            "gate",
            "precision",
            "kernels",
            "params",
            "ms_per_step",
            "tokens_per_s",
            "gemm_peak_gflops",
            "mfu",
            "active_experts",
            "peak_rss_mb",
            "threads",
            "joins_per_step",
            "products_ms",
            "products_gflop",
            "bytes_moved",
            "bandwidth_gb_per_s",
            "floor_ms",
            "floor_ratio")) {
      assertThat(run.out()).contains("\"" + field + "\":");
    }
  }

  private CommandRun generate(Path run, String... more) {
    List<String> command =
        new ArrayList<>(
            List.of(
                "generate",
                "--checkpoint",
                run.toString(),
                "--prompt",
                "Message",
                "--tokens",
                "8"));
    command.addAll(Arrays.asList(more));
    return CommandRun.of(command.toArray(String[]::new));
  }
}
