package io.evomoe.models.text;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.knuddels.jtokkit.Encodings;
import com.knuddels.jtokkit.api.Encoding;
import com.knuddels.jtokkit.api.GptBytePairEncodingParams;
import io.evomoe.models.internal.tokenizer.ByteAlphabet;
import io.evomoe.models.internal.tokenizer.BytePairVocabulary;
import io.evomoe.models.internal.tokenizer.PreTokenizer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;

class BpeTokenizerTest {
  private static final String ENGLISH =
      "It's the people's power, and we've held it since 1790. The Congress of the United States ";
  private static final BytePairVocabulary VOCABULARY =
      BytePairVocabulary.train(
          List.of((ENGLISH + String.join(" ", OddText.SAMPLES)).repeat(3)),
          500,
          SpecialTokens.GPT,
          TextProgress.NONE);

  @TempDir private static Path folder;
  private static BpeTokenizer tokenizer;

  @BeforeAll
  static void load() {
    VOCABULARY.save(folder);
    tokenizer = BpeTokenizer.load(folder);
  }

  @ParameterizedTest
  @FieldSource("io.evomoe.models.text.OddText#SAMPLES")
  void should_give_every_text_back(String text) {
    assertThat(tokenizer.decode(tokenizer.encode(text))).isEqualTo(text);
  }

  @Test
  void should_give_random_text_back() {
    for (int seed = 0; seed < 2000; seed++) {
      String text = OddText.random(seed);
      assertThat(tokenizer.decode(tokenizer.encode(text))).as("seed %d", seed).isEqualTo(text);
    }
  }

  @ParameterizedTest
  @FieldSource("io.evomoe.models.text.OddText#SAMPLES")
  void should_encode_as_a_slow_merge_loop_does(String text) {
    String plain = text.replace(SpecialTokens.END_OF_TEXT, "");

    assertThat(tokenizer.encode(plain)).containsExactly(slow(plain));
  }

  @Test
  void should_encode_random_text_as_a_slow_merge_loop_does() {
    for (int seed = 0; seed < 300; seed++) {
      String text = OddText.random(seed);
      assertThat(tokenizer.encode(text)).as("seed %d: %s", seed, text).containsExactly(slow(text));
    }
  }

  @Test
  void should_encode_as_an_independent_gpt2_library_does() {
    Encoding other =
        Encodings.newLazyEncodingRegistry()
            .registerGptBytePairEncoding(
                new GptBytePairEncodingParams("ours", PreTokenizer.GPT2.word(), ranks(), Map.of()))
            .getEncoding("ours")
            .orElseThrow();

    assertThat(tokenizer.encode(ENGLISH)).containsExactly(other.encode(ENGLISH).toArray());
  }

  @Test
  void should_encode_a_long_text_in_pieces_that_change_no_token() {
    String text = (ENGLISH + "  \n x  'll ").repeat(2000);

    int[] ids = tokenizer.encode(text);

    assertThat(text.length()).isGreaterThan(100_000);
    assertThat(Arrays.equals(ids, repeatedly(text))).isTrue();
    assertThat(tokenizer.decode(ids).equals(text)).isTrue();
  }

  @Test
  void should_encode_a_long_text_without_spaces() {
    String text = "自由".repeat(30_000);

    assertThat(tokenizer.decode(tokenizer.encode(text))).isEqualTo(text);
  }

  @Test
  void should_add_nothing_to_a_text() {
    assertThat(tokenizer.encode("")).isEmpty();
    assertThat(tokenizer.encode("a")).hasSize(1);
  }

  @Test
  void should_have_end_of_text_as_its_last_token() {
    assertThat(tokenizer.vocabularySize()).isEqualTo(500);
    assertThat(tokenizer.endOfText()).isEqualTo(499);
    assertThat(tokenizer.encode(SpecialTokens.END_OF_TEXT)).containsExactly(499);
  }

  @Test
  void should_refuse_a_lone_surrogate() {
    assertThatThrownBy(() -> tokenizer.encode("ab\ud83dc"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("text must be valid Unicode, had a lone surrogate at index 2");
  }

  @Test
  void should_refuse_an_id_outside_the_vocabulary() {
    assertThatThrownBy(() -> tokenizer.decode(new int[] {1, 500}))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("token id must be in 0..499, was 500");
  }

  @Test
  void should_load_vocabulary_and_merges_without_the_one_file_form(@TempDir Path other)
      throws IOException {
    VOCABULARY.save(other);
    Files.delete(other.resolve("tokenizer.json"));

    BpeTokenizer loaded = BpeTokenizer.load(other);
    assertThat(loaded.encode(ENGLISH)).containsExactly(tokenizer.encode(ENGLISH));
    assertThat(loaded.vocabularySize()).isEqualTo(500);
    assertThat(loaded.endOfText()).isEqualTo(499);
  }

  @Test
  void should_name_the_folder_that_is_missing(@TempDir Path other) {
    Path missing = other.resolve("none");

    assertThatThrownBy(() -> BpeTokenizer.load(missing))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("tokenizer folder " + missing + " is not a folder");
    assertThatThrownBy(() -> BpeTokenizer.load(other))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("vocab.json does not exist");
  }

  @Test
  void should_refuse_a_damaged_tokenizer(@TempDir Path other) throws IOException {
    VOCABULARY.save(other);
    Path file = other.resolve("tokenizer.json");
    String whole = Files.readString(file);
    Files.writeString(file, whole.substring(0, whole.length() / 2));
    assertThatThrownBy(() -> BpeTokenizer.load(other))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("tokenizer.json is not valid JSON");

    Files.writeString(file, whole.replace("\"merges\":[", "\"merges\":[\"zz zz\","));
    assertThatThrownBy(() -> BpeTokenizer.load(other))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("merges must be of two tokens that make a third");
  }

  @Test
  void should_refuse_a_tokenizer_that_is_not_byte_level(@TempDir Path other) throws IOException {
    Files.writeString(other.resolve("tokenizer.json"), "{\"model\":{\"type\":\"WordPiece\"}}");

    assertThatThrownBy(() -> BpeTokenizer.load(other))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("must be a byte-level BPE tokenizer")
        .hasMessageContaining("WordPiece");
  }

  private static int[] slow(String text) {
    return SlowBytePairs.encode(text, VOCABULARY.merges()).stream()
        .mapToInt(VOCABULARY.tokens()::indexOf)
        .toArray();
  }

  /** Word by word, each word looked up once. */
  private static int[] repeatedly(String text) {
    Map<String, int[]> known = new HashMap<>();
    return PreTokenizer.GPT2
        .words(text)
        .flatMapToInt(word -> Arrays.stream(known.computeIfAbsent(word, BpeTokenizerTest::slow)))
        .toArray();
  }

  private static IdentityHashMap<byte[], Integer> ranks() {
    IdentityHashMap<byte[], Integer> ranks = new IdentityHashMap<>();
    for (int id = 0; id < VOCABULARY.tokens().size(); id++) {
      ranks.put(ByteAlphabet.bytes(VOCABULARY.tokens().get(id)), id);
    }
    return ranks;
  }
}
