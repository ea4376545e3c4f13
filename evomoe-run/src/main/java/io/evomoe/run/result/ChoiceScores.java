package io.evomoe.run.result;

import io.evomoe.models.causal.CausalLanguageModel;
import io.evomoe.models.internal.text.Utf8Text;
import io.evomoe.models.text.Tokenizer;
import io.evomoe.nn.TokenBatch;
import io.evomoe.nn.internal.Workspaces;
import io.evomoe.run.record.Json;
import io.evomoe.step.StepContext;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import org.nd4j.linalg.api.memory.MemoryWorkspace;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Answers of a causal language model to questions with several choices. The answer is the choice
 * with the highest log-likelihood after the prompt, plain or divided by the choice's UTF-8 bytes.
 * The first is {@code acc} of EleutherAI's lm-evaluation-harness, whose {@code acc_norm} divides by
 * characters without the space before a choice.
 *
 * @param questions number of questions
 * @param accuracy share of the questions with the right choice by log-likelihood, in 0..1
 * @param normalizedAccuracy the same by log-likelihood per byte
 * @param chance expected accuracy of a guess
 * @param tokens number of tokens in the right choices
 * @param loss mean cross-entropy of these tokens, in nats
 * @param bytesPerToken UTF-8 bytes of the right choices per token
 */
public record ChoiceScores(
    int questions,
    double accuracy,
    double normalizedAccuracy,
    double chance,
    long tokens,
    double loss,
    double bytesPerToken) {
  private static final String FORM =
      "{\"prompt\": text, \"choices\": [text, text], \"answer\": index from 0}";

  /**
   * A line of a file of questions.
   *
   * @param prompt text before each choice; may be empty, for the beginning of a document
   * @param choices texts that follow the prompt as they are, at least two
   * @param answer index of the right choice, from 0
   */
  public record Question(String prompt, List<String> choices, int answer) {

    /** Rejects fewer than two choices, an empty one, and an answer that is none of them. */
    public Question {
      choices = List.copyOf(choices);
      if (choices.size() < 2 || choices.contains("")) {
        throw new IllegalArgumentException(
            "choices must be at least 2 texts that are not empty, were " + choices);
      }
      if (answer < 0 || answer >= choices.size()) {
        throw new IllegalArgumentException(
            "answer must be in 0..%d, was %d".formatted(choices.size() - 1, answer));
      }
    }
  }

  /**
   * Reads questions: a JSON object with {@code prompt}, {@code choices} and {@code answer} on each
   * line.
   *
   * @throws IllegalArgumentException naming the file, and the line that cannot be read
   */
  public static List<Question> read(Path file) {
    List<Question> questions = new ArrayList<>();
    Utf8Text.lines(
        "question file " + file,
        file,
        (line, number) -> {
          if (!line.isBlank()) {
            questions.add(question(line, "%s, line %d".formatted(file, number)));
          }
        });
    if (questions.isEmpty()) {
      throw new IllegalArgumentException(file + " has no questions: each line must be " + FORM);
    }
    return questions;
  }

  private static Question question(String line, String place) {
    try {
      return Json.read(line, Question.class, place + ": must be " + FORM);
    } catch (IllegalArgumentException e) {
      Throwable json = e.getCause();
      throw json != null && json.getCause() instanceof IllegalArgumentException bound
          ? new IllegalArgumentException(place + ": " + bound.getMessage(), e)
          : e;
    }
  }

  /**
   * Measures a model. If prompt and choice are longer than the model's positions, the beginning of
   * the prompt is left out.
   *
   * @param context phase and temperature to measure at
   * @throws IllegalArgumentException if a choice alone is longer than the model's positions
   */
  public static ChoiceScores of(
      CausalLanguageModel model,
      StepContext context,
      Tokenizer tokenizer,
      List<Question> questions) {
    int right = 0;
    int normalized = 0;
    double chance = 0;
    long tokens = 0;
    long bytes = 0;
    double sum = 0;
    for (Question question : questions) {
      int answer = question.answer();
      List<Encoded> choices =
          question.choices().stream()
              .map(choice -> Encoded.of(question.prompt(), choice, tokenizer))
              .toList();
      double[] plain = logLikelihoods(model, context, choices);
      double[] perByte = new double[plain.length];
      Arrays.setAll(perByte, i -> plain[i] / choices.get(i).bytes);
      right += argMax(plain) == answer ? 1 : 0;
      normalized += argMax(perByte) == answer ? 1 : 0;
      chance += 1.0 / plain.length;
      tokens += choices.get(answer).tokens;
      bytes += choices.get(answer).bytes;
      sum -= plain[answer];
    }
    double count = questions.size();
    return new ChoiceScores(
        questions.size(),
        right / count,
        normalized / count,
        chance / count,
        tokens,
        sum / tokens,
        (double) bytes / tokens);
  }

  private static double[] logLikelihoods(
      CausalLanguageModel model, StepContext context, List<Encoded> choices) {
    int positions = model.config().positions();
    List<int[]> read = choices.stream().map(choice -> choice.read(positions)).toList();
    double[] sums = new double[choices.size()];
    try (MemoryWorkspace ignored = Workspaces.open("EVOMOE_CHOICES")) {
      TokenBatch batch = TokenBatch.padded(read, 0);
      INDArray logits = model.logits(batch, context);
      for (int c = 0; c < sums.length; c++) {
        int[] ids = choices.get(c).ids;
        int end = c * batch.length() + read.get(c).length;
        for (int t = 0; t < choices.get(c).tokens; t++) {
          double[] row = logits.getRow(end - 1L - t).toDoubleVector();
          sums[c] += logProbability(row, ids[ids.length - 1 - t]);
        }
      }
    }
    return sums;
  }

  private static double logProbability(double[] logits, int id) {
    double most = Arrays.stream(logits).max().orElseThrow();
    double sum = Arrays.stream(logits).map(logit -> Math.exp(logit - most)).sum();
    return logits[id] - most - Math.log(sum);
  }

  /** Returns the first of the largest values. */
  private static int argMax(double[] values) {
    int best = 0;
    for (int i = 1; i < values.length; i++) {
      best = values[i] > values[best] ? i : best;
    }
    return best;
  }

  /** Returns lines for the user; they follow the name of the model. */
  public List<String> lines() {
    return List.of(
        String.format(
            Locale.ROOT,
            "%,d questions: accuracy %.1f%%, by bytes %.1f%%, by chance %.1f%%",
            questions,
            100 * accuracy,
            100 * normalizedAccuracy,
            100 * chance),
        String.format(
            Locale.ROOT,
            "right answers of %,d tokens: loss %.4f nats, perplexity %.2f, %.3f bits per byte",
            tokens,
            loss,
            Math.exp(loss),
            Measurement.bitsPerByte(loss, bytesPerToken)));
  }

  /**
   * A prompt with a choice.
   *
   * @param ids ids of both
   * @param tokens number of ids of the choice, and of spaces at the end of the prompt, which belong
   *     to the choice's first token
   * @param bytes UTF-8 bytes of the choice
   */
  @SuppressWarnings("ArrayRecordComponent") // never compared
  private record Encoded(int[] ids, int tokens, int bytes) {

    static Encoded of(String prompt, String choice, Tokenizer tokenizer) {
      int begin = tokenizer.encode(prompt.stripTrailing()).length;
      int[] ids = tokenizer.encode(prompt + choice);
      if (begin == 0) {
        int[] begun = new int[ids.length + 1];
        begun[0] = tokenizer.endOfText();
        System.arraycopy(ids, 0, begun, 1, ids.length);
        return new Encoded(begun, ids.length, bytes(choice));
      }
      return new Encoded(ids, ids.length - begin, bytes(choice));
    }

    private static int bytes(String text) {
      return text.getBytes(StandardCharsets.UTF_8).length;
    }

    /** Returns the ids that are read to predict those of the choice. */
    int[] read(int positions) {
      if (tokens > positions || tokens < 1) {
        throw new IllegalArgumentException(
            "a choice must have 1 to %d tokens, the model's positions, had %d"
                .formatted(positions, tokens));
      }
      int last = ids.length - 1;
      return Arrays.copyOfRange(ids, Math.max(0, last - positions), last);
    }
  }
}
