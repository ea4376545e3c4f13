package io.evomoe.models.text;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import ai.djl.huggingface.tokenizers.HuggingFaceTokenizer;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.evomoe.models.internal.tokenizer.TextPiecesTest;
import io.evomoe.random.CounterRandom;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Hugging Face's own library gives the same ids, from the same file. */
class WordPieceTokenizerTest {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Map<String, String> PLAIN =
      Map.of("truncation", "false", "padding", "false", "addSpecialTokens", "false");

  /** What the normalizer and the splitting treat in their own ways. */
  private static final List<String> PARTS =
      List.of(
          " ",
          " ",
          "\t",
          "\n",
          "\u000b",
          "\u0085",
          "\u00a0",
          "\u3000",
          "\u200b",
          "\u00ad",
          "\ufffd",
          "un",
          "aff",
          "able",
          "The",
          "\u00c9",
          "e\u0301",
          "\u0130",
          "\u03a3",
          "\u00df",
          "\u0301",
          "\u6f22\u5b57",
          "\ud869\ude00",
          "\u304b",
          "\ud55c",
          "$",
          "~",
          "\u20ac",
          "\u00a1",
          "_",
          "\u2014",
          "\u00bd",
          "\ud83d\ude00",
          "\ud83d\udc69\u200d\ud83d\udcbb",
          "12",
          "'s",
          "[MASK]",
          "[CLS]",
          "[mask]",
          "a".repeat(60));

  @TempDir private Path folder;

  @BeforeAll
  static void stay_offline() {
    System.setProperty("ai.djl.offline", "true");
    System.setProperty("OPT_OUT_TRACKING", "true");
  }

  @BeforeEach
  void write() throws IOException {
    write(tokenizer -> {});
  }

  private void write(Consumer<ObjectNode> change) throws IOException {
    ObjectNode tokenizer = JSON.createObjectNode();
    ArrayNode added = tokenizer.putArray("added_tokens");
    tokenizer
        .putObject("normalizer")
        .put("type", "BertNormalizer")
        .put("clean_text", true)
        .put("handle_chinese_chars", true)
        .putNull("strip_accents")
        .put("lowercase", true);
    tokenizer.putObject("pre_tokenizer").put("type", "BertPreTokenizer");
    tokenizer.putNull("post_processor");
    ObjectNode model = tokenizer.putObject("model");
    model
        .put("type", "WordPiece")
        .put("unk_token", "[UNK]")
        .put("continuing_subword_prefix", "##")
        .put("max_input_chars_per_word", 100);
    ObjectNode vocabulary = model.putObject("vocab");
    for (String token : List.of("[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]")) {
      added
          .addObject()
          .put("id", vocabulary.size())
          .put("content", token)
          .put("single_word", false)
          .put("lstrip", false)
          .put("rstrip", false)
          .put("normalized", false)
          .put("special", true);
      vocabulary.put(token, vocabulary.size());
    }
    for (int c = '!'; c <= '~'; c++) {
      add(vocabulary, Character.toString(c));
    }
    for (String token :
        List.of(
            "un",
            "aff",
            "able",
            "the",
            "\u00df",
            "\u00e9",
            "\u03c3",
            "\u6f22",
            "\u304b",
            "\u1112",
            "\ud83d\ude00",
            "\ud869\ude00",
            "\u20ac",
            "\u2014",
            "\u00bd")) {
      add(vocabulary, token);
    }
    change.accept(tokenizer);
    Files.writeString(folder.resolve("tokenizer.json"), tokenizer.toString());
  }

  private static void add(ObjectNode vocabulary, String token) {
    for (String form : List.of(token, "##" + token)) {
      if (!vocabulary.has(form)) {
        vocabulary.put(form, vocabulary.size());
      }
    }
  }

  @ParameterizedTest
  @CsvSource({
    "true, , true, true",
    "false, , true, true",
    "true, false, true, true",
    "false, true, true, true",
    "true, , false, true",
    "true, , true, false"
  })
  void should_give_the_ids_of_the_library(
      boolean lowercase, Boolean strips, boolean han, boolean clean) throws IOException {
    write(
        tokenizer -> {
          ObjectNode normalizer = (ObjectNode) tokenizer.get("normalizer");
          normalizer.put("lowercase", lowercase).put("handle_chinese_chars", han);
          normalizer.put("strip_accents", strips).put("clean_text", clean);
        });
    Tokenizer ours = Tokenizer.load(folder);
    try (HuggingFaceTokenizer theirs =
        HuggingFaceTokenizer.newInstance(folder.resolve("tokenizer.json"), PLAIN)) {
      for (int seed = 0; seed < 1000; seed++) {
        String text = seed % 2 == 0 ? mixed(seed) : OddText.random(seed);
        long[] ids = theirs.encode(text, false, false).getIds();
        assertThat(Arrays.stream(ours.encode(text)).asLongStream().toArray())
            .as("seed %d: %s", seed, text)
            .isEqualTo(ids);
      }
    }
  }

  @Test
  void should_have_the_tokens_of_the_whole_text_in_its_pieces() {
    Tokenizer ours = Tokenizer.load(folder);
    for (int seed = 0; seed < 300; seed++) {
      String text = mixed(seed) + " " + mixed(seed + 1000L);
      assertThat(TextPiecesTest.encode(ours, text, 3)).isEqualTo(ours.encode(text));
    }
  }

  @Test
  void should_split_words_into_the_longest_pieces() {
    Tokenizer ours = Tokenizer.load(folder);

    assertThat(ours.decode(ours.encode("Un\u00e1ffable, the"))).isEqualTo("unaffable , the");
    assertThat(ours.encode("unaff")).hasSize(2);
    assertThat(ours.encode("un\u4e00")).hasSize(2).contains(1);
    assertThat(ours.encode("a".repeat(100))).hasSize(100);
    assertThat(ours.encode("a".repeat(101))).containsExactly(1);
    assertThat(ours.encode("")).isEmpty();
  }

  @Test
  void should_name_the_special_tokens_as_RoBERTa_does() {
    Tokenizer ours = Tokenizer.load(folder);

    assertThat(ours.requireSpecial(SpecialTokens.PADDING)).isZero();
    assertThat(ours.requireSpecial(SpecialTokens.BEGIN)).isEqualTo(2);
    assertThat(ours.requireSpecial(SpecialTokens.END)).isEqualTo(3).isEqualTo(ours.endOfText());
    assertThat(ours.requireSpecial(SpecialTokens.MASK)).isEqualTo(4);
    assertThat(ours.special("[SEP]")).hasValue(3);
    assertThat(ours.special("the")).isEmpty();
    assertThat(ours.specialIds()).containsExactlyInAnyOrder(0, 1, 2, 3, 4);
  }

  @Test
  void should_reject_other_parts() throws IOException {
    rejects(
        "normalizer of a WordPiece tokenizer must be BertNormalizer, was {\"type\":\"NFC\"}",
        t -> t.putObject("normalizer").put("type", "NFC"));
    rejects(
        "pre_tokenizer of a WordPiece tokenizer must be BertPreTokenizer, was left out",
        t -> t.remove("pre_tokenizer"));
    rejects(
        "decoder of a WordPiece tokenizer must be WordPiece",
        t -> t.putObject("decoder").put("type", "ByteLevel"));
    rejects(
        "model.unk_token must be a token",
        t -> ((ObjectNode) t.get("model")).put("unk_token", "<unk>"));
    rejects("ids of the", t -> ((ObjectNode) t.at("/model/vocab")).put("zz", 100_000));
    rejects(
        "the id of token zz must be a whole number",
        t -> ((ObjectNode) t.at("/model/vocab")).put("zz", "1"));
    rejects(
        "every token must have one id of its own, token [PAD] has 7, which is that of ",
        t -> ((ObjectNode) t.at("/added_tokens/0")).put("id", 7));
    rejects(
        "must have the special token <s>",
        t -> {
          ((ArrayNode) t.get("added_tokens")).remove(2);
        });
  }

  private void rejects(String says, Consumer<ObjectNode> change) throws IOException {
    write(change);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Tokenizer.load(folder))
        .withMessageContaining(says);
  }

  private static String mixed(long seed) {
    CounterRandom random = new CounterRandom(seed);
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < 12; i++) {
      text.append(PARTS.get(random.below(PARTS.size(), i)));
    }
    return text.toString();
  }
}
