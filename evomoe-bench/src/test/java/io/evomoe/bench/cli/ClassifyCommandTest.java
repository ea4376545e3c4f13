package io.evomoe.bench.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.evomoe.bench.report.HtmlReport;
import io.evomoe.bench.serve.ModelServer;
import io.evomoe.run.Predictor;
import io.evomoe.run.finetune.Classifier;
import io.evomoe.run.finetune.Classifier.Classified;
import io.evomoe.run.record.FineTuned.ClassScores;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A fine-tuned classifier is applied to texts, from its folder alone. */
class ClassifyCommandTest {
  @TempDir static Path folder;
  private static Path data;
  private static Path test;
  private static Path tuned;
  private static String printed;
  private static ClassScores scores;

  @BeforeAll
  static void tune_a_classifier_and_take_it_elsewhere() throws IOException {
    List<String> lines = new ArrayList<>(TinyRuns.classes(400));
    for (int i = 0; i < 400; i++) {
      String line = lines.get(i);
      lines.set(i, i % 7 == 0 ? line.replaceFirst("[\\w.]+", "adj") : line); // some are mistaken
    }
    data = Files.createDirectory(folder.resolve("classes"));
    Files.write(data.resolve("x.train.tsv"), lines.subList(0, 240));
    Files.write(data.resolve("x.valid.tsv"), lines.subList(240, 300));
    test = Files.write(data.resolve("x.test.tsv"), lines.subList(300, 400));
    Path trained = folder.resolve("trained");
    new TinyRuns("roberta", data).train(trained, "evomoe", "30").succeeded();
    Path out = folder.resolve("tuned");
    printed =
        CommandRun.of(
                "finetune",
                "--checkpoint=" + trained,
                "--data=" + data,
                "--out=" + out,
                "--steps=60",
                "--learning-rate=0.01",
                "--batch=7",
                "--no-baseline")
            .succeeded()
            .out();
    scores = ClassScores.read(out).orElseThrow().get(1);
    tuned = Files.move(out, folder.resolve("moved"));
    Files.move(trained, folder.resolve("gone"));
  }

  @Test
  void a_server_should_give_the_same_classes() throws Exception {
    List<String> texts =
        List.of("an animal 3 of the water", "to move 5 times", "like gold " + "9 ".repeat(99));
    try (Predictor predictor = Predictor.open(tuned);
        ModelServer server = HttpClients.serve(predictor, tuned)) {
      HttpClients client = new HttpClients(server.uri(), "");
      JsonNode answer =
          client.json(
              "/v1/classify",
              "{\"input\": %s}".formatted(new ObjectMapper().writeValueAsString(texts)));

      List<Classified> expected = predictor.classify(texts);
      for (int i = 0; i < texts.size(); i++) {
        JsonNode data = answer.at("/data/" + i);
        assertThat(data.get("label").textValue()).isEqualTo(expected.get(i).label());
        assertThat(data.get("probability").doubleValue()).isEqualTo(expected.get(i).probability());
        assertThat(data.get("truncated").booleanValue()).isEqualTo(i == 2);
      }
      assertThat(client.post("/v1/completions", "{\"prompt\": \"a\"}").body())
          .contains("invalid_request_error", "moved")
          .doesNotContain(folder.toString());
    }
  }

  @Test
  @Timeout(60)
  void a_reader_that_has_had_enough_should_end_it() {
    InputStream endless =
        new InputStream() {
          private int place;

          @Override
          public int read() {
            return "like gold\n".charAt(place++ % 10);
          }

          @Override
          public int read(byte[] bytes, int offset, int length) {
            for (int i = 0; i < length; i++) {
              bytes[offset + i] = (byte) read();
            }
            return length;
          }
        };
    InputStream in = System.in;
    PrintStream out = System.out;
    System.setIn(endless);
    System.setOut(new PrintStream(new ClosedOutput(), true, UTF_8));
    try {
      assertThat(Main.execute("classify", "--checkpoint=" + tuned)).isZero();
    } finally {
      System.setIn(in);
      System.setOut(out);
    }
  }

  private static final class ClosedOutput extends OutputStream {
    @Override
    public void write(int b) throws IOException {
      throw new IOException("Broken pipe");
    }
  }

  @Test
  @Tag("long")
  void another_process_should_reach_the_accuracy_that_was_printed() throws Exception {
    Path log = folder.resolve("log");
    Process process =
        CommandRun.process(
            List.of("classify", "--checkpoint=" + tuned, "--data=" + test, "--format=jsonl"), log);

    assertThat(process.waitFor()).as(Files.readString(log)).isZero();

    List<String> named =
        Files.readAllLines(log).stream()
            .filter(line -> line.startsWith("{"))
            .map(this::label)
            .toList();
    assertThat(share(named)).isEqualTo(scores.testAccuracy()).isStrictlyBetween(0.5, 1.0);
    assertThat(printed)
        .contains("%.1f%%".formatted(100 * share(named)))
        .containsPattern(
            "Results: (\\S+), report: \\1/report.html\\nNext:\\n.* classify --checkpoint \\1 < ");
  }

  @Test
  void every_way_to_give_texts_should_name_the_same() throws IOException {
    List<String> texts =
        Files.readAllLines(test).stream().map(line -> line.split("\t", -1)[1]).toList();
    Path lines = Files.write(folder.resolve("lines.txt"), texts);
    Path csv = folder.resolve("texts.csv");
    Files.writeString(csv, "text\n" + String.join("\n", texts) + "\n");

    String read = classify(String.join("\r\n", texts));

    assertThat(read.lines()).hasSize(texts.size());
    for (Path file : List.of(test, lines, csv)) {
      CommandRun run = CommandRun.of("classify", "--checkpoint=" + tuned, "--data=" + file);
      assertThat(run.succeeded().out()).as("" + file).isEqualTo(read);
      assertThat(run.err()).contains(file + " is ", ": 100 documents");
    }
    try (Classifier classifier = Classifier.open(tuned)) {
      List<Classified> named = classifier.classify(texts);
      assertThat(named.stream().map(c -> "%s\t%.6f".formatted(c.label(), c.probability())))
          .containsExactlyElementsOf(read.lines().toList());
      assertThat(classifier.classify(texts.get(0)).label()).isEqualTo(named.get(0).label());
    }
  }

  @Test
  void files_of_a_folder_should_follow_each_other_by_name() throws IOException {
    Path texts = Files.createDirectory(folder.resolve("texts"));
    Files.writeString(texts.resolve("b.md"), "like gold 7\n\nand an animal of the water\n");
    Files.writeString(texts.resolve("a.txt"), "to move 5 times\nlike gold 7\n");
    Files.writeString(texts.resolve("c.jsonl"), "{\"text\": \"an animal 4 of the water\"}\n");

    CommandRun run =
        CommandRun.of("classify", "--checkpoint=" + tuned, "--data=" + texts, "--format=jsonl");

    assertThat(run.succeeded().out().lines().map(line -> line.replaceAll(".*\"text\":", "")))
        .containsExactly(
            "\"to move 5 times\"}",
            "\"like gold 7\"}",
            "\"like gold 7\\n\\nand an animal of the water\"}",
            "\"an animal 4 of the water\"}");
    assertThat(run.err()).contains("1 file of plain text, a line each, 1 file of Markdown");
  }

  @Test
  void blank_and_long_lines_should_keep_their_places() throws IOException {
    String read =
        classify(" to move 5 times \n\n   \nlike gold " + "and silver ".repeat(40) + "\n");

    assertThat(read.lines()).hasSize(4);
    assertThat(read.lines().toList().subList(1, 3)).containsExactly("\t", "\t");
    assertThat(read.lines().findFirst()).isEqualTo(classify("to move 5 times").lines().findFirst());
    CommandRun json =
        CommandRun.reading(
            ("\n" + "gold ".repeat(40)).getBytes(UTF_8),
            "classify",
            "--checkpoint=" + tuned,
            "--format=jsonl");
    assertThat(json.succeeded().out())
        .startsWith("{\"label\":null,\"probability\":null,\"text\":\"\"}\n{\"label\":\"");
    assertThat(json.err()).contains("evomoe: 1 of 2 texts have more than 16 tokens and were cut");
    assertThat(classify("")).isEmpty();
  }

  @Test
  void eval_should_measure_what_finetune_measured_and_every_class() throws IOException {
    String onTest = eval("--split=test");
    String onValid = eval();

    assertThat(onTest)
        .startsWith("class file " + test + ": 100 texts, ")
        .contains(
            "accuracy %.1f%%, macro-F1 %.3f"
                .formatted(100 * scores.testAccuracy(), scores.testMacroF1()))
        .containsPattern("(?m)^class +texts +predicted +precision +recall +F1$")
        .containsPattern("(?m)^noun.animal +2\\d ");
    assertThat(onValid)
        .contains("x.valid.tsv: 60 texts, accuracy %.1f%%".formatted(100 * scores.validAccuracy()));
    assertThat(eval("--data=" + data, "--split=test")).endsWith(onTest).contains(" is lines of ");
    assertThat(eval("--data=" + test)).endsWith(onTest);
    try (Classifier classifier = Classifier.open(tuned)) {
      assertThat(classifier.evaluate("test").accuracy()).isEqualTo(scores.testAccuracy());
      assertThat(classifier.evaluate(test).macroF1()).isEqualTo(scores.testMacroF1());
    }
  }

  @Test
  void eval_should_refuse_what_does_not_go_with_a_classifier() throws IOException {
    Path other = Files.writeString(folder.resolve("other.tsv"), "adj\tlike gold\nnew\tblue\n");
    String[] eval = {"eval", "--checkpoint=" + tuned};

    CommandRun.of(eval[0], eval[1], "--data=" + other)
        .refused("other.tsv, line 2: label must be one of the 3 of training, was new");
    CommandRun.of(eval[0], eval[1], "--experts-per-token=2")
        .refused("--experts-per-token cannot be given for a classifier");
    CommandRun.of(eval[0], eval[1], "--beam=2").refused("--beam cannot be given for a classifier");
    CommandRun.of(eval[0], eval[1], "--split=dev")
        .refused("part must be one of train, valid and test, was dev");
    CommandRun.of(eval[0], eval[1], "--text-field=body")
        .refused("options for the format of data need --data");
  }

  @Test
  void finetune_should_leave_a_report_and_the_scores_of_each_class() throws IOException {
    JsonNode classes = new ObjectMapper().readTree(tuned.resolve("classes.json").toFile());
    int right = 0;
    for (JsonNode of : classes) {
      right += of.get("named").path(of.get("label").asText()).asInt();
    }

    assertThat(classes).hasSize(3);
    assertThat(right / 100.0).isEqualTo(scores.testAccuracy());
    assertThat(Files.readString(tuned.resolve(HtmlReport.NAME)))
        .contains(
            "<title>EvoMoE fine-tuning: 3 classes, evomoe</title>",
            "The data is the user&#39;s own")
        .contains("<th scope=\"row\">fine-tuned</th>", "<th scope=\"row\">verb.motion</th>")
        .contains("\"label\":\"fine-tuned\"")
        .doesNotContain("\"label\":\"without pre-training\"");
  }

  private static String eval(String... more) {
    List<String> command = new ArrayList<>(List.of("eval", "--checkpoint=" + tuned));
    command.addAll(List.of(more));
    return CommandRun.of(command.toArray(String[]::new)).succeeded().out();
  }

  @Test
  void what_cannot_be_classified_should_be_refused() throws IOException {
    Path broken = Files.writeString(folder.resolve("broken.jsonl"), "{\"text\": \"gold\"}\n{}\n");

    CommandRun.of("classify", "--checkpoint=" + folder.resolve("gone"))
        .refused(
            "is not the folder of a fine-tuned classifier: it holds a training run; finetune"
                + " makes");
    CommandRun.of("classify", "--checkpoint=" + data)
        .refused("is not the folder of a fine-tuned classifier: it has no model.yaml");
    CommandRun.of("classify", "--checkpoint=" + tuned, "--data=" + test, "--data=" + test)
        .refused("--data must name each file or folder once, was " + test + " twice");
    CommandRun.of("classify", "--checkpoint=" + tuned, "--data=" + test, "--label-field=kind")
        .refused("--label-field is for texts with their classes, but this command reads texts");
    CommandRun.of("classify", "--checkpoint=" + tuned, "--data=" + data)
        .refused("has a split: name one of its files");
    CommandRun.of("classify", "--checkpoint=" + tuned, "--text-field=body")
        .refused("options for the format of data need --data");
    CommandRun.of("classify", "--checkpoint=" + tuned, "--data=" + broken)
        .refused("broken.jsonl, line 2: has no field text");
    CommandRun.reading(new byte[] {'a', '\n', (byte) 0xff}, "classify", "--checkpoint=" + tuned)
        .refused("standard input, line 2 is not UTF-8");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "eval --checkpoint=AT",
        "generate --checkpoint=AT",
        "translate --checkpoint=AT",
        "logits --ids=1 --checkpoint=AT",
        "export --out=OUT --checkpoint=AT",
        "convert --merge=all --out=OUT --checkpoint=AT",
        "finetune --data=DATA --out=OUT --checkpoint=AT",
        "train --resume=AT",
        "train --from=AT --out=OUT",
        "train --init=AT --out=OUT"
      })
  void commands_that_take_a_run_should_say_what_they_were_given_and_who_takes_it(String line)
      throws IOException {
    Path none = folder.resolve("none");
    Path checkpoint = tuned.resolve("checkpoints/step-00000060");
    for (Path at : List.of(tuned, checkpoint)) {
      if (at.equals(tuned) && line.startsWith("eval")) {
        continue; // which takes it
      }
      String[] command =
          line.replace("=DATA", "=" + data)
              .replace("=AT", "=" + at)
              .replace("OUT", "" + none)
              .split(" ", -1);

      CommandRun.of((Object[]) command)
          .refused(
              tuned
                  + " holds a fine-tuned classifier, not a training run: classify applies it, eval"
                  + " measures it");
      assertThat(none).doesNotExist();
    }
  }

  @Test
  void a_count_of_one_should_be_said_as_one() throws IOException {
    Path one = Files.writeString(folder.resolve("one.txt"), "like gold 7\n");
    Path labelled = Files.writeString(folder.resolve("one.tsv"), "adj\tlike gold 7\n");

    assertThat(CommandRun.of("classify", "--checkpoint=" + tuned, "--data=" + one).err())
        .contains(": 1 document, 11 characters");
    assertThat(eval("--data=" + labelled)).contains(": 1 text\n", "one.tsv: 1 text, accuracy");
  }

  private static String classify(String lines) {
    return CommandRun.reading(lines.getBytes(UTF_8), "classify", "--checkpoint=" + tuned)
        .succeeded()
        .out();
  }

  private String label(String json) {
    try {
      JsonNode line = new ObjectMapper().readTree(json);
      assertThat(line.get("probability").asDouble()).isBetween(0.3, 1.0);
      return line.get("label").asText();
    } catch (IOException e) {
      throw new AssertionError(json, e);
    }
  }

  private static double share(List<String> named) throws IOException {
    List<String> lines = Files.readAllLines(test);
    assertThat(named).hasSameSizeAs(lines);
    return IntStream.range(0, lines.size())
            .filter(i -> lines.get(i).startsWith(named.get(i) + "\t"))
            .count()
        / (double) lines.size();
  }
}
