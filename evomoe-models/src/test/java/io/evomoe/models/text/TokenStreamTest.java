package io.evomoe.models.text;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.evomoe.internal.files.ScratchFolder;
import io.evomoe.models.text.source.DocumentReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
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
        ScratchFolder.parent(),
        (work, done, all) -> told.add("%s %d/%d".formatted(work, done, all)));

    assertThat(told).containsExactly("Encoding 2/5", "Encoding 3/5", "Encoding 5/5");
  }

  @Test
  void should_count_bytes_of_the_text_without_its_ends() {
    TokenStream stream =
        TokenStream.of(new TextCorpus("c", List.of("ab", "cdef")), new CharTokenizer());

    assertThat(stream.bytesPerToken(new CharTokenizer())).isEqualTo(6.0 / 7);
  }

  @Test
  void should_put_end_of_text_between_documents_only() {
    TokenStream stream =
        TokenStream.of(new TextCorpus("c", List.of("ab", "c", "de")), new CharTokenizer());

    assertThat(ids(stream)).containsExactly(97, 98, 128, 99, 128, 100, 101);
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

  @Tag("long")
  @Test
  void should_have_the_ids_of_one_thread_that_encodes_whole_documents(@TempDir Path folder) {
    List<String> documents = new ArrayList<>();
    for (int seed = 0; seed < 40; seed++) {
      documents.add((OddText.random(seed) + " the people of ").repeat(seed % 10 == 0 ? 900 : 9));
    }
    documents.add(20, " of the people".repeat(300_000));
    TextCorpus corpus = new TextCorpus("c", documents);
    assertThat(corpus.length()).isGreaterThan(1 << 22);
    TextCorpus some = new TextCorpus("some", documents.subList(1, 10));
    BpeTokenizer tokenizer = BpeTokenizer.train(some, 400, folder);
    IntStream.Builder serial = IntStream.builder();
    for (int i = 0; i < documents.size(); i++) {
      if (i > 0) {
        serial.add(tokenizer.endOfText());
      }
      for (int id : tokenizer.encode(documents.get(i))) {
        serial.add(id);
      }
    }
    TokenStream stream = TokenStream.of(corpus, tokenizer);

    assertThat(ids(stream)).isEqualTo(serial.build().toArray());
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void should_have_the_same_ids_however_documents_come_in_parts(
      boolean spaces, @TempDir Path folder) throws IOException {
    List<String> documents = new ArrayList<>();
    for (int seed = 0; seed < 30; seed++) {
      String text = OddText.random(seed) + " the people of\n" + OddText.random(seed + 99L) + "😀";
      String words = spaces ? text : text.replace(' ', '_');
      documents.add(words.repeat(seed % 10 == 0 ? 900 : 1));
    }
    TextCorpus corpus = new TextCorpus("c", documents);
    BpeTokenizer tokenizer = BpeTokenizer.train(corpus, 400, folder.resolve("tokenizer"));
    TokenStream whole = TokenStream.of(corpus, tokenizer);
    Path room = Files.createDirectory(folder.resolve("room"));
    for (int part : new int[] {1, 7, 999, 20_000}) {
      TokenStream stream =
          TokenStream.of(inParts(corpus, part), tokenizer, room, TextProgress.NONE);

      assertThat(ids(stream)).as("parts of %d", part).isEqualTo(ids(whole));
      assertThat(room).isEmptyDirectory();
    }
  }

  private static Documents inParts(TextCorpus corpus, int most) {
    return new Documents() {
      @Override
      public String name() {
        return corpus.name();
      }

      @Override
      public int count() {
        return corpus.count();
      }

      @Override
      public long length() {
        return corpus.length();
      }

      @Override
      public void read(DocumentReader reader) {
        for (String document : corpus.documents()) {
          for (int start = 0; start < document.length(); ) {
            int end = Math.min(start + most, document.length());
            end += Character.isHighSurrogate(document.charAt(end - 1)) ? 1 : 0;
            reader.part(document.substring(start, end));
            start = end;
          }
          reader.end();
        }
      }
    };
  }

  @Test
  void should_leave_nothing_of_documents_that_cannot_be_read_to_their_end(@TempDir Path folder) {
    Documents broken =
        new Documents() {
          @Override
          public String name() {
            return "broken";
          }

          @Override
          public int count() {
            return 1000;
          }

          @Override
          public long length() {
            return 1 << 30;
          }

          @Override
          public void read(DocumentReader reader) {
            for (int i = 0; i < 100; i++) {
              reader.part("some text ".repeat(100_000));
              reader.end();
            }
            throw new IllegalArgumentException("broken off");
          }
        };

    assertThatThrownBy(() -> TokenStream.of(broken, new CharTokenizer(), folder, TextProgress.NONE))
        .hasMessage("broken off");
    assertThat(folder).isEmptyDirectory();
  }

  @ParameterizedTest
  @ValueSource(ints = {300, 70_000})
  void should_leave_no_name_of_its_file(int vocabulary, @TempDir Path folder) {
    int[] ids = IntStream.range(0, (1 << 21) + 5).map(i -> (int) (i * 31L % vocabulary)).toArray();
    for (int size : new int[] {0, 1, 1 << 20, ids.length}) {
      TokenStream all = new TokenStream("s", vocabulary, folder);
      all.add(Arrays.copyOf(ids, size));
      int[] copied = new int[size];
      all.copy(0, copied, 0, size);

      assertThat(copied).isEqualTo(Arrays.copyOf(ids, size));
      assertThat(all.stream().toArray()).isEqualTo(copied);
      assertThat(folder).isEmptyDirectory();
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

  private static int[] ids(TokenStream stream) {
    return IntStream.range(0, stream.size()).map(stream::id).toArray();
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
