package io.evomoe.models.roberta;

import io.evomoe.models.stack.EncoderModel;
import io.evomoe.models.stack.LanguageModelConfig;
import io.evomoe.models.stack.Stack;
import io.evomoe.models.stack.TextEncoder;
import io.evomoe.models.text.LanguageBatch;
import io.evomoe.moe.Gates;
import io.evomoe.nn.Block.NormPlacement;
import io.evomoe.nn.Pass;
import io.evomoe.nn.Scope;
import io.evomoe.nn.Scope.Initialization;
import io.evomoe.nn.TokenBatch;
import io.evomoe.step.StepContext;
import io.evomoe.training.Loss;
import java.util.stream.IntStream;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * RoBERTa's architecture (Liu et al. 2019), which is BERT's (Devlin et al. 2018), with experts in
 * any of its blocks. It has learned positions, normalized embeddings and bidirectional post-norm
 * blocks. Its head is tied to the token embedding and predicts masked tokens.
 *
 * <p>Weights start from N(0, deviation) with BERT's deviation of 0.02 at hidden size 768. At others
 * it is proportional to {@code 1 / sqrt(width)}, as in {@link Initialization#gpt2}. Logits are
 * computed only for targets that count.
 */
public final class Roberta extends EncoderModel<LanguageBatch> {
  private final LanguageModelConfig config;

  /**
   * Creates a RoBERTa with initial weights.
   *
   * @param config its dropout rate applies to a classifier's head too; weights from Hugging Face
   *     need a position offset and token types
   * @param gates makes the gates, and decides whether there are experts; gates may be bidirectional
   * @param root scope of the whole model: the seed of all initial weights, and the kernels, whose
   *     data type is the model's
   */
  public Roberta(LanguageModelConfig config, Gates gates, Scope root) {
    super(
        root,
        root.seed(),
        new TextEncoder(root, config, true, Stack.Kind.BIDIRECTIONAL, NormPlacement.AFTER, gates),
        encoder -> new MaskedTokenHead(root.child("head"), encoder.tokens(), config.stack()),
        true);
    this.config = config;
  }

  /**
   * Returns the loss of predicting the tokens that have a target, which are the masked ones.
   *
   * @param batch sequences of at most {@link LanguageModelConfig#positions()} tokens
   */
  @Override
  public Loss loss(LanguageBatch batch, StepContext context) {
    int[] all = batch.targets();
    int[] rows = IntStream.range(0, all.length).filter(s -> all[s] >= 0).toArray();
    int counted = rows.length;
    if (counted == 0) {
      rows = new int[1]; // Arrays need at least one row; the target of this one is ignored.
    }
    int[] targets = IntStream.of(rows).map(s -> all[s]).toArray();
    return crossEntropy(batch.tokens(), rows, targets, counted, context);
  }

  /**
   * Returns the logits of selected tokens in evaluation mode.
   *
   * @param read sequences of at most {@link LanguageModelConfig#positions()} tokens
   * @param rows rows of the selected tokens, at least one
   * @return [rows.length, vocabulary]
   */
  public INDArray logits(TokenBatch read, int[] rows, StepContext context) {
    return logits(new Pass(context.evaluating(), read), rows);
  }

  /** Returns the size. */
  public LanguageModelConfig config() {
    return config;
  }
}
