package io.evomoe.models.causal;

import io.evomoe.internal.names.FieldBound;
import java.time.Duration;
import java.util.List;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * Settings of a generation. Names and meanings are those of Hugging Face's {@code
 * GenerationConfig}; its {@code max_time} is {@code timeout} here.
 *
 * <p>The next token is drawn in this order: repetition penalty, temperature, top-k, top-p. A draw
 * depends only on the seed and the position in the text.
 *
 * @param maxNewTokens maximum number of new tokens, at least 0; default 64
 * @param temperature divisor of the logits, at least 0; 0 takes the token with the highest logit,
 *     the lowest id if equal; default 0.8
 * @param topK number of most likely tokens to draw from; 0 for all; default 40
 * @param topP draws from the most likely tokens whose probabilities first sum to this, in (0, 1]; 1
 *     for all (Holtzman et al. 2020, arXiv 1904.09751); default 1
 * @param repetitionPenalty divides the positive logits of all tokens of the text and multiplies the
 *     negative ones, above 0; 1 for none (Keskar et al. 2019, arXiv 1909.05858); default 1
 * @param seed seed of the draws; default 1
 * @param stopStrings a text ends before the first of these, none of them empty; default none
 * @param timeout maximum time for a text from its request, above 0; null for no limit
 */
public record GenerationConfig(
    int maxNewTokens,
    double temperature,
    int topK,
    double topP,
    double repetitionPenalty,
    long seed,
    List<String> stopStrings,
    @Nullable Duration timeout) {

  private static final GenerationConfig DEFAULTS =
      new GenerationConfig(64, 0.8, 40, 1, 1, 1, List.of(), null);

  /** Rejects values out of bounds. */
  public GenerationConfig {
    FieldBound.atLeast("maxNewTokens", maxNewTokens, 0);
    if (!(temperature >= 0) || Double.isInfinite(temperature)) {
      throw new IllegalArgumentException(
          "temperature must be at least 0 and finite, was " + temperature);
    }
    FieldBound.atLeast("topK", topK, 0);
    if (!(topP > 0 && topP <= 1)) {
      throw new IllegalArgumentException("topP must be above 0 and at most 1, was " + topP);
    }
    if (!(repetitionPenalty > 0) || Double.isInfinite(repetitionPenalty)) {
      throw new IllegalArgumentException(
          "repetitionPenalty must be above 0 and finite, was " + repetitionPenalty);
    }
    stopStrings = List.copyOf(stopStrings);
    if (stopStrings.contains("")) {
      throw new IllegalArgumentException("stopStrings must not be empty, had an empty one");
    }
    if (timeout != null && (timeout.isNegative() || timeout.isZero())) {
      throw new IllegalArgumentException("timeout must be above 0, was " + timeout);
    }
  }

  /** Returns the default settings. */
  public static GenerationConfig defaults() {
    return DEFAULTS;
  }

  /** Returns default settings that always take the most likely token. */
  public static GenerationConfig greedy() {
    return DEFAULTS.with(g -> g.temperature(0));
  }

  /** Returns a copy with changed fields. */
  public GenerationConfig with(UnaryOperator<Builder> change) {
    return change.apply(new Builder(this)).build();
  }

  /** Changes fields of a configuration. */
  public static final class Builder {
    private int maxNewTokens;
    private double temperature;
    private int topK;
    private double topP;
    private double repetitionPenalty;
    private long seed;
    private List<String> stopStrings;
    private @Nullable Duration timeout;

    private Builder(GenerationConfig from) {
      maxNewTokens = from.maxNewTokens;
      temperature = from.temperature;
      topK = from.topK;
      topP = from.topP;
      repetitionPenalty = from.repetitionPenalty;
      seed = from.seed;
      stopStrings = from.stopStrings;
      timeout = from.timeout;
    }

    /** Sets {@link GenerationConfig#maxNewTokens}. */
    public Builder maxNewTokens(int value) {
      maxNewTokens = value;
      return this;
    }

    /** Sets {@link GenerationConfig#temperature}. */
    public Builder temperature(double value) {
      temperature = value;
      return this;
    }

    /** Sets {@link GenerationConfig#topK}. */
    public Builder topK(int value) {
      topK = value;
      return this;
    }

    /** Sets {@link GenerationConfig#topP}. */
    public Builder topP(double value) {
      topP = value;
      return this;
    }

    /** Sets {@link GenerationConfig#repetitionPenalty}. */
    public Builder repetitionPenalty(double value) {
      repetitionPenalty = value;
      return this;
    }

    /** Sets {@link GenerationConfig#seed}. */
    public Builder seed(long value) {
      seed = value;
      return this;
    }

    /** Sets {@link GenerationConfig#stopStrings}. */
    public Builder stopStrings(String... values) {
      stopStrings = List.of(values);
      return this;
    }

    /** Sets {@link GenerationConfig#timeout}. */
    public Builder timeout(@Nullable Duration value) {
      timeout = value;
      return this;
    }

    private GenerationConfig build() {
      return new GenerationConfig(
          maxNewTokens, temperature, topK, topP, repetitionPenalty, seed, stopStrings, timeout);
    }
  }
}
