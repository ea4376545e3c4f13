package io.evomoe.models.text;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

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

  private static final class CharTokenizer implements Tokenizer {
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
