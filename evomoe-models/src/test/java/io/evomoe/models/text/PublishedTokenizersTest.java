package io.evomoe.models.text;

import static org.assertj.core.api.Assertions.assertThat;

import io.evomoe.models.internal.tokenizer.PreTokenizer;
import io.evomoe.models.internal.tokenizer.TextPieces;
import io.evomoe.models.internal.tokenizer.TextPiecesTest;
import io.evomoe.models.internal.tokenizer.TokenizerContents;
import io.evomoe.random.CounterRandom;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.text.Normalizer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Files of Llama 3, Qwen2 and OLMoE, against the obvious way to encode with them. */
class PublishedTokenizersTest {
  /** What the expressions, and the added tokens of the three, treat in their own ways. */
  private static final List<String> PARTS =
      List.of(
          " ",
          " ",
          " ",
          "  ",
          "   ",
          "\n",
          "\r\n",
          "\t",
          "\u00a0",
          "\u3000",
          "a",
          "The",
          "people",
          "'s",
          "'LL",
          "'\u017f",
          "1790",
          "12",
          "7",
          "\u00bd",
          ".",
          "!!",
          "(",
          "<",
          "\u00e9",
          "e\u0301",
          "\u0301",
          "\u81ea\u7531",
          "\ud83d\ude00",
          "<|eot_id|>",
          "<|im_end|>",
          "<think>",
          "|||IP_ADDRESS|||",
          "<|endoftext|>",
          "qzjxv",
          "qz");

  @TempDir private static Path folder;

  private static final Map<PublishedTokenizer, BpeTokenizer> LOADED =
      new EnumMap<>(PublishedTokenizer.class);
  private static final Map<PublishedTokenizer, TokenizerContents> CONTENTS =
      new EnumMap<>(PublishedTokenizer.class);

  @BeforeAll
  static void load() throws IOException {
    for (PublishedTokenizer published : PublishedTokenizer.values()) {
      Path own = Files.createDirectory(folder.resolve(published.name()));
      LOADED.put(published, BpeTokenizer.load(published.write(own)));
      CONTENTS.put(published, TokenizerContents.read(own));
    }
  }

  @ParameterizedTest
  @EnumSource
  void should_encode_as_a_slow_merge_loop_does(PublishedTokenizer published) {
    Function<String, int[]> slow = slow(published);
    for (String text : OddText.SAMPLES) {
      assertThat(encode(published, text)).as(text).containsExactly(slow.apply(text));
    }
    for (int seed = 0; seed < 150; seed++) {
      for (String text : List.of(OddText.random(seed), mixed(seed, 30))) {
        assertThat(encode(published, text))
            .as("seed %d: %s", seed, text)
            .isEqualTo(slow.apply(text));
      }
    }
  }

  @ParameterizedTest
  @EnumSource
  void should_give_texts_back_normalized_as_the_file_says(PublishedTokenizer published) {
    for (int seed = 0; seed < 500; seed++) {
      String text = OddText.random(seed);
      String normal =
          published == PublishedTokenizer.LLAMA3
              ? text
              : Normalizer.normalize(text, Normalizer.Form.NFC);
      BpeTokenizer tokenizer = loaded(published);
      assertThat(tokenizer.decode(tokenizer.encode(text))).as("seed %d", seed).isEqualTo(normal);
    }
  }

  @ParameterizedTest
  @EnumSource
  void should_have_the_tokens_of_the_whole_text_in_its_pieces(PublishedTokenizer published) {
    int cuts = 0;
    for (int seed = 0; seed < 600; seed++) {
      String text = mixed(seed, 60);
      int[] whole = loaded(published).encode(text);
      for (int piece : new int[] {1, 2, 7}) {
        int[] pieces = TextPiecesTest.encode(loaded(published), text, piece);
        assertThat(pieces).as("seed %d: %s", seed, text).isEqualTo(whole);
      }
      cuts += TextPieces.end(text, 0, 1) < text.length() ? 1 : 0;
    }
    assertThat(cuts).isGreaterThan(450);
  }

  @Test
  void should_group_digits_as_the_model_was_taught() {
    assertThat(texts(PublishedTokenizer.LLAMA3, "1790179"))
        .containsExactly("179", "0", "1", "7", "9");
    assertThat(texts(PublishedTokenizer.QWEN2, "1790179"))
        .containsExactly("1", "7", "9", "0", "1", "7", "9");
    assertThat(texts(PublishedTokenizer.OLMOE, "1790179")).containsExactly("179", "0", "179");
  }

  @Test
  void should_ignore_merges_for_words_that_are_tokens() {
    assertThat(texts(PublishedTokenizer.LLAMA3, " qzjxv")).containsExactly(" qzjxv");
    assertThat(texts(PublishedTokenizer.QWEN2, " qzjxv")).hasSizeGreaterThan(3);
  }

  @Test
  void should_make_one_token_of_a_run_of_spaces() {
    assertThat(texts(PublishedTokenizer.OLMOE, "a" + " ".repeat(26) + "a"))
        .containsExactly("a", " ".repeat(24), "  ", "a");
    assertThat(texts(PublishedTokenizer.OLMOE, "a the")).containsExactly("a", " the");
  }

  @Test
  void should_know_where_texts_begin_and_end() {
    TokenizerContents llama = contents(PublishedTokenizer.LLAMA3);
    assertThat(spelling(llama, llama.endOfText())).isEqualTo("<|end_of_text|>");
    assertThat(spelling(llama, llama.end())).isEqualTo("<|eot_id|>");
    assertThat(spelling(llama, llama.begin().orElseThrow())).isEqualTo("<|begin_of_text|>");
    assertThat(llama.padding()).isEmpty();

    TokenizerContents qwen = contents(PublishedTokenizer.QWEN2);
    assertThat(spelling(qwen, qwen.endOfText())).isEqualTo("<|endoftext|>");
    assertThat(spelling(qwen, qwen.end())).isEqualTo("<|im_end|>");
    assertThat(qwen.begin()).isEmpty();
    assertThat(qwen.padding()).hasValue(qwen.endOfText());

    TokenizerContents olmoe = contents(PublishedTokenizer.OLMOE);
    assertThat(spelling(olmoe, olmoe.endOfText())).isEqualTo("<|endoftext|>");
    assertThat(olmoe.end()).isEqualTo(olmoe.endOfText());
    assertThat(olmoe.padding()).hasValue(1);
  }

  @ParameterizedTest
  @EnumSource
  void should_add_nothing_and_have_the_ids_of_its_contents(PublishedTokenizer published) {
    BpeTokenizer tokenizer = loaded(published);
    TokenizerContents contents = contents(published);
    assertThat(tokenizer.encode("")).isEmpty();
    assertThat(tokenizer.encode("a")).hasSize(1);
    assertThat(tokenizer.vocabularySize()).isEqualTo(contents.tokens().size());
    assertThat(tokenizer.endOfText()).isEqualTo(contents.endOfText());
    assertThat(tokenizer.beginOfText()).isEqualTo(contents.begin());
    assertThat(tokenizer.preTokenizer()).isEqualTo(contents.preTokenizer());
    for (int id = 0; id < contents.tokens().size(); id++) {
      TokenizerContents.Token token = contents.tokens().get(id);
      if (token.kind() != TokenizerContents.Kind.NORMAL) {
        assertThat(tokenizer.encode(token.text())).as(token.text()).containsExactly(id);
        assertThat(tokenizer.decode(new int[] {id})).isEqualTo(token.text());
        assertThat(tokenizer.special(token.text())).hasValue(id);
      }
    }
  }

  @Test
  void should_tell_another_format_what_is_in_the_files() {
    TokenizerContents llama = contents(PublishedTokenizer.LLAMA3);
    TokenizerContents qwen = contents(PublishedTokenizer.QWEN2);
    TokenizerContents olmoe = contents(PublishedTokenizer.OLMOE);

    assertThat(Stream.of(llama, qwen, olmoe).map(TokenizerContents::preTokenizer))
        .containsExactly(PreTokenizer.LLAMA3, PreTokenizer.QWEN2, PreTokenizer.GPT2);
    assertThat(Stream.of(llama, qwen, olmoe).map(c -> c.llamaCppName().orElseThrow()))
        .containsExactly("llama-bpe", "qwen2", "gpt-2");
    assertThat(Stream.of(llama, qwen, olmoe).map(TokenizerContents::ignoresMerges))
        .containsExactly(true, false, false);
    assertThat(Stream.of(llama, qwen, olmoe).map(TokenizerContents::merges))
        .allMatch(PublishedTokenizer.VOCABULARY.merges()::equals);
    assertThat(qwen.tokens().stream().map(TokenizerContents.Token::text))
        .startsWith(PublishedTokenizer.VOCABULARY.tokens().toArray(new String[0]))
        .endsWith("<|endoftext|>", "<|im_start|>", "<|im_end|>", "<think>", "</think>");
    assertThat(count(llama, TokenizerContents.Kind.CONTROL)).isEqualTo(256);
    assertThat(count(qwen, TokenizerContents.Kind.CONTROL)).isEqualTo(3);
    assertThat(count(qwen, TokenizerContents.Kind.USER_DEFINED)).isEqualTo(2);
    assertThat(count(olmoe, TokenizerContents.Kind.CONTROL)).isEqualTo(2);
    assertThat(count(olmoe, TokenizerContents.Kind.USER_DEFINED)).isEqualTo(26);
  }

  @ParameterizedTest
  @EnumSource
  void should_never_end_the_process_whatever_the_file_holds(
      PublishedTokenizer published, @TempDir Path damaged) throws IOException {
    byte[] whole = published.tokenizer().toString().getBytes(StandardCharsets.UTF_8);
    int read = 0;
    for (int seed = 0; seed < 200; seed++) {
      CounterRandom random = new CounterRandom(seed);
      byte[] bytes = whole.clone();
      bytes[random.below(bytes.length, 0)] = bytes[random.below(bytes.length, 1)];
      Files.write(damaged.resolve("tokenizer.json"), bytes);
      try {
        BpeTokenizer loaded = BpeTokenizer.load(damaged);

        loaded.decode(loaded.encode(mixed(seed, 30)));
        read++;
      } catch (IllegalArgumentException refused) {
        assertThat(refused).hasMessageContaining(damaged.toString());
      }
    }
    assertThat(read).isBetween(1, 199);
  }

  /** Parts one after the other. */
  private static String mixed(long seed, int parts) {
    CounterRandom random = new CounterRandom(seed);
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < parts; i++) {
      text.append(PARTS.get(random.below(PARTS.size(), i)));
    }
    return text.toString();
  }

  /**
   * Added tokens first, those of the text as it is and then those of the normalized text, the
   * longest at the first place; merges inside the words between them.
   */
  private static Function<String, int[]> slow(PublishedTokenizer published) {
    TokenizerContents contents = contents(published);
    Map<String, Integer> ids = new HashMap<>();
    contents.tokens().forEach(token -> ids.put(token.text(), ids.size()));
    List<String> raw = new ArrayList<>();
    List<String> normalized = new ArrayList<>();
    for (var token : published.tokenizer().get("added_tokens")) {
      boolean late = token.get("normalized").asBoolean();
      (late ? normalized : raw).add(token.get("content").textValue());
    }
    boolean nfc = published != PublishedTokenizer.LLAMA3;
    Function<String, Stream<String>> words =
        text -> contents.preTokenizer().words(text).flatMap(w -> word(contents, ids, w).stream());
    Function<String, Stream<String>> late =
        text ->
            split(nfc ? Normalizer.normalize(text, Normalizer.Form.NFC) : text, normalized, words);
    return text -> split(text, raw, late).mapToInt(ids::get).toArray();
  }

  private static List<String> word(
      TokenizerContents contents, Map<String, Integer> ids, String word) {
    String whole = String.join("", SlowBytePairs.bytes(word));
    return contents.ignoresMerges() && ids.containsKey(whole)
        ? List.of(whole)
        : SlowBytePairs.encode(contents.preTokenizer(), word, contents.merges());
  }

  private static Stream<String> split(
      String text, List<String> tokens, Function<String, Stream<String>> between) {
    if (tokens.isEmpty()) {
      return between.apply(text);
    }
    List<String> longest = new ArrayList<>(tokens);
    longest.sort(Comparator.comparingInt(String::length).reversed());
    Matcher matcher =
        Pattern.compile(String.join("|", longest.stream().map(Pattern::quote).toList()))
            .matcher(text);
    List<String> found = new ArrayList<>();
    int start = 0;
    while (matcher.find()) {
      between.apply(text.substring(start, matcher.start())).forEach(found::add);
      found.add(matcher.group());
      start = matcher.end();
    }
    between.apply(text.substring(start)).forEach(found::add);
    return found.stream();
  }

  private static List<String> texts(PublishedTokenizer published, String text) {
    return Arrays.stream(encode(published, text))
        .mapToObj(id -> loaded(published).decode(new int[] {id}))
        .toList();
  }

  private static int[] encode(PublishedTokenizer published, String text) {
    return loaded(published).encode(text);
  }

  private static BpeTokenizer loaded(PublishedTokenizer published) {
    return Objects.requireNonNull(LOADED.get(published));
  }

  private static TokenizerContents contents(PublishedTokenizer published) {
    return Objects.requireNonNull(CONTENTS.get(published));
  }

  private static String spelling(TokenizerContents contents, int id) {
    return contents.tokens().get(id).text();
  }

  private static long count(TokenizerContents contents, TokenizerContents.Kind kind) {
    return contents.tokens().stream().filter(token -> token.kind() == kind).count();
  }
}
