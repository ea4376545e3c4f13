package io.evomoe.models.text;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TextSampleTest {
  private static final int SIZE = 1 << 18;
  private static final int WORDS = 400_000;
  private static final Pattern NUMBER = Pattern.compile("[0-9]{6}");

  @Test
  void should_take_all_of_what_is_not_longer() {
    List<String> documents = List.of("a ".repeat(SIZE / 2 - 1), "bc");

    assertThat(sample(documents)).isEqualTo(documents);
    assertThat(sample(List.of(documents.get(0), "bcd"))).isNotEqualTo(documents);
  }

  @Test
  void should_forget_the_last_documents_and_take_chosen_ones() {
    TextSample sample = new TextSample(SIZE);
    new TextCorpus("c", List.of("one", "two", "three")).read(sample);
    sample.forget(1);
    new TextCorpus("d", List.of("four", "five")).read(sample);

    assertThat(sample.documents()).isEqualTo(3);
    assertThat(sample.texts(document -> document != 1)).containsExactly("one", "five");
  }

  @ParameterizedTest
  @CsvSource({"1, ' '", "10, ' '", "1000, ' '", "200000, ' '", "1, 万", "200000, 万"})
  void should_take_about_as_much_from_everywhere(int documents, String separator) {
    List<String> texts = new ArrayList<>();
    for (int document = 0; document < documents; document++) {
      StringBuilder text = new StringBuilder();
      for (int word = 0; word < WORDS / documents; word++) {
        text.append("%06d".formatted(document * (WORDS / documents) + word)).append(separator);
      }
      texts.add(text.toString());
    }
    List<String> sample = sample(texts);

    assertThat(sample).isEqualTo(sample(texts));
    long length = sample.stream().mapToLong(String::length).sum();
    assertThat(length).isBetween(SIZE * 4L / 10, (long) SIZE);
    Map<Integer, Long> tenths =
        sample.stream()
            .collect(Collectors.groupingBy(TextSampleTest::tenth, Collectors.counting()));
    assertThat(tenths).hasSize(10);
    assertThat(tenths.values()).allMatch(count -> count > sample.size() / 20);
  }

  /** In which tenth of all a stretch begins, by the first number in it that is whole. */
  private static int tenth(String stretch) {
    Matcher number = NUMBER.matcher(stretch);
    assertThat(number.find()).isTrue();
    return Integer.parseInt(number.group()) / (WORDS / 10);
  }

  @Test
  void should_not_cut_words_between_which_there_are_spaces() {
    String text = "beginning middle end ".repeat(60_000);

    for (String stretch : sample(List.of(text))) {
      assertThat(stretch.strip().split(" "))
          .allMatch(word -> List.of("beginning", "middle", "end").contains(word));
    }
  }

  private static List<String> sample(List<String> documents) {
    TextSample sample = new TextSample(SIZE);
    new TextCorpus("c", documents).read(sample);
    return sample.texts(document -> true);
  }
}
