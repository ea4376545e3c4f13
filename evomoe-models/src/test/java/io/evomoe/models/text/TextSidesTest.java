package io.evomoe.models.text;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TextSidesTest {
  @TempDir private Path folder;

  @Test
  void should_have_the_sides_of_documents_that_are_all_in_memory() throws IOException {
    int cut = 0;
    for (int seed = 0; seed < 60; seed++) {
      Path file = file(seed);
      List<String> documents = TextCorpus.read(file).documents();
      HeldOut heldOut = new HeldOut(HeldOut.Rule.RANDOM, 0.1, 0, seed);
      SlowSplit valid = SlowSplit.of(documents, 0.1, heldOut.validSeed());

      TextSides sides = TextSides.open(file, heldOut);

      assertSide(sides.train(), valid.left());
      assertSide(sides.valid(), valid.taken());
      cut += valid.left().size() + valid.taken().size() > documents.size() ? 1 : 0;
      if (valid.left().size() > 1) {
        HeldOut three = heldOut.withShares(0.1, 0.2);
        SlowSplit test = SlowSplit.of(valid.left(), three.testShareOfRest(), three.testSeed());
        TextSides of = TextSides.open(file, three);
        assertSide(of.train(), test.left());
        assertSide(of.test().orElseThrow(), test.taken());
      }
    }
    assertThat(cut).isBetween(6, 54);
  }

  @Test
  void should_be_those_of_a_split_of_version_0_1_0_too() throws IOException {
    for (int seed = 0; seed < 20; seed++) {
      Path file = file(seed);
      TextSplit split = TextSplit.open(file, HeldOut.EARLIER);
      TextSides sides = TextSides.open(file, HeldOut.EARLIER);

      assertSide(sides.train(), split.train().documents());
      assertSide(sides.valid(), split.valid().documents());
    }
  }

  @Test
  void should_join_as_splits_in_memory_are_joined() throws IOException {
    Path one = Files.writeString(folder.resolve("one.txt"), "a b\n\nc d\n\ne f");
    Path two = Files.createDirectory(folder.resolve("two"));
    Files.writeString(two.resolve("x.train.txt"), "g\n\nh");
    Files.writeString(two.resolve("x.valid.txt"), "i");
    Files.writeString(two.resolve("x.test.txt"), "j");
    TextSplit split = TextSplit.open(one).join(TextSplit.open(two));

    TextSides sides =
        TextSides.open(one, HeldOut.DEFAULT).join(TextSides.open(two, HeldOut.DEFAULT));

    assertSide(sides.train(), split.train().documents());
    assertThat(sides.train().name()).isEqualTo(split.train().name());
    assertSide(sides.valid(), split.valid().documents());
    assertSide(sides.test().orElseThrow(), List.of("j"));
  }

  @Test
  void should_refuse_a_file_that_is_another_one_when_it_is_read_again() throws IOException {
    Path file = Files.writeString(folder.resolve("a.txt"), "one\n\ntwo\n\nthree\n");
    TextSides sides = TextSides.open(file, HeldOut.DEFAULT);
    Files.writeString(file, "one\n\ntwo\n\nthree and more\n");

    assertThatThrownBy(() -> TextCorpus.of(sides.train()))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("text file %s was changed while it was read".formatted(file));
  }

  @Test
  void should_refuse_what_a_split_in_memory_refuses() throws IOException {
    Path word = Files.writeString(folder.resolve("a.txt"), "word\n");

    assertThatThrownBy(() -> TextSides.open(word, HeldOut.DEFAULT))
        .hasMessage("text file %s is one word only, so no part of it can be held out", word);
    assertThatThrownBy(
            () ->
                TextSides.open(
                    Files.writeString(word, "a\n\nb"), HeldOut.DEFAULT.withShares(0.1, 0.1)))
        .hasMessage("text file %s is too short for a test part as well", word);
  }

  /** Of few or many documents, some of which are equal, in lines or not; every third one packed. */
  private Path file(int seed) throws IOException {
    Random random = new Random(seed);
    List<String> documents = new ArrayList<>();
    int count = new int[] {1, 2, 5, 40, 300}[seed % 5];
    for (int i = 0; i < count; i++) {
      if (i > 0 && random.nextInt(5) == 0) {
        documents.add(documents.get(random.nextInt(i)));
      } else {
        int words = 2 + (int) Math.exp(random.nextDouble() * (count < 10 ? 9 : 5));
        StringBuilder text = new StringBuilder("begin");
        for (int w = 0; w < words; w++) {
          boolean line = random.nextInt(seed % 2 == 0 ? 9 : 9999) == 0;
          text.append(line ? "\r\n" : " ").append("w").append(random.nextInt(999)).append("é我");
        }
        documents.add(text.toString());
      }
    }
    String text = String.join("\r\n\r\n", documents);
    Path file = folder.resolve(seed % 3 == 0 ? "t.txt.gz" : "t.txt");
    try (OutputStream plain = Files.newOutputStream(file);
        OutputStream out = seed % 3 == 0 ? new GZIPOutputStream(plain) : plain) {
      out.write(text.getBytes(StandardCharsets.UTF_8));
    }
    return file;
  }

  private static void assertSide(Documents side, List<String> documents) {
    assertThat(TextCorpus.of(side).documents()).isEqualTo(documents);
    assertThat(side.count()).isEqualTo(documents.size());
    assertThat(side.length()).isEqualTo(documents.stream().mapToLong(String::length).sum());
  }
}
