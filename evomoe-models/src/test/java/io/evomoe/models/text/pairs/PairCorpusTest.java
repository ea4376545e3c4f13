package io.evomoe.models.text.pairs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.evomoe.models.text.HeldOut;
import io.evomoe.models.text.Split;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PairCorpusTest {
  @TempDir private Path folder;

  @Test
  void should_open_the_shipped_pairs() {
    Split<PairCorpus> split = PairCorpus.open(Path.of("..", "data", "lohelp"));

    assertThat(split.train().size()).isEqualTo(35_696);
    assertThat(split.valid().size()).isEqualTo(1_699);
    assertThat(split.test()).hasValueSatisfying(test -> assertThat(test.size()).isEqualTo(1_589));
    assertThat(
            Collections.disjoint(new HashSet<>(split.train().sources()), split.valid().sources()))
        .isTrue();
  }

  @Test
  void should_split_a_single_file_the_same_way_twice() throws IOException {
    StringBuilder lines = new StringBuilder();
    IntStream.range(0, 400).forEach(i -> lines.append("source " + i + "\ttarget " + i + "\n"));
    Path file = Files.writeString(folder.resolve("a.tsv"), lines);

    Split<PairCorpus> split = PairCorpus.open(file);

    assertThat(split).isEqualTo(PairCorpus.open(file));
    assertThat(split.test()).isEmpty();
    assertThat(split.valid().size() / 400.0).isCloseTo(0.05, within(0.01));
    List<SentencePair> both = new ArrayList<>(split.train().pairs());
    both.addAll(split.valid().pairs());
    assertThat(both).containsExactlyInAnyOrderElementsOf(PairCorpus.read(file).pairs());
  }

  @Test
  void should_keep_equal_sources_on_one_side() {
    List<SentencePair> pairs =
        IntStream.range(0, 500)
            .mapToObj(i -> new SentencePair("source " + i % 50, "target " + i))
            .toList();

    Split<PairCorpus> split =
        new PairCorpus("twins", pairs).divide(HeldOut.DEFAULT.withShares(0.1, 0));

    assertThat(split.train().sources()).doesNotContainAnyElementsOf(split.valid().sources());
    assertThat(split.train().size() + split.valid().size()).isEqualTo(500);
  }

  @Test
  void should_divide_into_three_or_say_what_is_missing() {
    HeldOut three = HeldOut.DEFAULT.withShares(0.1, 0.1);
    List<SentencePair> pairs =
        IntStream.range(0, 200)
            .mapToObj(i -> new SentencePair("source " + i, "target " + i))
            .toList();

    Split<PairCorpus> split = new PairCorpus("mine", pairs).divide(three);

    assertThat(split.valid().size()).isBetween(18, 22);
    assertThat(split.test().orElseThrow().size()).isBetween(18, 22);
    assertThat(split.test().orElseThrow().sources())
        .doesNotContainAnyElementsOf(split.valid().sources())
        .doesNotContainAnyElementsOf(split.train().sources());
    assertThatThrownBy(() -> corpus(pairs.get(0), pairs.get(1)).divide(three))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith("mine has too few different texts for a test set");
  }

  @Test
  void should_refuse_to_split_equal_sources() {
    PairCorpus corpus = corpus(new SentencePair("a", "b"), new SentencePair("a", "c"));

    assertThatThrownBy(() -> corpus.divide(HeldOut.DEFAULT))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith("mine has too few different texts for a validation set");
  }

  @Test
  void should_name_what_a_folder_lacks() throws IOException {
    Files.writeString(folder.resolve("x.train.tsv"), "a\tb\n");

    assertThatThrownBy(() -> PairCorpus.open(folder))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("must hold one file NAME.valid.tsv or NAME.valid.tsv.gz, has none");

    Files.writeString(folder.resolve("x.valid.tsv"), "c\td\n");
    assertThat(PairCorpus.open(folder).test()).isEmpty();

    Files.writeString(folder.resolve("x.test.tsv"), "e\tf\n");
    Files.writeString(folder.resolve("y.test.tsv"), "e\tf\n");
    assertThatThrownBy(() -> PairCorpus.open(folder))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("has [x.test.tsv, y.test.tsv]");
  }

  @Test
  void should_name_file_and_line_of_a_lone_empty_side() throws IOException {
    Path file = Files.writeString(folder.resolve("a.tsv"), "a\tb\nc\t\n");

    assertThatThrownBy(() -> PairCorpus.open(file))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("pair file " + file + ", line 2: must be source TAB target, has no target");
  }

  @Test
  void should_give_both_sides_to_a_joint_tokenizer() {
    PairCorpus corpus = corpus(new SentencePair("a", "b"), new SentencePair("c", "d"));

    assertThat(corpus.texts().documents()).containsExactly("a", "c", "b", "d");
  }

  @Test
  void should_refuse_a_blank_side_and_a_corpus_without_pairs() {
    assertThatThrownBy(() -> new SentencePair("a", " "))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("pair must have text on both sides, was 'a' and ' '");
    assertThatThrownBy(PairCorpusTest::corpus)
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("mine must hold pairs, has none");
  }

  private static PairCorpus corpus(SentencePair... pairs) {
    return new PairCorpus("mine", List.of(pairs));
  }
}
