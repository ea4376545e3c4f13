package io.evomoe.models.text;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.evomoe.models.text.source.DataSource;
import io.evomoe.models.text.source.RecordKind;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PairCorpusTest {
  @TempDir private Path folder;

  @Test
  void should_open_the_shipped_pairs() {
    Split<RowCorpus> split = RowCorpus.open(RecordKind.PAIR, Path.of("..", "data", "lohelp"));

    assertThat(split.train().size()).isEqualTo(35_696);
    assertThat(split.valid().size()).isEqualTo(1_699);
    assertThat(split.test()).hasValueSatisfying(test -> assertThat(test.size()).isEqualTo(1_589));
    assertThat(
            Collections.disjoint(new HashSet<>(split.train().column(0)), split.valid().column(0)))
        .isTrue();
  }

  @Test
  void should_split_a_single_file_the_same_way_twice() throws IOException {
    StringBuilder lines = new StringBuilder();
    IntStream.range(0, 400).forEach(i -> lines.append("source " + i + "\ttarget " + i + "\n"));
    Path file = Files.writeString(folder.resolve("a.tsv"), lines);

    Split<RowCorpus> split = RowCorpus.open(RecordKind.PAIR, file);

    assertThat(split).isEqualTo(RowCorpus.open(RecordKind.PAIR, file));
    assertThat(split.test()).isEmpty();
    assertThat(split.valid().size() / 400.0).isCloseTo(0.05, within(0.01));
    List<DataSource.Row> both = new ArrayList<>(split.train().rows());
    both.addAll(split.valid().rows());
    assertThat(both)
        .containsExactlyInAnyOrderElementsOf(RowCorpus.read(RecordKind.PAIR, file).rows());
  }

  @Test
  void should_keep_equal_sources_on_one_side() {
    List<List<String>> pairs =
        IntStream.range(0, 500).mapToObj(i -> List.of("source " + i % 50, "target " + i)).toList();

    Split<RowCorpus> split =
        RowCorpus.of(RecordKind.PAIR, "twins", pairs).divide(HeldOut.DEFAULT.withShares(0.1, 0));

    assertThat(split.train().column(0)).doesNotContainAnyElementsOf(split.valid().column(0));
    assertThat(split.train().size() + split.valid().size()).isEqualTo(500);
  }

  @Test
  void should_divide_into_three_or_say_what_is_missing() {
    HeldOut three = HeldOut.DEFAULT.withShares(0.1, 0.1);
    List<List<String>> pairs =
        IntStream.range(0, 200).mapToObj(i -> List.of("source " + i, "target " + i)).toList();

    Split<RowCorpus> split = RowCorpus.of(RecordKind.PAIR, "mine", pairs).divide(three);

    assertThat(split.valid().size()).isBetween(18, 22);
    assertThat(split.test().orElseThrow().size()).isBetween(18, 22);
    assertThat(split.test().orElseThrow().column(0))
        .doesNotContainAnyElementsOf(split.valid().column(0))
        .doesNotContainAnyElementsOf(split.train().column(0));
    assertThatThrownBy(
            () -> RowCorpus.of(RecordKind.PAIR, "mine", pairs.subList(0, 2)).divide(three))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith("mine has too few different texts for a test set");
  }

  @Test
  void should_reject_rows_that_are_no_pairs() {
    assertThatThrownBy(
            () -> RowCorpus.of(RecordKind.PAIR, "mine", List.of(List.of("a", "b"), List.of("c"))))
        .hasMessage("mine, line 2: a row must have 2 values, has 1");
  }

  @Test
  void should_refuse_to_split_equal_sources() {
    RowCorpus corpus = corpus("a\tb", "a\tc");

    assertThatThrownBy(() -> corpus.divide(HeldOut.DEFAULT))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith("mine has too few different texts for a validation set");
  }

  @Test
  void should_name_what_a_folder_lacks() throws IOException {
    Files.writeString(folder.resolve("x.train.tsv"), "a\tb\n");

    assertThatThrownBy(() -> RowCorpus.open(RecordKind.PAIR, folder))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("must hold one file NAME.valid.tsv or NAME.valid.tsv.gz, has none");

    Files.writeString(folder.resolve("x.valid.tsv"), "c\td\n");
    assertThat(RowCorpus.open(RecordKind.PAIR, folder).test()).isEmpty();

    Files.writeString(folder.resolve("x.test.tsv"), "e\tf\n");
    Files.writeString(folder.resolve("y.test.tsv"), "e\tf\n");
    assertThatThrownBy(() -> RowCorpus.open(RecordKind.PAIR, folder))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("has [x.test.tsv, y.test.tsv]");
  }

  @Test
  void should_name_file_and_line_of_a_lone_empty_side() throws IOException {
    Path file = Files.writeString(folder.resolve("a.tsv"), "a\tb\nc\t\n");

    assertThatThrownBy(() -> RowCorpus.open(RecordKind.PAIR, file))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("pair file " + file + ", line 2: must be source TAB target, has no target");
  }

  @Test
  void should_give_both_sides_to_a_joint_tokenizer() {
    RowCorpus corpus = corpus("a\tb", "c\td");

    assertThat(corpus.texts().documents()).containsExactly("a", "c", "b", "d");
  }

  @Test
  void should_refuse_a_blank_side_and_a_corpus_without_pairs() {
    assertThatThrownBy(() -> corpus("x\ty", "a\t "))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("mine, line 2: no value of a row must be blank, were 'a' and ' '");
    assertThatThrownBy(PairCorpusTest::corpus)
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("mine must hold pair rows, has none");
  }

  private static RowCorpus corpus(String... lines) {
    return RowCorpus.of(
        RecordKind.PAIR, "mine", Stream.of(lines).map(l -> List.of(l.split("\t", -1))).toList());
  }
}
