package io.evomoe.models.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class Tokenizer13aTest {
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        // Symbols stand alone; apostrophe, underscore's neighbours and letters' hyphens by rule.
        "don't (stop)!  | don't ( stop ) !",
        "state-of-the-art | state-of-the-art",
        "a_b/c@d#e | a _ b / c @ d # e",
        "{x}~[y]^z\\ | { x } ~ [ y ] ^ z \\",
        "\"A\": 50% + $3; <1>? | \" A \" : 50 % + $ 3 ; < 1 > ?",
        // Period and comma stay between digits only.
        "1,234.5 | 1,234.5",
        "1.a | 1 . a",
        "a.1 | a . 1",
        ".5 and 5. | . 5 and 5 .",
        "e.g., this... | e . g . , this . . .",
        "1,,2 | 1 , , 2",
        // A hyphen parts from the digit before it.
        "2019-2020 | 2019 - 2020",
        "-5 | -5",
        "covid-19 | covid-19",
        // Entities, each once, in the order quot, amp, lt, gt; no others.
        "&quot;a&quot; &amp; &lt;b&gt; | \" a \" & < b >",
        "&amp;lt; &amp;quot; | < & quot ;",
        "&nbsp; | & nbsp ;",
        "a<skipped>b | ab",
        // Beyond ASCII nothing is parted, no digit is one.
        "„Grüße“, naïve… – 3.5€ | „Grüße“ , naïve… – 3.5€",
        "١,٢ | ١ , ٢",
        "日本。 | 日本。",
        "𝐱.𝐲 | 𝐱 . 𝐲",
      })
  void should_part_words_as_mteval_13a(String line, String words) {
    assertThat(String.join(" ", Tokenizer13a.words(line))).isEqualTo(words);
  }

  @Test
  void should_part_at_every_white_space_and_join_hyphenated_lines() {
    assertThat(Tokenizer13a.words("a\u00a0b\u3000c\td\u2028e\u0085f"))
        .containsExactly("a", "b", "c", "d", "e", "f");
    assertThat(Tokenizer13a.words("trans-\nlation\nof it-\n"))
        .containsExactly("translation", "of", "it-");
    assertThat(Tokenizer13a.words(" \n ")).isEmpty();
  }
}
