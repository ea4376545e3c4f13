package io.evomoe.models.causal;

import io.evomoe.internal.names.FieldBound;
import io.evomoe.models.causal.GenerationBatch.Text;
import io.evomoe.models.stack.LanguageModelConfig;
import io.evomoe.step.StepContext;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.IntPredicate;

/** Continues texts token by token, alone or together. Thread-safe. */
public final class Generation {
  private final CausalLanguageModel model;
  private final StepContext context;
  private final int tokens;

  /** Generates with a model at a step, whose phase and temperature control the gates. */
  public Generation(CausalLanguageModel model, StepContext context) {
    this(model, context, model.config().vocabulary());
  }

  /**
   * Generates with a model whose table has more rows than its tokenizer has tokens, as imported
   * models may have.
   *
   * @param tokens ids from this one on are never chosen; 1 to the model's vocabulary
   */
  public Generation(CausalLanguageModel model, StepContext context, int tokens) {
    if (tokens < 1 || tokens > model.config().vocabulary()) {
      throw new IllegalArgumentException(
          "tokens must be in 1..%d, was %d".formatted(model.config().vocabulary(), tokens));
    }
    this.model = model;
    this.context = context.evaluating();
    this.tokens = tokens;
  }

  /** Returns an empty batch of texts, which join and leave at every step. */
  public GenerationBatch batch() {
    return new GenerationBatch(model, context, tokens);
  }

  /**
   * Returns the prompt followed by new tokens. Only the last {@link
   * LanguageModelConfig#positions()} tokens are read.
   *
   * @param prompt at least one id
   * @param config settings; stop strings and timeout are ignored
   * @param stop ends the text before such a token
   */
  public int[] generate(int[] prompt, GenerationConfig config, IntPredicate stop) {
    return generate(List.of(prompt), config, stop).get(0);
  }

  /**
   * Continues several prompts in one batch. Each text is the same as alone.
   *
   * @param prompts at least one, each with at least one id
   * @param config settings; stop strings and timeout are ignored
   * @param stop ends a text before such a token
   */
  public List<int[]> generate(List<int[]> prompts, GenerationConfig config, IntPredicate stop) {
    FieldBound.atLeast("prompts", prompts.size(), 1);
    try (GenerationBatch batch = batch()) {
      List<Text> texts = prompts.stream().map(prompt -> batch.join(prompt, config)).toList();
      Set<Text> stopped = new HashSet<>();
      while (batch.size() > 0) {
        for (Text text : batch.step()) {
          if (stop.test(text.last())) {
            stopped.add(text);
            batch.leave(text);
          }
        }
      }
      return texts.stream().map(text -> ids(text, stopped.contains(text))).toList();
    }
  }

  private static int[] ids(Text text, boolean stopped) {
    int[] ids = text.ids();
    return stopped ? Arrays.copyOf(ids, ids.length - 1) : ids;
  }
}
