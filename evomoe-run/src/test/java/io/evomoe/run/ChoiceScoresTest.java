package io.evomoe.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import io.evomoe.models.llama.Llama;
import io.evomoe.models.text.Tokenizer;
import io.evomoe.run.result.ChoiceScores;
import io.evomoe.run.result.ChoiceScores.Question;
import io.evomoe.run.result.Measurement;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ChoiceScoresTest {
  private static final List<Question> QUESTIONS =
      List.of(
          new Question("the ship of ", List.of("the sea and the wind", "land", "\u00e9\u00e9"), 1),
          new Question("", List.of("a road", "q"), 0),
          new Question("a road", List.of(" ", " to", " by the sea"), 2),
          new Question("the ship of the sea, the ship of", List.of(" the", "zz"), 0));

  @TempDir Path folder;

  /** Each choice alone, token by token from the logits of its prefixes. */
  @Test
  void should_give_the_scores_of_a_slow_loop() throws IOException {
    try (Run<Llama> run = SmallTexts.llama(folder).gate("topk").in(folder.resolve("run"))) {
      run.train();
      double right = 0;
      double byBytes = 0;
      double sum = 0;
      int tokens = 0;
      int bytes = 0;
      for (Question question : QUESTIONS) {
        List<Double> plain = new ArrayList<>();
        List<Double> perByte = new ArrayList<>();
        for (String choice : question.choices()) {
          List<Double> logs = logProbabilities(run, question.prompt(), choice);
          int length = choice.getBytes(StandardCharsets.UTF_8).length;
          plain.add(logs.stream().mapToDouble(log -> log).sum());
          perByte.add(plain.get(plain.size() - 1) / length);
          if (plain.size() - 1 == question.answer()) {
            sum -= plain.get(plain.size() - 1);
            tokens += logs.size();
            bytes += length;
          }
        }
        right += isBest(plain, question.answer()) ? 0.25 : 0;
        byBytes += isBest(perByte, question.answer()) ? 0.25 : 0;
      }
      ChoiceScores scores = run.choices(QUESTIONS, null);

      assertThat(scores.accuracy()).isEqualTo(right);
      assertThat(scores.normalizedAccuracy()).isEqualTo(byBytes);
      assertThat(scores.chance()).isCloseTo((1 / 3.0 + 0.5 + 1 / 3.0 + 0.5) / 4, within(1e-12));
      assertThat(scores.tokens()).isEqualTo(tokens);
      assertThat(scores.loss()).isCloseTo(sum / tokens, within(1e-5));
      assertThat(Measurement.bitsPerByte(scores.loss(), scores.bytesPerToken()))
          .isCloseTo(sum / Math.log(2) / bytes, within(1e-5));
      assertThatIllegalArgumentException()
          .isThrownBy(
              () ->
                  run.choices(List.of(new Question("a", List.of("sea ".repeat(99), "b"), 1)), null))
          .withMessageContaining("a choice must have 1 to 16 tokens, the model's positions, had");
    }
  }

  private static boolean isBest(List<Double> values, int answer) {
    return values.indexOf(values.stream().max(Double::compare).orElseThrow()) == answer;
  }

  private static List<Double> logProbabilities(Run<?> run, String prompt, String choice) {
    Tokenizer tokenizer = run.tokenizer();
    int begin = tokenizer.encode(prompt.stripTrailing()).length;
    IntStream ids = Arrays.stream(tokenizer.encode(prompt + choice));
    int[] whole =
        (begin == 0 ? IntStream.concat(IntStream.of(tokenizer.endOfText()), ids) : ids).toArray();
    int first = Math.max(0, whole.length - 1 - run.config().model().sequence());
    List<Double> logs = new ArrayList<>();
    for (int i = Math.max(1, begin); i < whole.length; i++) {
      double[] logits = run.logits(Arrays.copyOfRange(whole, first, i));
      double sum = Arrays.stream(logits).map(Math::exp).sum();
      logs.add(logits[whole[i]] - Math.log(sum));
    }
    return logs;
  }

  @Test
  void should_name_the_line_of_a_bad_question() throws IOException {
    assertRejected("[]", "line 2: must be {\"prompt\": text");
    assertRejected("{\"prompt\": \"a\", \"choices\": [\"b\", \"c\"]}", "line 2: must be {");
    assertRejected(
        "{\"prompt\": \"a\", \"choices\": [\"b\", \"c\"], \"answer\": 2}",
        "line 2: answer must be in 0..1, was 2");
    assertRejected(
        "{\"prompt\": \"a\", \"choices\": [\"b\", \"\"], \"answer\": 0}",
        "line 2: choices must be at least 2 texts that are not empty, were [b, ]");
    Path blank = Files.writeString(folder.resolve("blank.jsonl"), "\n");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> ChoiceScores.read(blank))
        .withMessageContaining("has no questions");
  }

  private void assertRejected(String line, String message) throws IOException {
    String good = "{\"prompt\": \"a\", \"choices\": [\"b\", \"c\"], \"answer\": 0}\n";
    Path file = Files.writeString(folder.resolve("questions.jsonl"), good + line + "\n");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> ChoiceScores.read(file))
        .withMessageContaining(message);
  }
}
