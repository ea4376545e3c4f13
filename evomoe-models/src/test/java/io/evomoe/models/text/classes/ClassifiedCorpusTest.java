package io.evomoe.models.text.classes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.evomoe.models.text.HeldOut;
import io.evomoe.models.text.Split;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ClassifiedCorpusTest {
  @TempDir private Path folder;

  @Test
  void should_open_the_shipped_glosses() {
    Split<ClassifiedCorpus> split = ClassifiedCorpus.open(Path.of("..", "data", "wordnet"));

    assertThat(split.train().labels().size()).isEqualTo(45);
    assertThat(split.train().size()).isEqualTo(98_433);
    assertThat(split.valid().size()).isEqualTo(4_281);
    assertThat(split.test()).hasValueSatisfying(test -> assertThat(test.size()).isEqualTo(4_214));
  }

  @Test
  void should_number_the_labels_in_the_order_of_their_names() {
    Labels labels = corpus("c", "b\tx", "a\ty", "b\tz").labels();

    assertThat(labels.names()).containsExactly("a", "b");
    assertThat(labels.name(1)).isEqualTo("b");
    assertThat(labels.index("b")).hasValue(1);
    assertThat(labels.index("c")).isEmpty();
    assertThat(corpus("c", "b\tx", "a\ty").labelIds(labels)).containsExactly(1, 0);
  }

  @Test
  void should_refuse_a_label_that_no_line_could_hold() throws IOException {
    Path file =
        Files.writeString(
            folder.resolve("a.jsonl"),
            "{\"label\":\"a\",\"text\":\"x\"}\n{\"label\":\"b\\nc\",\"text\":\"y\"}\n");

    assertThatThrownBy(() -> ClassifiedCorpus.read(file))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(
            "class file %s, line 2: label must be on one line and without TABs, was 'b?c'", file);
  }

  @Test
  void should_name_a_label_that_training_does_not_have_and_its_line() throws IOException {
    Files.writeString(folder.resolve("x.train.tsv"), "a\tone\nb\ttwo\n");
    Path valid = Files.writeString(folder.resolve("x.valid.tsv"), "a\tthree\n\nz\tfour\n");

    assertThatThrownBy(() -> ClassifiedCorpus.open(folder))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(
            "class file " + valid + ", line 3: label must be one of the 2 of training, was z");

    Files.writeString(valid, "a\tthree\n");
    Files.writeString(folder.resolve("x.test.tsv"), "z\tfour\n");
    assertThatThrownBy(() -> ClassifiedCorpus.open(folder))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("x.test.tsv, line 1: label must be one of the 2 of training, was z");
  }

  @Test
  void should_split_a_single_file_so_that_training_has_every_label() throws IOException {
    StringBuilder lines = new StringBuilder();
    IntStream.range(0, 300)
        .forEach(i -> lines.append("c" + (i < 200 ? i % 3 : i) + "\ttext " + i + "\n"));
    Path file = Files.writeString(folder.resolve("a.tsv"), lines);

    Split<ClassifiedCorpus> split = ClassifiedCorpus.open(file);

    assertThat(split).isEqualTo(ClassifiedCorpus.open(file));
    assertThat(split.train().labels().size()).isEqualTo(103);
    assertThat(split.valid().size()).isBetween(5, 20);
    assertThat(split.train().size() + split.valid().size()).isEqualTo(300);
  }

  @Test
  void should_keep_equal_texts_on_one_side() {
    ClassifiedCorpus corpus =
        new ClassifiedCorpus(
            "twins",
            IntStream.range(0, 200)
                .mapToObj(i -> new ClassifiedText("c" + i % 2, "text " + i % 20, i + 1))
                .toList());

    Split<ClassifiedCorpus> split = corpus.divide(HeldOut.DEFAULT.withShares(0.2, 0));

    assertThat(split.train().texts().documents())
        .doesNotContainAnyElementsOf(split.valid().texts().documents());
  }

  /** Whichever of the larger class's texts it is, also one that would be held out. */
  @Test
  void should_keep_the_only_text_of_a_class_that_is_in_a_larger_one_as_well() {
    for (int only = 0; only < 50; only++) {
      List<ClassifiedText> examples = new ArrayList<>();
      for (int i = 0; i < 50; i++) {
        examples.add(new ClassifiedText("b", "text " + i, i + 1));
      }
      examples.add(new ClassifiedText("a", "text " + only, 51));

      Split<ClassifiedCorpus> split = new ClassifiedCorpus("c", examples).divide(HeldOut.DEFAULT);

      assertThat(split.train().labels().size()).isEqualTo(2);
    }
  }

  @Test
  void should_refuse_to_split_one_text_a_class() {
    ClassifiedCorpus corpus = corpus("mine", "a\tx", "b\ty");

    assertThatThrownBy(() -> corpus.divide(HeldOut.DEFAULT))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith("mine has too few different texts for a validation set");
  }

  @Test
  void should_name_file_and_line_of_a_missing_column() throws IOException {
    Path file = Files.writeString(folder.resolve("a.tsv"), "a\tb\nno class\n");

    assertThatThrownBy(() -> ClassifiedCorpus.open(file))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("class file " + file + ", line 2: must be class TAB text, has no TAB");
  }

  @Test
  void should_refuse_blank_parts_and_a_corpus_without_texts() {
    assertThatThrownBy(() -> new ClassifiedText(" ", "x", 1))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("classified text must have a label and a text, was ' ' and 'x'");
    assertThatThrownBy(() -> corpus("mine"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("mine must hold classified texts, has none");
    assertThatThrownBy(() -> Labels.of(List.of()))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("labels must be at least one and none blank, were []");
  }

  private static ClassifiedCorpus corpus(String name, String... lines) {
    return new ClassifiedCorpus(
        name,
        IntStream.range(0, lines.length)
            .mapToObj(
                i ->
                    new ClassifiedText(
                        lines[i].split("\t", -1)[0], lines[i].split("\t", -1)[1], i + 1))
            .toList());
  }
}
