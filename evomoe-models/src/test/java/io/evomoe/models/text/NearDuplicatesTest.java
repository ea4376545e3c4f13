package io.evomoe.models.text;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.evomoe.models.text.source.DataForm;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Texts with the same letters are not on both sides of a split. */
class NearDuplicatesTest {
  @TempDir private Path folder;

  @Test
  void should_keep_texts_together_that_differ_in_no_letter() {
    String sentence = "the letters of this sentence are %s, and there are more than forty of them";
    List<String> documents = new ArrayList<>();
    for (int i = 0; i < 400; i++) {
      String word = "%c%c".formatted('a' + i / 2 / 26, 'a' + i / 2 % 26);
      documents.add(
          i % 2 == 0
              ? sentence.formatted(word)
              : sentence.formatted(word).toUpperCase(Locale.ROOT) + " (" + i + ")!");
    }

    TextSplit split = TextSplit.of(new TextCorpus("twins", documents), 0.1);

    assertThat(documents(split.valid()))
        .hasSizeBetween(30, 50)
        .allSatisfy(
            text ->
                assertThat(documents(split.valid()))
                    .filteredOn(other -> letters(other).equals(letters(text)))
                    .hasSize(2));
    List<String> short40 = IntStream.range(0, 400).mapToObj(i -> "row " + i).toList();
    assertThat(documents(TextSplit.of(new TextCorpus("rows", short40), 0.1).valid())).hasSize(40);
  }

  @Test
  void should_leave_paragraphs_of_the_training_text_out_of_the_other_pieces() throws IOException {
    String notice = "You may copy this page, as long as you keep this notice in it (%d).\n";
    String text =
        IntStream.range(0, 400)
            .mapToObj(i -> own(i) + "\n\n" + notice.formatted(i))
            .collect(Collectors.joining("\n"));
    Path file = Files.writeString(folder.resolve("a.txt"), text);
    List<String> said = new ArrayList<>();

    TextSplit split =
        TextSplit.open(
            List.of(file), HeldOut.DEFAULT.withShares(0.2, 0.1), DataForm.DEFAULT, said::add);

    List<String> others = new ArrayList<>(documents(split.valid()));
    others.addAll(documents(split.test().orElseThrow()));
    assertThat(others).isNotEmpty().noneMatch(piece -> piece.contains("You may copy"));
    assertThat(documents(split.train())).anyMatch(piece -> piece.contains("You may copy"));
    String all = String.join("\n", others) + String.join("\n", documents(split.train()));
    assertThat(IntStream.range(0, 400)).allMatch(i -> all.contains(own(i)));
    long left =
        Pattern.compile("You may copy")
            .matcher(String.join("\n", documents(split.train())))
            .results()
            .count();
    assertThat(said.get(1))
        .isEqualTo(
            "%d paragraphs are left out of the validation and test text, because the training text has them too",
            400 - left);
  }

  @Test
  void should_refuse_a_text_that_only_repeats_itself() {
    String text = "You may copy this page, as long as you keep this notice in it.\n\n".repeat(400);

    assertThatThrownBy(() -> TextSplit.of(new TextCorpus("a", List.of(text)), 0.1))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(
            "validation part of a must have a paragraph that the training part has not, has none");
  }

  private static String own(int page) {
    return "Only page %c%c has this sentence, so that it belongs to one of the sets."
        .formatted('a' + page / 26, 'a' + page % 26);
  }

  private static String letters(String text) {
    return text.replaceAll("\\P{L}", "").toLowerCase(Locale.ROOT);
  }

  private static List<String> documents(Documents set) {
    List<String> documents = Texts.of(set);
    assertThat(set.count()).isEqualTo(documents.size());
    assertThat(set.length()).isEqualTo(documents.stream().mapToLong(String::length).sum());
    return documents;
  }
}
