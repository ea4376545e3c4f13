package io.evomoe.models.text;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.evomoe.models.internal.tokenizer.PreTokenizer;
import io.evomoe.models.internal.tokenizer.TokenizerContents;
import java.io.IOException;
import java.nio.file.Files;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** How a tokenizer from outside splits words is one of the ways that are known, or is refused. */
class TokenizerWordsTest extends ChangedTokenizer {
  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"type\":\"Split\",\"pattern\":{\"Regex\":\"(a+)+$\"},\"behavior\":\"Isolated\"}",
        "{\"type\":\"Sequence\",\"pretokenizers\":[{\"type\":\"ByteLevel\"}]}",
        "{\"type\":\"ByteLevel\",\"add_prefix_space\":false,\"use_regex\":false}",
        "{\"type\":\"ByteLevel\",\"add_prefix_space\":true}",
        "{\"type\":\"Sequence\",\"pretokenizers\":[]}",
        "{\"type\":\"Sequence\"}",
        "{\"type\":\"Digits\"}",
        "null"
      })
  void should_refuse_words_that_are_not_those_of_gpt2(String words) throws IOException {
    tokenizer.set("pre_tokenizer", JSON.readTree(words));

    assertRefused("must be a byte-level BPE tokenizer without a prefix space, was BPE over ");
  }

  @ParameterizedTest
  @ValueSource(strings = {"(a+)+$", "", "\\s+", "(?i:'s|'t|'re|'ve|'m|'ll|'d)|\\p{L}+"})
  void should_refuse_expressions_that_are_not_known(String expression) throws IOException {
    tokenizer.set("pre_tokenizer", split(expression));

    assertRefused(
        file
            + ": the regular expression of pre_tokenizer must be one of those of [GPT-2, Llama 3,"
            + " Qwen2], was "
            + expression);
  }

  @ParameterizedTest
  @CsvSource({
    "behavior,\"Removed\",",
    "behavior,\"MergedWithNext\",",
    "invert,true,",
    "pattern,{},",
    "type,\"Whitespace\",",
    "use_regex,,true",
    "add_prefix_space,,true",
    "type,,\"Metaspace\""
  })
  void should_refuse_known_expressions_that_are_used_otherwise(
      String field, @Nullable String first, @Nullable String second) throws IOException {
    ObjectNode words = split(PreTokenizer.LLAMA3.word().pattern());
    int part = first == null ? 1 : 0;
    ((ObjectNode) words.get("pretokenizers").get(part))
        .set(field, JSON.readTree(first == null ? second : first));
    tokenizer.set("pre_tokenizer", words);

    assertRefused(
        "must be a byte-level BPE tokenizer without a prefix space, was BPE over"
            + " {\"type\":\"Sequence\",");
  }

  @Test
  void should_read_the_words_of_gpt2_as_a_split_too() throws IOException {
    int[] ids;
    BpeTokenizer before = BpeTokenizer.load(folder);
    ids = before.encode("the cat'LL  1234 <mask>");

    tokenizer.set("pre_tokenizer", split(PreTokenizer.GPT2.word().pattern()));
    Files.writeString(file, tokenizer.toString());

    BpeTokenizer loaded = BpeTokenizer.load(folder);
    assertThat(loaded.preTokenizer()).isEqualTo(PreTokenizer.GPT2);
    assertThat(loaded.encode("the cat'LL  1234 <mask>")).isEqualTo(ids);
  }

  @Test
  void should_split_alike_where_what_is_no_match_is_removed() throws IOException {
    ObjectNode words = split(PreTokenizer.LLAMA3.word().pattern());
    for (String behavior : List.of("Isolated", "Removed")) {
      ObjectNode part = (ObjectNode) words.get("pretokenizers").get(0);
      part.put("behavior", behavior).put("invert", behavior.equals("Removed"));
      tokenizer.set("pre_tokenizer", words);
      Files.writeString(file, tokenizer.toString());

      assertThat(TokenizerContents.read(folder).preTokenizer()).isEqualTo(PreTokenizer.LLAMA3);
      assertThat(TokenizerContents.read(folder).llamaCppName()).hasValue("dbrx");
    }
  }

  /** As Llama 3 has it, by another expression. */
  private static ObjectNode split(String expression) throws IOException {
    ObjectNode sequence =
        (ObjectNode)
            JSON.readTree(
                "{\"type\":\"Sequence\",\"pretokenizers\":[{\"type\":\"Split\","
                    + "\"behavior\":\"Isolated\",\"invert\":false},{\"type\":\"ByteLevel\","
                    + "\"add_prefix_space\":false,\"trim_offsets\":true,\"use_regex\":false}]}");
    ((ObjectNode) sequence.get("pretokenizers").get(0))
        .putObject("pattern")
        .put("Regex", expression);
    return sequence;
  }
}
