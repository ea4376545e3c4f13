package io.evomoe.bench.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Runs on the same texts in several forms are the same, and a run remembers how it read. */
class DataFormsCommandTest {
  @TempDir Path folder;

  @Test
  void should_train_alike_on_the_same_texts_in_any_form() throws IOException, SQLException {
    Map<Path, String> forms = forms();
    List<List<String>> losses = new ArrayList<>();
    forms.forEach(
        (data, taken) -> {
          Path out = folder.resolve("out of " + data.getFileName());
          CommandRun run =
              new TinyRuns("gpt", data)
                  .train(out, "dense", "6", "--text-field", "body", "--documents", "paragraph");
          assertThat(run.code()).as(run.err()).isZero();
          assertThat(run.out().lines().limit(3))
              .as("%s: %s", data, run.out())
              .anyMatch(line -> line.contains(data + " is " + taken + ": 400 documents, "));
          losses.add(TinyRuns.losses(out));
        });

    assertThat(losses).hasSize(forms.size()).allMatch(losses.get(0)::equals);
  }

  /** With what each is taken for. */
  private Map<Path, String> forms() throws IOException, SQLException {
    StringBuilder text = new StringBuilder();
    StringBuilder json = new StringBuilder();
    StringBuilder csv = new StringBuilder("id,body\r\n");
    Path files = Files.createDirectory(folder.resolve("files"));
    for (int i = 0; i < 400; i++) {
      String message = "Message %d, 自由.\nOn roads and \"rivers\".".formatted(i);
      text.append(message).append("\n\n");
      json.append("{\"body\": \"")
          .append(message.replace("\"", "\\\"").replace("\n", "\\n"))
          .append("\"}\n");
      csv.append(i)
          .append(",\"")
          .append(message.replace("\"", "\"\"").replace("\n", "\r\n"))
          .append("\"\r\n");
      Files.writeString(files.resolve("%03d.txt".formatted(i)), message);
    }
    Path table = Files.writeString(folder.resolve("a.csv"), csv.toString());
    Path lines = Files.writeString(folder.resolve("a.jsonl"), json.toString());
    Path packed = folder.resolve("a.jsonl.gz");
    try (OutputStream out = new GZIPOutputStream(Files.newOutputStream(packed))) {
      out.write(Files.readAllBytes(lines));
    }
    Path parquet = folder.resolve("a.parquet");
    try (Connection duck = DriverManager.getConnection("jdbc:duckdb:");
        Statement statement = duck.createStatement()) {
      statement.execute(
          "COPY (SELECT * FROM read_csv('%s')) TO '%s' (FORMAT parquet)".formatted(table, parquet));
    }
    Map<Path, String> forms = new LinkedHashMap<>();
    forms.put(Files.writeString(folder.resolve("a.txt"), text.toString()), "plain text");
    forms.put(files, "400 files of plain text");
    forms.put(lines, "JSON Lines of field body");
    forms.put(packed, "JSON Lines of field body");
    forms.put(table, "CSV of column body");
    forms.put(parquet, "Parquet of column body");
    return forms;
  }

  @Test
  void should_go_on_and_measure_with_the_fields_and_the_lines_of_the_run() throws IOException {
    StringBuilder json = new StringBuilder();
    for (int i = 0; i < 400; i++) {
      json.append(i % 100 == 7 ? "{\"body\": 1}\n" : "{\"body\": \"Message %d.\"}\n".formatted(i));
    }
    Path data = Files.writeString(folder.resolve("a.jsonl"), json.toString());
    TinyRuns gpt = new TinyRuns("gpt", data);
    Path out = folder.resolve("out");
    String[] form = {
      "--text-field", "body", "--skip-bad-lines", "--set", "training.checkpointEvery=3"
    };

    CommandRun refused = gpt.train(out, "dense", "6", "--text-field", "body");
    CommandRun run = gpt.train(out, "dense", "6", form);
    Files.delete(out.resolve("tokens.bin"));
    TinyRuns.deleteNewestCheckpoint(out);
    CommandRun resumed = CommandRun.of("train", "--resume", out.toString());
    CommandRun eval = CommandRun.of("eval", "--checkpoint", out.toString());
    Path other =
        Files.writeString(folder.resolve("b.csv"), "text\n" + "A message.\n".repeat(40) + "a,b\n");
    String[] evalOther = {"eval", "--checkpoint", out.toString(), "--data", other.toString()};

    assertThat(refused.code()).isEqualTo(2);
    assertThat(refused.err()).contains("a.jsonl, line 8: field body must be a string, is 1");
    String note =
        "a.jsonl is JSON Lines of field body: 396 documents, 4,644 characters; 4 bad lines left"
            + " out: 8, 108, 208, 308";
    assertThat(run.out()).contains(note);
    assertThat(resumed.code()).as(resumed.err()).isZero();
    assertThat(resumed.out()).contains(note);
    assertThat(eval.code()).as(eval.err()).isZero();
    assertThat(CommandRun.of(evalOther).err()).contains("must name the column body");
    CommandRun named = CommandRun.of(with(evalOther, "--text-field", "text"));
    assertThat(named.code()).as(named.err()).isZero();
    assertThat(named.out())
        .contains("b.csv is CSV of column text: 40 documents, 400 characters; 1");
    assertThat(eval.out()).doesNotContain(" bad lines left out");
    CommandRun unheard =
        CommandRun.of("eval", "--checkpoint", out.toString(), "--text-field", "text");
    assertThat(unheard.code()).isEqualTo(2);
    assertThat(unheard.err()).contains("options for the format of data need --data");
  }

  @Test
  void should_translate_and_fine_tune_records_of_several_files() throws IOException {
    StringBuilder pairs = new StringBuilder();
    StringBuilder labels = new StringBuilder("text;kind\n");
    for (int i = 0; i < 200; i++) {
      pairs.append("{\"en\": \"Road %d.\", \"de\": \"Straße %d.\"}\n".formatted(i, i));
      labels.append(
          i % 2 == 0 ? "an animal %d;noun\n".formatted(i) : "to move %d;verb\n".formatted(i));
    }
    Path records = Files.writeString(folder.resolve("a.jsonl"), pairs.toString());
    Path lines = Files.writeString(folder.resolve("b.tsv"), "source\ttarget\n");
    Files.writeString(lines, "en\tde\n" + "The %s.\tDas %s.\n".repeat(200).formatted(numbers()));
    Path classes = Files.writeString(folder.resolve("a.csv"), labels.toString());
    Path more =
        Files.writeString(folder.resolve("b.csv"), "kind,text\nadj,red\nadj,blue\nadj,old\n");

    CommandRun mt =
        new TinyRuns("mt", records)
            .train(
                folder.resolve("mt"),
                "dense",
                "4",
                "--data",
                lines.toString(),
                "--source-field",
                "en",
                "--target-field",
                "de");
    Path masked = folder.resolve("masked");
    new TinyRuns("roberta", classes).train(masked, "dense", "4");
    CommandRun tuned =
        CommandRun.of(
            "finetune",
            "--checkpoint",
            masked.toString(),
            "--data",
            classes.toString(),
            "--data",
            more.toString(),
            "--label-field",
            "kind",
            "--steps",
            "4",
            "--no-baseline",
            "--out",
            folder.resolve("tuned").toString());

    assertThat(mt.code()).as(mt.err()).isZero();
    assertThat(mt.out())
        .contains("a.jsonl is JSON Lines of fields en and de: 200 pairs\n")
        .contains("b.tsv is TSV of columns en and de: 200 pairs\n")
        .contains(": 380 training and 20 validation pairs");
    assertThat(tuned.code()).as(tuned.err()).isZero();
    assertThat(tuned.out())
        .contains("a.csv is CSV separated by semicolons of columns kind and text: 200 texts\n")
        .contains("b.csv is CSV of columns kind and text: 3 texts\n")
        .contains("texts of 3 classes");
  }

  private static Object[] numbers() {
    Object[] numbers = new Object[400];
    for (int i = 0; i < numbers.length; i++) {
      numbers[i] = i / 2;
    }
    return numbers;
  }

  private static String[] with(String[] some, String... more) {
    List<String> all = new ArrayList<>(List.of(some));
    all.addAll(List.of(more));
    return all.toArray(String[]::new);
  }
}
