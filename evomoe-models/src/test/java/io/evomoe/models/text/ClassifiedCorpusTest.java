package io.evomoe.models.text;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.evomoe.models.text.source.RecordKind;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ClassifiedCorpusTest {
  @TempDir private Path folder;

  @Test
  void should_open_the_shipped_glosses() {
    Split<RowCorpus> split = RowCorpus.open(RecordKind.CLASS, Path.of("..", "data", "wordnet"));

    assertThat(split.train().labels().size()).isEqualTo(45);
    assertThat(split.train().size()).isEqualTo(98_433);
    assertThat(split.valid().size()).isEqualTo(4_281);
    assertThat(split.test()).hasValueSatisfying(test -> assertThat(test.size()).isEqualTo(4_214));
  }

  @Test
  void should_number_the_labels_in_the_order_of_their_names() {
    List<String> labels = corpus("c", "b\tx", "a\ty", "b\tz").labels();

    assertThat(labels).containsExactly("a", "b");
    assertThat(corpus("c", "b\tx", "a\ty").labelIds(labels)).containsExactly(1, 0);
  }

  @Test
  void should_refuse_a_label_that_no_line_could_hold() throws IOException {
    Path file =
        Files.writeString(
            folder.resolve("a.jsonl"),
            "{\"label\":\"a\",\"text\":\"x\"}\n{\"label\":\"b\\nc\",\"text\":\"y\"}\n");

    assertThatThrownBy(() -> RowCorpus.read(RecordKind.CLASS, file))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(
            "class file %s, line 2: label must be on one line and without TABs, was 'b?c'", file);
  }

  @Test
  void should_name_a_label_that_training_does_not_have_and_its_line() throws IOException {
    Files.writeString(folder.resolve("x.train.tsv"), "a\tone\nb\ttwo\n");
    Path valid = Files.writeString(folder.resolve("x.valid.tsv"), "a\tthree\n\nz\tfour\n");

    assertThatThrownBy(() -> RowCorpus.open(RecordKind.CLASS, folder))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(
            "class file " + valid + ", line 3: label must be one of the 2 of training, was z");

    Files.writeString(valid, "a\tthree\n");
    Files.writeString(folder.resolve("x.test.tsv"), "z\tfour\n");
    assertThatThrownBy(() -> RowCorpus.open(RecordKind.CLASS, folder))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("x.test.tsv, line 1: label must be one of the 2 of training, was z");
  }

  @Test
  void should_split_a_single_file_so_that_training_has_every_label() throws IOException {
    StringBuilder lines = new StringBuilder();
    IntStream.range(0, 300)
        .forEach(i -> lines.append("c" + (i < 200 ? i % 3 : i) + "\ttext " + i + "\n"));
    Path file = Files.writeString(folder.resolve("a.tsv"), lines);

    Split<RowCorpus> split = RowCorpus.open(RecordKind.CLASS, file);

    assertThat(split).isEqualTo(RowCorpus.open(RecordKind.CLASS, file));
    assertThat(split.train().labels().size()).isEqualTo(103);
    assertThat(split.valid().size()).isBetween(5, 20);
    assertThat(split.train().size() + split.valid().size()).isEqualTo(300);
  }

  @Test
  void should_keep_equal_texts_on_one_side() {
    RowCorpus corpus =
        RowCorpus.of(
            RecordKind.CLASS,
            "twins",
            IntStream.range(0, 200).mapToObj(i -> List.of("c" + i % 2, "text " + i % 20)).toList());

    Split<RowCorpus> split = corpus.divide(HeldOut.DEFAULT.withShares(0.2, 0));

    assertThat(split.train().texts().documents())
        .doesNotContainAnyElementsOf(split.valid().texts().documents());
  }

  /** Whichever of the larger class's texts it is, also one that would be held out. */
  @Test
  void should_keep_the_only_text_of_a_class_that_is_in_a_larger_one_as_well() {
    for (int only = 0; only < 50; only++) {
      List<List<String>> examples = new ArrayList<>();
      for (int i = 0; i < 50; i++) {
        examples.add(List.of("b", "text " + i));
      }
      examples.add(List.of("a", "text " + only));

      Split<RowCorpus> split =
          RowCorpus.of(RecordKind.CLASS, "c", examples).divide(HeldOut.DEFAULT);

      assertThat(split.train().labels().size()).isEqualTo(2);
    }
  }

  @Test
  void should_refuse_to_split_one_text_a_class() {
    RowCorpus corpus = corpus("mine", "a\tx", "b\ty");

    assertThatThrownBy(() -> corpus.divide(HeldOut.DEFAULT))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith("mine has too few different texts for a validation set");
  }

  @Test
  void should_name_file_and_line_of_a_missing_column() throws IOException {
    Path file = Files.writeString(folder.resolve("a.tsv"), "a\tb\nno class\n");

    assertThatThrownBy(() -> RowCorpus.open(RecordKind.CLASS, file))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("class file " + file + ", line 2: must be class TAB text, has no TAB");
  }

  @Test
  void should_refuse_blank_parts_and_a_corpus_without_texts() {
    assertThatThrownBy(() -> corpus("mine", " \tx"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("mine, line 1: no value of a row must be blank, were ' ' and 'x'");
    assertThatThrownBy(() -> corpus("mine"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("mine must hold class rows, has none");
  }

  private static RowCorpus corpus(String name, String... lines) {
    return RowCorpus.of(
        RecordKind.CLASS, name, Stream.of(lines).map(l -> List.of(l.split("\t", -1))).toList());
  }
}
