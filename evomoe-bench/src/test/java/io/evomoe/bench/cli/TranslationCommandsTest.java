package io.evomoe.bench.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.evomoe.bench.serve.ModelServer;
import io.evomoe.models.transformer.Search;
import io.evomoe.run.Predictor;
import io.evomoe.run.record.RunResult;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Task mt on a few sentences, as a user calls it. */
class TranslationCommandsTest {
  private static final String LINES = "The road 7 is long.\n\n  \nThe peace 12 is good.\nA road\n";

  @TempDir static Path folder;
  private static TinyRuns mt;
  private static Path trained;

  @BeforeAll
  static void train_a_model() throws IOException {
    StringBuilder pairs = new StringBuilder();
    for (int i = 0; i < 300; i++) {
      pairs.append(i % 3 == 0 ? "The peace %d is good.\tDer Friede %d ist gut." : "");
      pairs.append(i % 3 == 1 ? "The road %d is long.\tDie Straße %d ist lang." : "");
      pairs.append(i % 3 == 2 ? "A river %d.\tEin Fluss %d." : "");
      pairs.append('\n');
    }
    String text = pairs.toString();
    for (int i = 0; i < 300; i++) {
      text = text.replaceFirst("%d", "" + i).replaceFirst("%d", "" + i);
    }
    mt = new TinyRuns("mt", Files.writeString(folder.resolve("pairs.tsv"), text));
    trained = folder.resolve("trained");
    assertThat(mt.train(trained, "evomoe", "30").code()).isZero();
  }

  @Test
  void a_server_should_give_the_same_translations() throws Exception {
    List<String> sentences = List.of("The road 7 is long.", "A road", "a ".repeat(99));
    try (Predictor predictor = Predictor.open(trained);
        ModelServer server = HttpClients.serve(predictor, trained)) {
      JsonNode answer =
          new HttpClients(server.uri(), "")
              .json(
                  "/v1/translate",
                  "{\"input\": %s, \"beam\": 2}"
                      .formatted(new ObjectMapper().writeValueAsString(sentences)));

      List<String> expected = predictor.translate(sentences, Search.beam(2, 0.6));
      for (int i = 0; i < sentences.size(); i++) {
        assertThat(answer.at("/data/%d/text".formatted(i)).textValue()).isEqualTo(expected.get(i));
        assertThat(answer.at("/data/%d/truncated".formatted(i)).booleanValue()).isEqualTo(i == 2);
      }
    }
  }

  @Test
  void compare_should_report_bleu_of_every_gate() {
    Path out = folder.resolve("compared");

    CommandRun run = mt.compare(out, "evomoe,switch,dense", "12");

    assertThat(run.code()).as(run.err()).isZero();
    assertThat(run.out()).contains("BLEU").contains("parameters").doesNotContain("NaN");
    assertThat(RunResult.read(out.resolve(RunResult.FILE)))
        .hasSize(3)
        .allSatisfy(
            result -> {
              assertThat(result.task()).isEqualTo("mt");
              assertThat(result.metricName()).isEqualTo("BLEU");
              assertThat(result.validMetric()).isBetween(0.0, 100.0);
            })
        .extracting(RunResult::gate)
        .containsExactlyInAnyOrder("evomoe", "switch", "dense");
  }

  @Test
  void a_resumed_run_should_have_the_curve_of_an_uninterrupted_one() throws IOException {
    mt.assertResumes(trained, folder.resolve("cut"), 30, 10);
  }

  @Test
  void translate_should_write_a_line_for_every_line() {
    CommandRun run = translate(LINES);

    assertThat(run.code()).as(run.err()).isZero();
    List<String> translations = run.out().lines().toList();
    assertThat(translations).hasSize(5);
    assertThat(translations.get(1)).isEmpty();
    assertThat(translations.get(2)).isEmpty();
    assertThat(run.err()).doesNotContain("evomoe: ");
    assertThat(translate("").out()).isEmpty();
  }

  @Test
  void translations_should_not_depend_on_what_is_translated_with_them() {
    for (String[] search : new String[][] {{"--beam", "1"}, {"--beam", "3"}}) {
      String together = translate(LINES, search).out();
      assertThat(together).isEqualTo(translate(LINES, with(search, "--batch", "1")).out());
      assertThat(together).isEqualTo(translate(LINES, with(search, "--batch", "2")).out());
      assertThat(together).startsWith(translate("The road 7 is long.\n", search).out());
    }
  }

  @Test
  void a_line_that_is_too_long_should_be_cut_and_named() {
    CommandRun run = translate("A river 1.\n" + "the road ".repeat(30) + "\n");

    assertThat(run.code()).isZero();
    assertThat(run.out().lines()).hasSize(2);
    assertThat(run.err()).contains("evomoe: line 2 has more than 15 tokens and was cut");
  }

  @Test
  void input_that_is_not_utf_8_should_be_refused() {
    CommandRun run =
        CommandRun.reading(
            new byte[] {'a', '\n', (byte) 0xfc, '\n'},
            "translate",
            "--checkpoint",
            trained.toString());

    assertThat(run.code()).isEqualTo(2);
    assertThat(run.err()).contains("evomoe: standard input, line 2 is not UTF-8");
    assertThat(run.out()).isEmpty();
  }

  @Test
  void wrong_search_options_should_be_refused() {
    assertThat(translate("a\n", "--beam", "0").code()).isEqualTo(2);
    assertThat(translate("a\n", "--length-penalty", "-1").code()).isEqualTo(2);
    assertThat(translate("a\n", "--batch", "0").code()).isEqualTo(2);
  }

  @Test
  void eval_should_print_losses_scores_and_examples() {
    CommandRun run =
        CommandRun.of(
            "eval", "--checkpoint", trained.toString(), "--examples", "2", "--sentences", "6");

    assertThat(run.code()).as(run.err()).isZero();
    assertThat(run.out())
        .contains("evomoe after step 30", "perplexity", "token accuracy", "BLEU|", "chrF")
        .contains("6 sentences, beam 4, length penalty 0.6")
        .doesNotContain("NaN");
    assertThat(run.out().lines().filter(line -> line.startsWith("translation: "))).hasSize(2);
  }

  @Test
  void eval_should_show_every_sentence_once_where_more_are_asked_for() {
    CommandRun run =
        CommandRun.of("eval", "--checkpoint", trained, "--examples", "10", "--sentences", "5");

    assertThat(run.succeeded().out().lines().filter(line -> line.startsWith("source: ")))
        .hasSize(5)
        .doesNotHaveDuplicates();
  }

  @Test
  void eval_should_measure_the_part_that_is_asked_for() {
    String whole = trained.toString();
    assertThat(CommandRun.of("eval", "--checkpoint", whole, "--split", "train").out())
        .contains("training part of");
    CommandRun missing = CommandRun.of("eval", "--checkpoint", whole, "--split", "test");
    assertThat(missing.code()).isEqualTo(2);
    assertThat(missing.err()).contains("split must be train or valid, was test");
    assertThat(CommandRun.of("eval", "--checkpoint", whole, "--split", "dev").err())
        .contains("split must be one of [train, valid, test], was dev");
  }

  @Test
  void eval_should_measure_all_of_other_data_that_has_no_split() throws IOException {
    Path one = Files.writeString(folder.resolve("one.tsv"), "The road 7.\tDie Straße 7.\n");
    Path several = Files.createDirectories(folder.resolve("several"));
    Files.writeString(several.resolve("a.tsv"), "The road 8.\tDie Straße 8.\n".repeat(3));
    Files.writeString(several.resolve("b.tsv"), "The road 9.\tDie Straße 9.\n".repeat(2));

    assertThat(evalOf(one).succeeded().out())
        .contains("of pair file " + one)
        .contains("1 sentences, beam");
    assertThat(evalOf(several).succeeded().out()).contains("5 sentences, beam");
    Files.writeString(several.resolve("c.tsv"), "no pair\nThe road 9.\tDie Straße 9.\n");
    assertThat(evalOf(several, "--skip-bad-lines").succeeded().out())
        .startsWith("folder " + several + " is 3 files of ")
        .contains("; in c.tsv 1 bad line left out: 1\n", "6 sentences, beam");
    for (Path data : List.of(one, several)) {
      evalOf(data, "--split", "train").refused("is measured as a whole, as " + data + " would be");
    }
    evalOf(folder.resolve("none.tsv"), "--split", "train").refused("none.tsv");
  }

  @Test
  void eval_should_measure_one_part_of_other_data_that_has_a_split() throws IOException {
    Path parts = Files.createDirectories(folder.resolve("parts"));
    Files.writeString(parts.resolve("valid.tsv"), "The road 8.\tDie Straße 8.\n".repeat(3));
    Files.writeString(parts.resolve("test.tsv"), "The road 9.\tDie Straße 9.\n".repeat(2));

    assertThat(evalOf(parts).succeeded().out()).contains("3 sentences, beam");
    assertThat(evalOf(parts, "--split", "test").succeeded().out()).contains("2 sentences, beam");
    evalOf(parts, "--split", "train").refused("must hold one file NAME.train.tsv");
  }

  @Test
  void commands_of_other_tasks_should_refuse_the_run() {
    for (String command : List.of("generate", "finetune")) {
      CommandRun run = CommandRun.of(command, "--checkpoint", trained.toString());
      assertThat(run.code()).isEqualTo(2);
      assertThat(run.err())
          .contains("is a run of task mt; " + command + " needs task ")
          .doesNotContain("\tat ");
    }
  }

  @Test
  void a_checkpoint_of_another_vocabulary_should_be_refused() throws IOException {
    Path other = folder.resolve("other");
    assertThat(mt.train(other, "evomoe", "30", "--set", "model.vocabulary=280").code()).isZero();
    for (String file : List.of("vocab.json", "merges.txt", "tokenizer.json")) {
      Path from = trained.resolve("tokenizer").resolve(file);
      if (Files.exists(from)) {
        Files.write(other.resolve("tokenizer").resolve(file), Files.readAllBytes(from));
      }
    }

    CommandRun run =
        CommandRun.reading("a\n".getBytes(UTF_8), "translate", "--checkpoint", other.toString());

    assertThat(run.code()).isEqualTo(2);
    assertThat(run.err())
        .contains("the vocabulary in " + other.resolve("tokenizer") + " is not the one that ")
        .doesNotContain("\tat ");
  }

  private static CommandRun evalOf(Path data, String... options) {
    String[] command = {"eval", "--checkpoint", "" + trained, "--data", "" + data};
    return CommandRun.of(with(command, options));
  }

  private static CommandRun translate(String lines, String... options) {
    String[] command = with(new String[] {"translate", "--checkpoint", "" + trained}, options);
    return CommandRun.reading(lines.getBytes(UTF_8), command);
  }

  private static String[] with(String[] first, String... more) {
    List<String> all = new ArrayList<>(Arrays.asList(first));
    all.addAll(Arrays.asList(more));
    return all.toArray(String[]::new);
  }
}
