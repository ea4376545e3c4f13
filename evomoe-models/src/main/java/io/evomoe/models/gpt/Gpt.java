package io.evomoe.models.gpt;

import io.evomoe.models.causal.CausalLanguageModel;
import io.evomoe.models.stack.EmbeddingSize;
import io.evomoe.models.stack.InputEmbedding;
import io.evomoe.moe.Gates;
import io.evomoe.nn.Output;
import io.evomoe.nn.Parameter;
import io.evomoe.nn.Pass;
import io.evomoe.nn.Scope;
import java.util.List;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * GPT-2's architecture (Radford et al. 2019) with experts in any of its blocks. It has learned
 * positions, pre-norm blocks, a final normalization, and an output head tied to the token
 * embedding.
 */
public final class Gpt extends CausalLanguageModel {
  private final GptConfig config;
  private final InputEmbedding embedding;

  /**
   * Creates a GPT with initial weights.
   *
   * @param gates makes the gates, and decides whether there are experts
   * @param root scope of the whole model: the seed of all initial weights, and the kernels, whose
   *     data type is the model's
   */
  public Gpt(GptConfig config, Gates gates, Scope root) {
    super(config.vocabulary(), config.positions(), config.stack(), gates, root);
    this.config = config;
    embedding =
        new InputEmbedding(
            root,
            EmbeddingSize.of(config.vocabulary(), config.positions()),
            config.stack().hiddenSize(),
            initialization(config.stack()).deviation());
  }

  @Override
  protected Output embed(Pass pass) {
    return embedding.lookUp(pass);
  }

  @Override
  protected Output logits(INDArray hidden, Pass pass) {
    return embedding.tokens().logits(hidden);
  }

  @Override
  protected List<Parameter> embeddingParameters() {
    return embedding.parameters();
  }

  @Override
  protected long lookedUp() {
    return embedding.lookedUp();
  }

  /** Returns the size. */
  public GptConfig config() {
    return config;
  }
}
