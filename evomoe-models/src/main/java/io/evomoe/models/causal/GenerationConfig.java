package io.evomoe.models.causal;

import io.evomoe.internal.names.Field;
import io.evomoe.internal.names.Fields;
import io.soabase.recordbuilder.core.RecordBuilder;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Settings of a generation. Names and meanings are those of Hugging Face's {@code
 * GenerationConfig}; its {@code max_time} is {@code timeout} here.
 *
 * <p>The next token is drawn in this order: repetition penalty, temperature, top-k, top-p. A draw
 * depends only on the seed and the position in the text. Top-p is that of Holtzman et al. 2020
 * (arXiv 1904.09751). The repetition penalty is that of Keskar et al. 2019 (arXiv 1909.05858): it
 * divides the positive logits of all tokens of the text and multiplies the negative ones.
 */
@RecordBuilder
public record GenerationConfig(
    @Field(doc = "maximum number of new tokens", initial = "64", min = 0) int maxNewTokens,
    @Field(
            doc =
                "divisor of the logits; 0 takes the token with the highest logit, the lowest id if "
                    + "equal",
            initial = "0.8",
            min = 0)
        double temperature,
    @Field(doc = "number of most likely tokens to draw from; 0 for all", initial = "40", min = 0)
        int topK,
    @Field(
            doc =
                "draws from the most likely tokens whose probabilities first sum to this; 1 for"
                    + " all",
            initial = "1",
            above = 0,
            max = 1)
        double topP,
    @Field(
            doc = "above 1 makes tokens of the text less likely; 1 for none",
            initial = "1",
            above = 0)
        double repetitionPenalty,
    @Field(doc = "seed of the draws", initial = "1") long seed,
    @Field(doc = "a text ends before the first of these, none of them empty", initial = "[]")
        List<String> stopStrings,
    @Field(doc = "maximum time for a text from its request, above 0; null for no limit")
        @Nullable Duration timeout)
    implements GenerationConfigBuilder.With {

  private static final GenerationConfig DEFAULTS =
      Fields.defaults(GenerationConfig.class, Map.of("stopStrings", List.of()));

  /** Rejects values out of bounds. */
  public GenerationConfig {
    Fields.require(
        GenerationConfig.class,
        maxNewTokens,
        temperature,
        topK,
        topP,
        repetitionPenalty,
        seed,
        stopStrings,
        timeout);
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
}
