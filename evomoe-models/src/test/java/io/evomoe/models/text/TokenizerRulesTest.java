package io.evomoe.models.text;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Tokenizers from outside hold what is allowed, or are refused before native code sees them. */
class TokenizerRulesTest extends ChangedTokenizer {
  /** RoBERTa's vocabulary has GPT-2's end of text among its plain tokens. */
  @Test
  void should_end_texts_with_the_token_of_roberta_beside_a_plain_one_of_gpt() throws IOException {
    for (String name : List.of("vocab.json", "tokenizer.json")) {
      Path changed = folder.resolve(name);
      ObjectNode json = (ObjectNode) JSON.readTree(changed.toFile());
      ObjectNode vocabulary =
          name.equals("vocab.json") ? json : (ObjectNode) json.path("model").path("vocab");
      vocabulary.put("<|endoftext|>", vocabulary.size());
      Files.writeString(changed, json.toString());
    }
    assertThat(endOfText()).isEqualTo(2);
    Files.delete(file);
    assertThat(endOfText()).isEqualTo(2);
  }

  private int endOfText() {
    BpeTokenizer loaded = BpeTokenizer.load(folder);
    return loaded.endOfText();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '~',
      value = {
        "normalizer|{\"type\":\"Replace\",\"pattern\":{\"Regex\":\"(a+)+$\"},\"content\":\"\"}",
        "normalizer|{\"type\":\"Sequence\",\"normalizers\":[{\"type\":\"NFC\"},"
            + "{\"type\":\"Replace\",\"pattern\":{\"Regex\":\"(a+)+$\"},\"content\":\"\"}]}",
        "normalizer|{\"type\":\"Sequence\",\"normalizers\":[{\"type\":\"Sequence\"}]}",
        "normalizer|{\"type\":\"Precompiled\",\"precompiled_charsmap\":\"AAAA\"}",
        "normalizer|\"NFC\"",
        "post_processor|{\"type\":\"Unheard\"}",
        "decoder|{\"type\":\"Replace\",\"pattern\":{\"Regex\":\"(a+)+$\"},\"content\":\"\"}",
        "decoder|{\"type\":\"WordPiece\"}",
      })
  void should_refuse_parts_that_are_not_known(String field, String value) throws IOException {
    tokenizer.set(field, JSON.readTree(value));

    assertRefused(file + ": " + field + " must be one of [");
  }

  @Test
  void should_give_added_tokens_the_ids_of_the_file_in_whatever_order() throws IOException {
    ((ArrayNode) tokenizer.get("added_tokens"))
        .add(JSON.readTree("{\"id\":264,\"content\":\"<c>\"}"))
        .add(JSON.readTree("{\"id\":262,\"content\":\"<a>\"}"))
        .add(JSON.readTree("{\"id\":263,\"content\":\"<b>\"}"));
    Files.writeString(file, tokenizer.toString());

    BpeTokenizer loaded = BpeTokenizer.load(folder);
    assertThat(loaded.encode("<a><b><c>")).containsExactly(262, 263, 264);
  }

  @Test
  void should_refuse_an_added_token_amid_the_vocabulary() throws IOException {
    ObjectNode vocabulary = (ObjectNode) model().get("vocab");
    vocabulary.put("t", 262);
    int free = 0;
    while (has(vocabulary, free)) {
      free++;
    }
    ((ArrayNode) tokenizer.get("added_tokens"))
        .add(JSON.readTree("{\"id\":%d,\"content\":\"<x>\"}".formatted(free)));

    assertRefused(
        "an added token must have an id of at least 262, the size of model.vocab, \"<x>\" has "
            + free);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '~',
      value = {
        "{\"eos_token\":7}|eos_token must be a text or an object with the text content, was 7",
        "{\"bos_token\":{\"id\":7}}|bos_token must be a text or an object with the text content",
        "{\"pad_token\":[]}|pad_token must be a text or an object with the text content, was []",
        "{|tokenizer_config.json is not valid JSON"
      })
  void should_name_the_field_of_tokenizer_config(String config, String says) throws IOException {
    Files.writeString(folder.resolve("tokenizer_config.json"), config);

    assertRefused(says);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '~',
      value = {
        "tokenizer_config.json|{\"eos_token\":\"<fin>\"}",
        "tokenizer_config.json|{\"eos_token\":{\"content\":\"<fin>\",\"lstrip\":false}}",
        "special_tokens_map.json|{\"eos_token\":\"<fin>\"}"
      })
  void should_take_the_end_of_text_from_the_configuration_where_its_spelling_is_not_known(
      String name, String config) throws IOException {
    String text = tokenizer.toString().replace("\"</s>\"", "\"<fin>\"");
    Files.writeString(file, text);
    assertThatThrownBy(() -> BpeTokenizer.load(folder))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(
            "must have a token <|endoftext|> or </s> or <|end_of_text|>, or the eos_token that its"
                + " tokenizer_config.json names, has none");

    Files.writeString(folder.resolve(name), config);
    BpeTokenizer loaded = BpeTokenizer.load(folder);
    assertThat(loaded.endOfText()).isEqualTo(2);
    assertThat(loaded.beginOfText()).hasValue(0);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "tokenizer.model|SentencePiece",
        "spiece.model|SentencePiece",
        "sentencepiece.bpe.model|SentencePiece",
        "vocab.txt|WordPiece without tokenizer.json"
      })
  void should_name_the_kind_of_a_folder_without_byte_pairs(String name, String kind)
      throws IOException {
    Path other = Files.createDirectory(folder.resolve("other"));
    Files.writeString(other.resolve(name), "x");

    assertThatThrownBy(() -> BpeTokenizer.load(other))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(
            "%s must have a byte-level BPE tokenizer, as GPT-2, RoBERTa, GPT-NeoX, Llama 3 and Qwen2"
                    .formatted(other)
                + " have it (tokenizer.json, or vocab.json and merges.txt), or BERT's WordPiece"
                + " (tokenizer.json), %s is not read, has ".formatted(kind)
                + name);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '~',
      value = {
        "dropout|0.5|model.dropout must be left out, was 0.5",
        "end_of_word_suffix|\"</w>\"|model.end_of_word_suffix must be left out",
        "continuing_subword_prefix|\"##\"|model.continuing_subword_prefix must be left out",
        "byte_fallback|true|SentencePiece is not read, has model.byte_fallback true",
        "unk_token|\"none\"|model.unk_token must be a token of the vocabulary, was \"none\"",
        "type|\"Unigram\"|SentencePiece is not read, has model.type Unigram",
        "type|\"WordPiece\"|must be a byte-level BPE tokenizer without a prefix space, was WordPiece over {\"type\":\"ByteLevel\"",
        "vocab|[]|must have model.vocab, an object",
        "merges|{}|and model.merges, a list",
        "merges|[\"t h e\"]|merges must be of two tokens that make a third, was \"t h e\"",
        "merges|[[\"t\"]]|merges must be of two tokens that make a third",
        "merges|[7]|merges must be of two tokens that make a third, was 7",
        "merges|[\"t zz\"]|merges must be of two tokens that make a third"
      })
  void should_name_the_field_of_the_model(String field, String value, String says)
      throws IOException {
    model().set(field, JSON.readTree(value));

    assertRefused(says);
  }

  @Test
  void should_shorten_a_merge_that_fills_pages() throws IOException {
    model().putArray("merges").add("t".repeat(100_000) + " h");

    assertRefused("ttt...");
    assertThatThrownBy(() -> BpeTokenizer.load(folder))
        .satisfies(e -> assertThat(e.getMessage()).hasSizeLessThan(1000));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "2147483647|the id of token t must be a whole number of at least 0 and below 10000000",
        "2147483648|the id of token t must be a whole number",
        "-1|the id of token t must be a whole number",
        "1.5|the id of token t must be a whole number",
        "9999999|ids of the 262 tokens must be 0 to 261, none has",
        "0|every token must have one id of its own, token t has 0, which is that of <s>"
      })
  void should_check_ids_against_the_vocabulary(String id, String says) throws IOException {
    ((ObjectNode) model().get("vocab")).set("t", JSON.readTree(id));

    assertRefused(says);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '~',
      value = {
        "{\"id\":2147483647,\"content\":\"<x>\"}|the id of token <x> must be a whole number",
        "{\"id\":300,\"content\":\"<x>\"}|ids of the 263 tokens must be 0 to 262, none has 262",
        "{\"id\":7,\"content\":\"<x>\"}|token <x> has 7, which is that of",
        "{\"id\":262,\"content\":\"<s>\"}|token <s> has 262, which is its second",
        "{\"id\":262,\"content\":\"\"}|added tokens must have a content that is not empty",
        "{\"id\":262}|added tokens must have a content that is not empty",
        "{\"content\":\"<x>\"}|the id of token <x> must be a whole number",
        "{\"id\":\"7\",\"content\":\"<x>\"}|the id of token <x> must be a whole number"
      })
  void should_check_the_added_tokens(String token, String says) throws IOException {
    ((ArrayNode) tokenizer.get("added_tokens")).add(JSON.readTree(token));

    assertRefused(says);
  }

  @Test
  void should_refuse_a_vocabulary_that_lacks_a_byte() throws IOException {
    ((ObjectNode) model().get("vocab")).remove("z");

    assertRefused("the vocabulary must have every byte that UTF-8 has, has no token z");
  }

  @Test
  void should_look_at_vocab_json_and_merges_too() throws IOException {
    Files.delete(file);
    Path vocabulary = folder.resolve("vocab.json");
    String text = Files.readString(vocabulary);
    Files.writeString(vocabulary, text.replaceFirst("\"t\":\\d+", "\"t\":2147483647"));

    assertThatThrownBy(() -> BpeTokenizer.load(folder))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(vocabulary + ": the id of token t must be a whole number");
  }

  @Test
  void should_take_what_published_tokenizers_have() throws IOException {
    int[] ids;
    BpeTokenizer before = BpeTokenizer.load(folder);
    ids = before.encode("the cat <mask>");

    tokenizer.set(
        "normalizer",
        JSON.readTree("{\"type\":\"Sequence\",\"normalizers\":[{\"type\":\"NFC\"}]}"));
    tokenizer.set(
        "post_processor",
        JSON.readTree("{\"type\":\"ByteLevel\",\"add_prefix_space\":true,\"trim_offsets\":false}"));
    tokenizer.set("truncation", JSON.readTree("{\"max_length\":2}"));
    ArrayNode pairs = JsonNodeFactory.instance.arrayNode();
    for (var merge : model().get("merges")) {
      String[] parts = merge.textValue().split(" ", -1);
      pairs.add(JsonNodeFactory.instance.arrayNode().add(parts[0]).add(parts[1]));
    }
    model().set("merges", pairs);
    model().put("unk_token", "<unk>").remove("dropout");
    Files.writeString(file, tokenizer.toString());

    BpeTokenizer loaded = BpeTokenizer.load(folder);
    assertThat(loaded.encode("the cat <mask>")).isEqualTo(ids);
    assertThat(loaded.encode("e\u0301")).isEqualTo(loaded.encode("\u00e9"));
  }

  @Test
  void should_never_end_the_process_whatever_the_file_holds() throws IOException {
    byte[] whole = tokenizer.toString().getBytes(StandardCharsets.UTF_8);
    Random random = new Random(11);
    int read = 0;
    for (int i = 0; i < 300; i++) {
      byte[] bytes = whole.clone();
      for (int changes = 1 + random.nextInt(3); changes > 0; changes--) {
        int from = random.nextInt(bytes.length);
        bytes[random.nextInt(bytes.length)] = bytes[from];
      }
      Files.write(file, bytes);
      try {
        BpeTokenizer loaded = BpeTokenizer.load(folder);

        loaded.decode(loaded.encode(TEXT + " <mask> \u00e9"));
        read++;
      } catch (IllegalArgumentException refused) {
        assertThat(refused).hasMessageContaining(folder.toString());
      }
    }
    assertThat(read).isBetween(1, 299);
  }

  private static boolean has(ObjectNode vocabulary, int id) {
    return vocabulary.properties().stream().anyMatch(token -> token.getValue().intValue() == id);
  }
}
