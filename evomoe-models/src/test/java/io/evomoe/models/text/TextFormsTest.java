package io.evomoe.models.text;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.evomoe.models.text.source.DataForm;
import io.evomoe.models.text.source.DataSource;
import io.evomoe.models.text.source.RecordFormat;
import io.evomoe.models.text.source.RecordKind;
import io.evomoe.models.text.source.WrittenForms;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The same texts are the same documents, sides and tokens in every form that holds them. */
class TextFormsTest {
  private static final List<String> TEXT = List.of("text");

  @TempDir private Path folder;

  /** Longer than what FastCSV takes for a field where it is not told. */
  @Test
  void should_read_a_field_of_17_million_characters() throws IOException {
    String field = "a ".repeat(8_500_000);
    Path columns = write("long.csv", "text\n" + field + "\n");
    Documents whole = whole(columns, DataForm.DEFAULT);

    assertThat(whole.length()).isGreaterThanOrEqualTo(field.strip().length());
  }

  @Test
  void should_give_the_same_tokens_from_every_form() throws IOException, SQLException {
    List<String> texts = texts(500);
    Map<String, Path> forms = forms(texts);
    BpeTokenizer tokenizer =
        BpeTokenizer.train(new TextCorpus("t", texts), 600, folder.resolve("tokenizer"));
    int[] wanted = TokenStream.of(new TextCorpus("t", texts), tokenizer).stream().toArray();
    TextSplit sides =
        TextSplit.open(
            List.of(folder.resolve("t.txt")), HeldOut.DEFAULT, DataForm.PARAGRAPHS, note -> {});
    List<String> train = Texts.of(sides.train());

    for (Map.Entry<String, Path> form : forms.entrySet()) {
      List<String> said = new ArrayList<>();
      List<Path> path = List.of(form.getValue());
      TextSplit its = TextSplit.open(path, HeldOut.DEFAULT, DataForm.PARAGRAPHS, said::add);
      TextSplit all =
          TextSplit.open(
              path, HeldOut.DEFAULT.withShares(1e-9, 0), DataForm.PARAGRAPHS, note -> {});

      assertThat(said).as(form.getKey()).hasSize(1);
      assertThat(said.get(0)).contains(": 500 documents, ");
      assertThat(Texts.of(its.train())).as(form.getKey()).isEqualTo(train);
      if (!Files.isDirectory(form.getValue())) {
        Documents whole = whole(form.getValue(), DataForm.PARAGRAPHS);
        assertThat(TokenStream.of(whole, tokenizer).stream().toArray())
            .as(form.getKey())
            .isEqualTo(wanted);
      }
      assertThat(all.train().count() + all.valid().count()).isEqualTo(500);
    }
  }

  /**
   * Texts with what forms have in their syntax, and none of the blank lines that .txt cannot hold.
   */
  private static List<String> texts(int count) {
    Random random = new Random(7);
    List<String> pieces =
        List.of(
            "a word",
            "comma, or; two",
            "\"quoted\"",
            "TAB\there",
            "自由和平",
            "😀",
            "{\"a\": 1}",
            "back\\slash",
            "é",
            "'",
            "end.\n  indented",
            "x\ny",
            "\u2028");
    return IntStream.range(0, count)
        .mapToObj(
            i -> {
              StringBuilder text =
                  new StringBuilder(i % 3 == 0 ? " " : "").append("text ").append(i);
              for (int j = random.nextInt(30); j >= 0; j--) {
                text.append(' ').append(pieces.get(random.nextInt(pieces.size())));
              }
              return text.append(i % 5 == 0 ? " " : "").toString();
            })
        .toList();
  }

  private Map<String, Path> forms(List<String> texts) throws IOException, SQLException {
    Map<String, Path> forms = new LinkedHashMap<>();
    List<List<String>> records = texts.stream().map(List::of).toList();
    List<List<String>> numbered =
        IntStream.range(0, texts.size())
            .mapToObj(i -> List.of(Integer.toString(i), texts.get(i)))
            .toList();
    String plain = String.join("\n\n", texts) + "\n";
    String json = WrittenForms.jsonLines(TEXT, records);
    for (String packing : List.of("", ".gz", ".zst")) {
      forms.put("txt" + packing, write("t.txt" + packing, plain));
      forms.put("jsonl" + packing, write("t.jsonl" + packing, json));
      for (char separator : List.of(',', ';', '\t')) {
        String ending = separator == '\t' ? "tsv" : "csv";
        String text = columns(separator, "\n", numbered);
        forms.put(ending + separator + packing, write(separator + "/t." + ending + packing, text));
      }
    }
    forms.put("txt with CRLF", write("c.txt", plain.replace("\n", "\r\n")));
    forms.put("csv with CRLF", write("c.csv", columns(',', "\r\n", numbered)));
    forms.put("csv with TABs", write("d.csv", columns('\t', "\n", numbered)));
    forms.put("jsonl with CRLF", write("c.jsonl", json.replace("\n", "\r\n")));
    forms.put("jsonl, end kept", write("d.jsonl", json.replace("\"}", "\\n\"}")));
    forms.put(
        "parquet",
        WrittenForms.parquet(
            folder.resolve("t.parquet"),
            List.of("text VARCHAR"),
            texts.stream().map(text -> List.<Object>of(text)).toList()));
    for (String ending : List.of("txt", "md", "md.gz", "txt.zst")) {
      for (int i = 0; i < texts.size(); i++) {
        write("folder of " + ending + "/%04d.".formatted(i) + ending, texts.get(i) + "\n");
      }
      forms.put("folder of " + ending, folder.resolve("folder of " + ending));
    }
    write("mixed/1.txt", String.join("\n\n", texts.subList(0, 125)));
    write("mixed/2.md", texts.get(125));
    write("mixed/3.jsonl.gz", WrittenForms.jsonLines(TEXT, records.subList(126, 375)));
    write("mixed/4.csv", columns(',', "\n", numbered.subList(375, 500)));
    write("mixed/LICENSE", "not read");
    write("mixed/.hidden.txt", "not read");
    forms.put("mixed", folder.resolve("mixed"));
    return forms;
  }

  @ParameterizedTest
  @ValueSource(strings = {"uncompressed", "snappy", "gzip", "zstd", "lz4_raw"})
  void should_read_parquet_in_every_compression_and_version(String compression) throws Exception {
    List<String> texts = IntStream.range(0, 60).mapToObj(i -> "Text ü " + i % 40).toList();
    List<List<Object>> rows = texts.stream().map(text -> List.<Object>of(text)).toList();
    for (String version : List.of("V1", "V2")) {
      String options = "COMPRESSION %s, PARQUET_VERSION %s".formatted(compression, version);
      Path file = folder.resolve(version + ".parquet");
      WrittenForms.parquet(file, List.of("text VARCHAR"), rows, options);

      assertThat(TextCorpus.read(file).documents()).as(options).isEqualTo(texts);
    }
  }

  private static String columns(char separator, String end, List<List<String>> records) {
    return WrittenForms.separated(separator, end, List.of("id", "text"), records);
  }

  @Test
  void should_keep_blank_lines_inside_a_record_or_a_file_of_markdown() throws IOException {
    String text = "# One\n\n  two\n \t\nthree";
    List<List<String>> records = List.of(List.of("\n \n" + text + "\n\n"), List.of("b"));

    for (Path file :
        List.of(
            write("a.jsonl", WrittenForms.jsonLines(TEXT, records)),
            write("a.csv", WrittenForms.separated(',', "\r\n", TEXT, records)))) {
      assertThat(TextCorpus.read(file).documents()).containsExactly(text, "b");
    }
    for (String end : List.of("\n", "\r\n", "\r")) {
      String lines = ("\n \n" + text + "\n\n").replace("\n", end);
      assertThat(TextCorpus.read(write("a.md", lines)).documents()).containsExactly(text);
    }
  }

  @Test
  void should_read_files_of_other_endings_where_their_form_is_given() throws IOException {
    Path file = write("a.json", WrittenForms.jsonLines(List.of("body"), List.of(List.of("a b"))));
    DataForm form =
        DataForm.DEFAULT.with(f -> f.format(RecordFormat.named("jsonl")).textField("body"));

    assertThat(Texts.of(whole(file, form))).containsExactly("a b");
    DataForm text = DataForm.DEFAULT.with(f -> f.format(RecordFormat.named("text")));
    assertThat(TextCorpus.read(write("no ending", "a\n\nb")).documents()).containsExactly("a\n\nb");
    assertThat(Texts.of(whole(write("a.de", "a\n\nb"), text))).containsExactly("a\n\nb");
  }

  @Test
  void should_give_the_same_pairs_from_every_form() throws IOException, SQLException {
    List<String> names = List.of("source", "target");
    List<List<String>> records = new ArrayList<>();
    for (int i = 0; i < 300; i++) {
      records.add(List.of("The road " + i + ", \"it\" is long.", "Die Straße " + i + "; lang."));
    }
    String unnamed =
        String.join("\n", records.stream().map(pair -> String.join("\t", pair)).toList());

    for (Path file :
        List.of(
            write("a.tsv", unnamed),
            write("a.txt", unnamed),
            write("b.tsv.zst", WrittenForms.separated('\t', "\n", names, records)),
            write("a.csv", WrittenForms.separated(',', "\r\n", names, records)),
            write("a.jsonl.gz", WrittenForms.jsonLines(names, records)),
            WrittenForms.parquet(
                folder.resolve("a.parquet"),
                List.of("source VARCHAR", "target VARCHAR"),
                records.stream().map(pair -> List.<Object>copyOf(pair)).toList()))) {
      assertThat(RowCorpus.read(RecordKind.PAIR, file).rows())
          .as(file.toString())
          .extracting(DataSource.Row::values)
          .isEqualTo(records);
    }
  }

  @Test
  void should_give_the_same_classes_from_every_form_numbers_too() throws IOException, SQLException {
    List<String> names = List.of("label", "text");
    List<List<String>> records = List.of(List.of("1", "Good, \"very\"."), List.of("0", "Bad"));
    String json = WrittenForms.jsonLines(names, records);
    String unnamed = "1\tGood, \"very\".\n0\tBad\n";

    for (Path file :
        List.of(
            write("a.tsv", unnamed),
            write("b.tsv", WrittenForms.separated('\t', "\n", names, records)),
            write("a.csv", WrittenForms.separated(';', "\n", names, records)),
            write("a.jsonl", json),
            write("b.jsonl", json.replace("\"1\"", "1").replace("\"0\"", "0")),
            WrittenForms.parquet(
                folder.resolve("a.parquet"),
                List.of("text VARCHAR", "label BIGINT"),
                List.of(List.of("Good, \"very\".", 1L), List.of("Bad", 0L))))) {
      assertThat(RowCorpus.read(RecordKind.CLASS, file).rows())
          .as(file.toString())
          .extracting(DataSource.Row::values)
          .isEqualTo(records);
      assertThat(TextCorpus.read(file).documents()).containsExactly("Good, \"very\".", "Bad");
    }
  }

  @Test
  void should_take_the_split_of_a_folder_in_any_form() throws IOException {
    write("hub/train.jsonl", WrittenForms.jsonLines(TEXT, List.of(List.of("a"), List.of("b"))));
    write("hub/validation.jsonl", WrittenForms.jsonLines(TEXT, List.of(List.of("c"))));
    write("hub/test-00000-of-00001.jsonl.gz", WrittenForms.jsonLines(TEXT, List.of(List.of("d"))));
    write("hub/README.md", "# not read");

    TextSplit split = TextSplit.open(folder.resolve("hub"));

    assertThat(Texts.of(split.train())).containsExactly("a", "b");
    assertThat(Texts.of(split.valid())).containsExactly("c");
    assertThat(Texts.of(split.test().orElseThrow())).containsExactly("d");
  }

  @Test
  void should_take_numbered_files_of_the_training_part_alone_for_one_text() throws IOException {
    for (String number : List.of("00000", "00001")) {
      String name = "hub/train-%s-of-00002.jsonl".formatted(number);
      write(name, WrittenForms.jsonLines(TEXT, List.of(List.of("a" + number), List.of("b"))));
    }

    TextSplit split = TextSplit.open(folder.resolve("hub"));

    assertThat(split.train().count() + split.valid().count()).isEqualTo(4);
  }

  /** All files of such a folder as one text would have its test part among what is trained on. */
  @Test
  void should_refuse_a_part_in_several_files() throws IOException {
    for (String part : List.of("train-00000-of-00002", "train-00001-of-00002", "test")) {
      write("hub/%s.jsonl".formatted(part), WrittenForms.jsonLines(TEXT, List.of(List.of("a"))));
    }

    assertThatIllegalArgumentException()
        .isThrownBy(() -> TextSplit.open(folder.resolve("hub")))
        .withMessageContaining("must hold one file NAME.train.jsonl or NAME.train.jsonl.gz, has [");
  }

  private static Documents whole(Path file, DataForm form) {
    return TextSplit.whole(DataSource.of(file, RecordKind.DOCUMENT, form), note -> {});
  }

  private Path write(String name, String text) throws IOException {
    return WrittenForms.write(folder.resolve(name), text);
  }
}
