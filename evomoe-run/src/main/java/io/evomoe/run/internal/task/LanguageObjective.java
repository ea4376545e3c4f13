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
 * The tokens of a text that a language model learns to predict.
 *
 * @param causal whether a token's output must not depend on later tokens
 * @param special tokens that the tokenizer needs
 * @param counted kind of the tokens in the loss, for the user
 * @param remark text after their number; may be empty
 * @param batching how sequences are made from a text
 */
record LanguageObjective(
    boolean causal, SpecialTokens special, String counted, String remark, Batching batching) {
  /** The next token. */
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

  /** Masked tokens. */
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

  /** Returns sequences of text. */
  CorpusBatches<LanguageBatch> batches(TokenStream text, Tokenizer tokenizer, RunConfig config) {
    return batching.batches(text, tokenizer, config);
  }

  /** Makes sequences from a text. */
  interface Batching {
    CorpusBatches<LanguageBatch> batches(TokenStream text, Tokenizer tokenizer, RunConfig config);
  }
}
