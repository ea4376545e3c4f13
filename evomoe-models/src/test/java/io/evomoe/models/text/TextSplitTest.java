package io.evomoe.models.text;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.evomoe.models.text.source.DataForm;
import io.evomoe.models.text.source.DataSource;
import io.evomoe.models.text.source.DocumentReader;
import io.evomoe.models.text.source.RecordKind;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import java.util.zip.GZIPOutputStream;
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

    assertThat(documents(split.train())).doesNotContainAnyElementsOf(documents(split.valid()));
    List<String> both = new ArrayList<>(documents(split.train()));
    both.addAll(documents(split.valid()));
    assertThat(both).containsExactlyInAnyOrderElementsOf(corpus.documents());
  }

  @Test
  void should_spread_the_held_out_documents_over_the_text() {
    List<String> valid = documents(TextSplit.of(numbered(1000), 0.05).valid());

    assertThat(valid).anyMatch(document -> number(document) < 100);
    assertThat(valid).anyMatch(document -> number(document) >= 900);
  }

  @Test
  void should_split_the_same_way_twice() {
    for (int documents : new int[] {3, 77}) {
      TextSplit split = TextSplit.of(numbered(documents), 0.1);
      TextSplit again = TextSplit.of(numbered(documents), 0.1);

      assertThat(documents(split.train())).isEqualTo(documents(again.train()));
      assertThat(documents(split.valid())).isEqualTo(documents(again.valid()));
    }
  }

  @Test
  void should_keep_equal_documents_on_one_side() {
    List<String> documents = new ArrayList<>();
    IntStream.range(0, 500).forEach(i -> documents.add("document number " + i % 50));

    TextSplit split = TextSplit.of(new TextCorpus("twins", documents), 0.05);

    assertThat(documents(split.train())).doesNotContainAnyElementsOf(documents(split.valid()));
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

    assertThatThrownBy(
            () -> TextSplit.of("two", corpus::read, HeldOut.DEFAULT.withShares(0.1, 0.1)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith("two has too few different texts for a test set");
  }

  @Test
  void should_cut_a_single_line_between_words() {
    List<String> words = IntStream.range(0, 200).mapToObj(i -> "word" + i).toList();

    TextSplit split = TextSplit.of(new TextCorpus("one", List.of(String.join(" ", words))), 0.05);

    List<String> both = new ArrayList<>(words(split.train()));
    both.addAll(words(split.valid()));
    assertThat(both).containsExactlyInAnyOrderElementsOf(words);
    assertThat(words(split.valid())).hasSizeBetween(5, 15);
  }

  @Test
  void should_cut_equal_documents_alike() {
    String document =
        String.join("\n", IntStream.range(0, 100).mapToObj(i -> "line number " + i).toList());

    TextSplit split = TextSplit.of(new TextCorpus("same", List.of(document, document)), 0.25);

    assertThat(documents(split.valid())).doesNotContainAnyElementsOf(documents(split.train()));
    assertThat(lines(split.valid())).hasSizeBetween(40, 60);
    assertThat(lines(split.train()).size() + lines(split.valid()).size()).isEqualTo(200);
  }

  @Test
  void should_cut_many_copies_of_a_sentence() {
    for (String sentence : List.of("Peace and trade.", "We the people of the United States.")) {
      TextSplit split =
          TextSplit.of(new TextCorpus("same", Collections.nCopies(200, sentence)), 0.05);

      assertThat(documents(split.train())).doesNotContainAnyElementsOf(documents(split.valid()));
      assertThat(documents(split.valid())).hasSize(200);
      assertThat(words(split.train()).size() + words(split.valid()).size())
          .isEqualTo(200 * sentence.split(" ").length);
    }
  }

  @Test
  void should_not_cut_a_document_of_a_longer_list() {
    List<String> documents =
        IntStream.range(0, TextSplit.FEW)
            .mapToObj(i -> ("line " + (char) ('a' + i) + "\n").repeat(100))
            .toList();

    TextSplit split = TextSplit.of(new TextCorpus("many", documents), 0.05);

    assertThat(documents(split.valid())).hasSize(1).isSubsetOf(documents);
    assertThat(documents(split.train())).hasSize(TextSplit.FEW - 1).isSubsetOf(documents);
  }

  /** It would have the training set's text for validation. */
  @Test
  void should_leave_a_very_long_document_in_training() {
    List<String> documents = new ArrayList<>();
    IntStream.range(0, 100).forEach(i -> documents.add("document number " + i));
    documents.add("long ".repeat(10_000));

    for (int seed = 0; seed < 50; seed++) {
      TextSplit split =
          TextSplit.of(
              "one is long", new TextCorpus("c", documents)::read, new HeldOut(0.01, 0.01, seed));
      assertThat(documents(split.train())).contains(documents.get(100));
    }
  }

  @Test
  void should_refuse_a_single_word() {
    assertThatThrownBy(() -> TextSplit.of(new TextCorpus("text file x", List.of("word")), 0.05))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith("text file x has too few different texts for a validation set: ");
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
    assertThat(documents(paragraphs(file).valid())).hasSize(1).isSubsetOf("a b", "c d");
    assertThat(Texts.of(TextSplit.whole(source(file, DataForm.DEFAULT), note -> {})))
        .containsExactly("a b\n\nc d");

    Files.writeString(folder.resolve("x.valid.txt"), "e f\n");
    TextSplit split = paragraphs(folder);
    assertThat(documents(split.train())).containsExactly("a b", "c d");
    assertThat(documents(split.valid())).containsExactly("e f");
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
    assertThat(documents(TextSplit.open(folder).test().orElseThrow())).containsExactly("c");
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
    TextSplit split = paragraphs(Path.of("..", "data", "sotu"));

    assertThat(documents(split.train())).hasSize(210);
    assertThat(documents(split.valid())).hasSize(11);
    assertThat(documents(split.train())).doesNotContainAnyElementsOf(documents(split.valid()));
  }

  @Test
  void should_join_files_and_folders_set_by_set() throws IOException {
    Path one = Files.writeString(folder.resolve("one.txt"), "a b\n\nc d\n\ne f");
    Path two = Files.createDirectory(folder.resolve("two"));
    Files.writeString(two.resolve("x.train.txt"), "g\n\nh");
    Files.writeString(two.resolve("x.valid.txt"), "i");
    Files.writeString(two.resolve("x.test.txt"), "j");
    List<Path> both = List.of(one, two);

    TextSplit split = paragraphs(both);

    TextSplit first = paragraphs(one);
    assertThat(documents(split.train()))
        .startsWith(documents(first.train()).get(0))
        .hasSize(4)
        .endsWith("g", "h");
    assertThat(documents(split.valid())).containsExactly(documents(first.valid()).get(0), "i");
    assertThat(documents(split.test().orElseThrow())).containsExactly("j");
    assertThat(split.train().name())
        .isEqualTo("training part of text file %s and text file %s/x.train.txt", one, two);
    Documents test = TextSplit.part(both, HeldOut.DEFAULT, DataForm.PARAGRAPHS, "test");
    assertThat(documents(test)).containsExactly("j");
  }

  @Test
  void should_read_both_sets_as_each_is_read_alone() {
    TextSplit split = TextSplit.of(numbered(500), 0.2);
    List<String> train = new ArrayList<>();
    List<String> valid = new ArrayList<>();

    split.read(DocumentReader.whole(train::add), DocumentReader.whole(valid::add));

    assertThat(train).isEqualTo(documents(split.train()));
    assertThat(valid).isEqualTo(documents(split.valid()));
  }

  @Test
  void should_learn_a_vocabulary_from_the_training_set_alone() {
    TextSplit split = TextSplit.of(numbered(500), 0.2);

    assertThat(split.train().sample()).isEqualTo(documents(split.train()));
    assertThat(split.valid().sample()).isEqualTo(documents(split.valid()));
    TextSplit cut = TextSplit.of(new TextCorpus("c", List.of("a line\n".repeat(9) + "b")), 0.3);
    assertThat(cut.train().sample()).isEqualTo(documents(cut.train()));
  }

  @Test
  void should_refuse_a_file_that_is_another_one_when_it_is_read_again() throws IOException {
    Path file = Files.writeString(folder.resolve("a.txt"), "one\n\ntwo\n\nthree\n");
    TextSplit split = paragraphs(file);
    Files.writeString(file, "one\n\ntwo\n\nthree and more\n");

    assertThatThrownBy(() -> Texts.of(split.train()))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("text file %s was changed while it was read".formatted(file));
  }

  /** Cut or not, packed or not, however the reader gets its chunks. */
  @Test
  void should_have_the_sets_of_documents_that_are_in_memory() throws IOException {
    for (int count : new int[] {1, 5, 40, 300}) {
      Path file = file(count);
      List<String> all = Texts.of(TextSplit.whole(source(file, DataForm.PARAGRAPHS), note -> {}));
      TextCorpus corpus = new TextCorpus("c", all);
      HeldOut rule = new HeldOut(0.1, 0.2, count);
      TextSplit wanted = TextSplit.of("c", corpus::read, rule);

      TextSplit split = TextSplit.open(List.of(file), rule, DataForm.PARAGRAPHS, note -> {});

      assertThat(documents(split.train())).isEqualTo(documents(wanted.train()));
      assertThat(documents(split.valid())).isEqualTo(documents(wanted.valid()));
      assertThat(documents(split.test().orElseThrow()))
          .isEqualTo(documents(wanted.test().orElseThrow()));
    }
  }

  /** Documents of which some are equal and some are longer than a chunk. */
  private Path file(int count) throws IOException {
    Random random = new Random(count);
    List<String> documents = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      if (i > 0 && random.nextInt(5) == 0) {
        documents.add(documents.get(random.nextInt(i)));
      } else {
        int words = 2 + (int) Math.exp(random.nextDouble() * (count < 10 ? 11 : 5));
        StringBuilder text = new StringBuilder("begin of " + i);
        for (int w = 0; w < words; w++) {
          text.append(random.nextInt(9) == 0 ? "\r\n" : " ").append("w").append(w).append("é我");
        }
        documents.add(text.toString());
      }
    }
    Path file = folder.resolve("t.txt.gz");
    try (OutputStream out = new GZIPOutputStream(Files.newOutputStream(file))) {
      out.write(String.join("\r\n\r\n", documents).getBytes(StandardCharsets.UTF_8));
    }
    return file;
  }

  private static TextSplit paragraphs(Path... paths) {
    return paragraphs(List.of(paths));
  }

  private static TextSplit paragraphs(List<Path> paths) {
    return TextSplit.open(paths, HeldOut.DEFAULT, DataForm.PARAGRAPHS, note -> {});
  }

  private static DataSource source(Path file, DataForm form) {
    return DataSource.of(file, RecordKind.DOCUMENT, form);
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

  private static List<String> documents(Documents set) {
    List<String> documents = Texts.of(set);
    assertThat(set.count()).isEqualTo(documents.size());
    assertThat(set.length()).isEqualTo(documents.stream().mapToLong(String::length).sum());
    return documents;
  }

  private static List<String> words(Documents set) {
    return documents(set).stream().flatMap(text -> Stream.of(text.split(" "))).toList();
  }

  private static List<String> lines(Documents set) {
    return documents(set).stream().flatMap(String::lines).toList();
  }

  private static int number(String document) {
    return Integer.parseInt(document.substring("document ".length()));
  }
}
