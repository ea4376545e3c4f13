package io.evomoe.run.internal.task;

import io.evomoe.models.text.CorpusBatches;
import io.evomoe.models.text.LanguageBatch;
import io.evomoe.models.text.MaskedBatches;
import io.evomoe.models.text.PackedBatches;
import io.evomoe.models.text.SpecialTokens;
import io.evomoe.models.text.TokenStream;
import io.evomoe.models.text.Tokenizer;
import io.evomoe.run.config.RunConfig;

/**
 * Which tokens of a text a language model learns to name.
 *
 * @param causal whether a token's output must not depend on later tokens
 * @param special tokens that the tokenizer needs
 * @param counted what the loss counts, for people
 * @param remark what is done with the tokens, after their number; may be empty
 * @param batching how sequences of a text are made
 */
record LanguageObjective(
    boolean causal, SpecialTokens special, String counted, String remark, Batching batching) {
  /** The next one. */
  static final LanguageObjective CAUSAL =
      new LanguageObjective(
          true,
          SpecialTokens.GPT,
          "tokens",
          "",
          (text, tokenizer, config) ->
              packed(
                  new PackedBatches(
                      text, config.model().sequence(), config.training().batch(), config.seed()),
                  tokenizer,
                  config));

  /** Hidden ones. */
  static final LanguageObjective MASKED =
      new LanguageObjective(
          false,
          SpecialTokens.ROBERTA,
          "masked tokens",
          ", 15% of them masked,",
          (text, tokenizer, config) ->
              new MaskedBatches(
                  text,
                  tokenizer,
                  config.model().sequence(),
                  config.training().batch(),
                  config.seed()));

  private static PackedBatches packed(
      PackedBatches batches, Tokenizer tokenizer, RunConfig config) {
    return config.model().documentMask() ? batches.withDocuments(tokenizer.endOfText()) : batches;
  }

  /** Sequences of text. */
  CorpusBatches<LanguageBatch> batches(TokenStream text, Tokenizer tokenizer, RunConfig config) {
    return batching.batches(text, tokenizer, config);
  }

  /** How sequences of a text are made. */
  interface Batching {
    CorpusBatches<LanguageBatch> batches(TokenStream text, Tokenizer tokenizer, RunConfig config);
  }
}
