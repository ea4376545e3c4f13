package io.evomoe.models.text;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TextSplitTest {
  @TempDir private Path folder;

  @Test
  void should_hold_out_the_share_asked_for() {
    TextCorpus corpus = numbered(1000);

    TextSplit split = TextSplit.of(corpus, 0.05);

    assertThat((double) split.valid().length() / corpus.length()).isCloseTo(0.05, within(0.005));
  }

  @Test
  void should_put_every_document_on_exactly_one_side() {
    TextCorpus corpus = numbered(100);

    TextSplit split = TextSplit.of(corpus, 0.2);

    assertThat(split.train().documents()).doesNotContainAnyElementsOf(split.valid().documents());
    List<String> both = new ArrayList<>(split.train().documents());
    both.addAll(split.valid().documents());
    assertThat(both).containsExactlyInAnyOrderElementsOf(corpus.documents());
  }

  @Test
  void should_spread_the_held_out_documents_over_the_text() {
    List<String> valid = TextSplit.of(numbered(1000), 0.05).valid().documents();

    assertThat(valid).anyMatch(document -> number(document) < 100);
    assertThat(valid).anyMatch(document -> number(document) >= 900);
  }

  @Test
  void should_split_the_same_way_twice() {
    assertThat(TextSplit.of(numbered(77), 0.1)).isEqualTo(TextSplit.of(numbered(77), 0.1));
  }

  @Test
  void should_keep_equal_documents_on_one_side() {
    List<String> documents = new ArrayList<>();
    IntStream.range(0, 500).forEach(i -> documents.add("document number " + i % 50));

    TextSplit split = TextSplit.of(new TextCorpus("twins", documents), 0.05);

    assertThat(split.train().documents()).doesNotContainAnyElementsOf(split.valid().documents());
  }

  @Test
  void should_give_each_side_text_when_there_is_next_to_none() {
    for (List<String> few :
        List.of(List.of("short", "much longer"), List.of("a", "b"), List.of("a", "b", "c d"))) {
      for (double share : new double[] {0.01, 0.05, 0.5, 0.95}) {
        TextSplit split = TextSplit.of(new TextCorpus("few", few), share);

        assertThat(words(split.train())).isNotEmpty();
        assertThat(words(split.valid())).isNotEmpty();
        List<String> both = new ArrayList<>(words(split.train()));
        both.addAll(words(split.valid()));
        assertThat(both).containsExactlyInAnyOrderElementsOf(words(new TextCorpus("few", few)));
      }
    }
  }

  @Test
  void should_say_that_there_is_no_text_for_a_test_part() {
    TextCorpus corpus = new TextCorpus("two", List.of("a", "b"));

    assertThatThrownBy(() -> TextSplit.of(corpus, HeldOut.DEFAULT.withShares(0.1, 0.1)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("two is too short for a test part as well");
  }

  @Test
  void should_cut_a_single_document_at_a_white_space() {
    String document = String.join(" ", Collections.nCopies(100, "word"));

    TextSplit split = TextSplit.of(new TextCorpus("one", List.of(document)), 0.05);

    String train = split.train().documents().get(0);
    String valid = split.valid().documents().get(0);
    assertThat(train + " " + valid).isEqualTo(document);
    assertThat(valid.length()).isBetween(20, 35);
  }

  @Test
  void should_cut_every_copy_when_all_documents_are_equal() {
    TextSplit split = TextSplit.of(new TextCorpus("same", List.of("a b c d", "a b c d")), 0.25);

    assertThat(split.train().documents()).containsExactly("a b c", "a b c");
    assertThat(split.valid().documents()).containsExactly("d", "d");
  }

  @Test
  void should_refuse_a_single_word() {
    assertThatThrownBy(() -> TextSplit.of(new TextCorpus("text file x", List.of("word")), 0.05))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("text file x is one word only, so no part of it can be held out");
  }

  @Test
  void should_refuse_a_share_outside_its_bounds() {
    for (double share : new double[] {0, 1, -0.5, Double.NaN}) {
      assertThatThrownBy(() -> TextSplit.of(numbered(3), share))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage("validShare must be in (0, 1), was " + share);
    }
  }

  @Test
  void should_open_a_file_or_a_folder() throws IOException {
    Path file = Files.writeString(folder.resolve("x.train.txt"), "a b\n\nc d\n");
    assertThat(TextSplit.open(file).valid().documents()).containsExactly("c d");

    Files.writeString(folder.resolve("x.valid.txt"), "e f\n");
    TextSplit split = TextSplit.open(folder);
    assertThat(split.train().documents()).containsExactly("a b", "c d");
    assertThat(split.valid().documents()).containsExactly("e f");
  }

  @Test
  void should_refuse_shares_beside_a_split_that_is_there() throws IOException {
    Files.writeString(folder.resolve("x.train.txt"), "a");
    Files.writeString(folder.resolve("x.valid.txt"), "b");
    Files.writeString(folder.resolve("x.test.txt"), "c");

    assertThatThrownBy(() -> TextSplit.open(folder, HeldOut.DEFAULT.withShares(0.1, 0)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(
            "validShare, testShare and seed of the split are for texts that have none, "
                + folder
                + " has one of its own");
    assertThat(TextSplit.open(folder).test().orElseThrow().documents()).containsExactly("c");
    assertThat(TextSplit.open(folder, HeldOut.EARLIER)).isEqualTo(TextSplit.open(folder));
  }

  @Test
  void should_name_what_a_folder_lacks_or_has_twice() throws IOException {
    Path train = Files.writeString(folder.resolve("x.train.txt"), "a");
    assertFolderRefused("must hold one file NAME.valid.txt or NAME.valid.txt.gz, has none");

    Files.writeString(folder.resolve("y.train.txt"), "a");
    assertFolderRefused("has [x.train.txt, y.train.txt]");

    Files.delete(train);
    Files.move(folder.resolve("y.train.txt"), folder.resolve("y.test.txt"));
    assertFolderRefused("must hold one file NAME.train.txt or NAME.train.txt.gz, has none");
  }

  @Test
  void should_open_the_shipped_text() {
    TextSplit split = TextSplit.open(Path.of("..", "data", "sotu"));

    assertThat(split.train().documents()).hasSize(210);
    assertThat(split.valid().documents()).hasSize(11);
    assertThat(split.train().documents()).doesNotContainAnyElementsOf(split.valid().documents());
  }

  private void assertFolderRefused(String why) {
    assertThatThrownBy(() -> TextSplit.open(folder))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith("folder " + folder + " ")
        .hasMessageContaining(why);
  }

  private static TextCorpus numbered(int documents) {
    return new TextCorpus(
        "numbered", IntStream.range(0, documents).mapToObj(i -> "document " + i).toList());
  }

  private static List<String> words(TextCorpus corpus) {
    return corpus.documents().stream().flatMap(text -> Stream.of(text.split(" "))).toList();
  }

  private static int number(String document) {
    return Integer.parseInt(document.substring("document ".length()));
  }
}
