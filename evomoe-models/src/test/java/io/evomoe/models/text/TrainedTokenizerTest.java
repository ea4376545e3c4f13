package io.evomoe.models.text;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TrainedTokenizerTest {
  private static final List<String> FILES = List.of("vocab.json", "merges.txt", "tokenizer.json");
  private static final String TRAIN =
      "the state of the union\n\nthe union of the states\n\nthe end\n";

  @TempDir private Path folder;

  @Test
  void should_write_the_same_bytes_when_trained_twice() throws IOException {
    Documents train = TextSplit.open(Path.of("..", "data", "sotu")).valid();

    BpeTokenizer first = BpeTokenizer.train(train, 1000, folder.resolve("a"));
    BpeTokenizer second = BpeTokenizer.train(train, 1000, folder.resolve("b"));
    assertThat(first.vocabularySize()).isEqualTo(1000);
    assertThat(second.vocabularySize()).isEqualTo(1000);

    for (String file : FILES) {
      assertThat(in("a", file)).hasSameBinaryContentAs(in("b", file));
    }
  }

  @Test
  void should_not_be_influenced_by_held_out_text() throws IOException {
    trainBeside("a", "the qxz qxz qxz qxz qxz");
    trainBeside("b", "something else, something else");

    for (String file : FILES) {
      assertThat(in("a", file)).hasSameBinaryContentAs(in("b", file));
    }
    assertThat(Files.readString(in("a", "merges.txt"))).contains("t he").doesNotContain("q x");
  }

  @Test
  void should_load_what_it_saved() {
    TextCorpus train = new TextCorpus("train", List.of(TRAIN));

    BpeTokenizer trained = BpeTokenizer.train(train, 290, folder);
    BpeTokenizer loaded = BpeTokenizer.load(folder);
    assertThat(loaded.encode(TRAIN)).containsExactly(trained.encode(TRAIN));
    assertThat(loaded.vocabularySize()).isEqualTo(trained.vocabularySize());
    assertThat(loaded.encode(TRAIN)).hasSizeLessThan(TRAIN.length());
  }

  @Test
  void should_load_a_vocabulary_without_merges() throws IOException {
    BpeTokenizer bytes = BpeTokenizer.train(new TextCorpus("train", List.of("abc")), 257, folder);
    assertThat(bytes.encode("naïve")).hasSize(6);

    Files.delete(folder.resolve("tokenizer.json"));
    BpeTokenizer loaded = BpeTokenizer.load(folder);
    assertThat(loaded.decode(loaded.encode("naïve 自由"))).isEqualTo("naïve 自由");
  }

  private void trainBeside(String name, String valid) throws IOException {
    Path data = Files.createDirectories(folder.resolve(name + "-data"));
    Files.writeString(data.resolve("x.train.txt"), TRAIN);
    Files.writeString(data.resolve("x.valid.txt"), valid);
    BpeTokenizer.train(TextSplit.open(data).train(), 290, folder.resolve(name));
  }

  private Path in(String name, String file) {
    return folder.resolve(name).resolve(file);
  }
}
