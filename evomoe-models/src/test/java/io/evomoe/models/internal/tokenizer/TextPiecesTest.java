package io.evomoe.models.internal.tokenizer;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.evomoe.models.text.BpeTokenizer;
import io.evomoe.models.text.PublishedTokenizer;
import io.evomoe.models.text.Tokenizer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.text.Normalizer;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

public class TextPiecesTest {
  private static final ObjectMapper JSON = new ObjectMapper();

  @TempDir private Path folder;

  @Test
  void should_cut_before_a_single_space_between_two_words() {
    String text = "a  b\u3000 c d e";

    assertThat(TextPieces.end(text, 0, 1)).isEqualTo(7);
    assertThat(TextPieces.end(text, 7, 1)).isEqualTo(9);
    assertThat(TextPieces.end(text, 7, 3)).isEqualTo(text.length());
    assertThat(TextPieces.end(text, 9, Integer.MAX_VALUE)).isEqualTo(text.length());
  }

  @ParameterizedTest
  @EnumSource
  void should_not_have_a_cut_that_a_normalizer_sees(Normalizer.Form form) {
    for (int c = 0; c <= Character.MAX_CODE_POINT; c++) {
      boolean space = c <= Character.MAX_VALUE && PreTokenizer.isSpace((char) c);
      if (Character.isDefined(c) && Character.getType(c) != Character.SURROGATE && !space) {
        String one = Character.toString(c);
        String normal = Normalizer.normalize(one, form);
        assertThat(PreTokenizer.isSpace(normal.charAt(normal.length() - 1)))
            .as("U+%04X", c)
            .isFalse();
        assertThat(Normalizer.normalize(one + " " + one, form))
            .as("U+%04X", c)
            .isEqualTo(normal + Normalizer.normalize(" " + one, form));
      }
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '~',
      value = {
        "{\"content\":\"<x>\",\"rstrip\":true}|false",
        "{\"content\":\"the cat\"}|false",
        "{\"content\":\"cat \"}|false",
        "{\"content\":\" cat\",\"single_word\":true}|false",
        "{\"content\":\"a\u00b4b\"}|false",
        "{\"content\":\" cat\"}|true",
        "{\"content\":\"  \"}|true",
        "{\"content\":\"<x>\",\"lstrip\":true}|true",
        "{\"content\":\"cat\",\"single_word\":true}|true"
      })
  void should_cut_only_where_added_tokens_let_it(String token, boolean cuts) throws IOException {
    ObjectNode tokenizer =
        PublishedTokenizer.QWEN2
            .tokenizer()
            .set("normalizer", JSON.readTree("{\"type\":\"NFKC\"}"));
    ArrayNode tokens = (ArrayNode) tokenizer.get("added_tokens");
    ObjectNode added = (ObjectNode) JSON.readTree(token);
    int id = tokens.get(tokens.size() - 1).get("id").intValue() + 1;
    tokens.add(added.put("id", id).put("normalized", true));
    Files.writeString(folder.resolve("tokenizer.json"), tokenizer.toString());

    assertThat(TextPieces.changeNothing(tokenizer)).isEqualTo(cuts);
    BpeTokenizer loaded = BpeTokenizer.load(folder);
    boolean same = true;
    for (String text :
        List.of("the cat <x> a <x> x cat cat", "x <x> cat a\u00b4b a \u0301b cata cat  cat x")) {
      int[] whole = loaded.encode(text);
      same &= Arrays.equals(encode(loaded, text, 1), whole);
    }
    assertThat(same).isEqualTo(cuts);
  }

  @Test
  void should_encode_a_long_text_whole_where_pieces_would_change_it() throws IOException {
    ObjectNode tokenizer = PublishedTokenizer.LLAMA3.tokenizer();
    for (JsonNode token : tokenizer.get("added_tokens")) {
      ((ObjectNode) token).put("rstrip", true);
    }
    Files.writeString(folder.resolve("tokenizer.json"), tokenizer.toString());
    String text = "<|eot_id|> ".repeat(3000) + "a";

    BpeTokenizer loaded = BpeTokenizer.load(folder);
    assertThat(loaded.encode(text)).hasSize(3001);
    assertThat(encode(loaded, text, 1)).hasSizeGreaterThan(3001);
  }

  /** Encodes a text in pieces of at least this number of chars. */
  public static int[] encode(Tokenizer tokenizer, String text, int least) {
    IntStream.Builder ids = IntStream.builder();
    for (int start = 0; start < text.length(); ) {
      int end = TextPieces.end(text, start, least);
      IntStream.of(tokenizer.encode(text.substring(start, end))).forEach(ids);
      start = end;
    }
    return ids.build().toArray();
  }
}
