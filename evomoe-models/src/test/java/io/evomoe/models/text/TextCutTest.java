package io.evomoe.models.text;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class TextCutTest {

  @Test
  void should_find_the_same_place_however_little_it_looks_at_first() {
    int found = 0;
    for (int seed = 0; seed < 500; seed++) {
      Random random = new Random(seed);
      StringBuilder text = new StringBuilder();
      for (int i = 0; i < 40; i++) {
        text.append(OddText.random(40L * seed + i).strip());
        text.append(random.nextInt(seed % 3 == 0 ? 4 : 30) == 0 ? "\n" : " ");
        text.append(" ".repeat(random.nextInt(20) == 0 ? 300 : 0));
      }
      TextCorpus corpus = new TextCorpus("c", List.of(text.toString()));
      double part = random.nextDouble();
      double slack = random.nextDouble() / 20;
      TextCut whole = TextCut.near(corpus, 0, text.length(), part, slack);

      assertThat(TextCut.near(corpus, 0, text.length(), part, slack, 200)).isEqualTo(whole);
      found += whole.equals(TextCut.NOWHERE) ? 0 : 1;
    }
    assertThat(found).isGreaterThan(450);
  }

  @Test
  void should_look_further_where_there_is_no_place() {
    String far = "a".repeat(5000) + " " + "b".repeat(1000);
    TextCorpus corpus = new TextCorpus("c", List.of("x", far));

    assertThat(TextCut.near(corpus, 1, far.length(), 0.2, 0.01, 16))
        .isEqualTo(new TextCut(5000, 5001));
    TextCorpus word = new TextCorpus("c", List.of("a".repeat(5000)));
    assertThat(TextCut.near(word, 0, 5000, 0.2, 0.01, 16)).isEqualTo(TextCut.NOWHERE);
  }
}
