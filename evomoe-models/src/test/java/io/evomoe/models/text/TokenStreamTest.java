package io.evomoe.models.text;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TokenStreamTest {

  @Test
  void should_tell_of_each_document_that_is_encoded() {
    List<String> told = new ArrayList<>();
    TokenStream.of(
        new TextCorpus("c", List.of("ab", "c", "de")),
        new CharTokenizer(),
        (work, done, all) -> told.add("%s %d/%d".formatted(work, done, all)));

    assertThat(told).containsExactly("Encoding 2/5", "Encoding 3/5", "Encoding 5/5");
  }

  @Test
  void should_put_end_of_text_between_documents_only() {
    TokenStream stream =
        TokenStream.of(new TextCorpus("c", List.of("ab", "c", "de")), new CharTokenizer());

    assertThat(IntStream.range(0, stream.size()).map(stream::id).toArray())
        .containsExactly(97, 98, 128, 99, 128, 100, 101);
    assertThat(stream.name()).isEqualTo("c");
  }

  @Test
  void should_not_change_with_the_array_it_was_made_from() {
    int[] ids = {1, 2, 3};
    TokenStream stream = new TokenStream("s", ids);
    ids[0] = 9;

    assertThat(stream.id(0)).isEqualTo(1);
  }

  @ParameterizedTest
  @ValueSource(ints = {300, 70_000})
  void should_keep_every_id_of_a_stream_of_several_blocks(int vocabulary) {
    int[] ids = IntStream.range(0, (1 << 21) + 5).map(i -> (int) (i * 31L % vocabulary)).toArray();
    TokenStream stream = new TokenStream("s", ids);
    int[] copied = new int[ids.length];
    stream.copy(0, copied, 0, ids.length);

    assertThat(stream.size()).isEqualTo(ids.length);
    assertThat(copied).isEqualTo(ids);
    assertThat(stream.frequencies(vocabulary).of(31))
        .isEqualTo(IntStream.of(ids).filter(id -> id == 31).count());
  }

  @Test
  void should_have_the_ids_of_one_thread_that_encodes_whole_documents(@TempDir Path folder) {
    List<String> documents = new ArrayList<>();
    for (int seed = 0; seed < 40; seed++) {
      documents.add((OddText.random(seed) + " the people of ").repeat(seed % 10 == 0 ? 30_000 : 9));
    }
    TextCorpus corpus = new TextCorpus("c", documents);
    assertThat(corpus.length()).isGreaterThan(1 << 22);
    try (BpeTokenizer tokenizer = TokenizerFolder.train(corpus, 400, folder)) {
      IntStream.Builder serial = IntStream.builder();
      for (int i = 0; i < documents.size(); i++) {
        if (i > 0) {
          serial.add(tokenizer.endOfText());
        }
        for (int id : tokenizer.encode(documents.get(i), Integer.MAX_VALUE)) {
          serial.add(id);
        }
      }
      TokenStream stream = TokenStream.of(corpus, tokenizer);

      assertThat(IntStream.range(0, stream.size()).map(stream::id).toArray())
          .isEqualTo(serial.build().toArray());
    }
  }

  @Test
  void should_fail_as_one_thread_does_at_the_first_text_that_cannot_be_encoded() {
    List<String> documents = new ArrayList<>(Collections.nCopies(200, "ab"));
    documents.set(70, "first");
    documents.set(150, "second");
    Tokenizer picky =
        new CharTokenizer() {
          @Override
          public int[] encode(String text) {
            if (text.length() > 2) {
              throw new IllegalArgumentException("text must be short, was " + text);
            }
            return super.encode(text);
          }
        };

    assertThatThrownBy(() -> TokenStream.of(new TextCorpus("c", documents), picky))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("text must be short, was first");
  }

  private static class CharTokenizer implements Tokenizer {
    @Override
    public int[] encode(String text) {
      return text.chars().toArray();
    }

    @Override
    public String decode(int[] ids) {
      return new String(ids, 0, ids.length);
    }

    @Override
    public int vocabularySize() {
      return 129;
    }

    @Override
    public int endOfText() {
      return 128;
    }
  }
}
