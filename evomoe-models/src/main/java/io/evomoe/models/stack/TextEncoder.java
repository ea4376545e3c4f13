package io.evomoe.models.stack;

import io.evomoe.evolution.EvolvingLayers;
import io.evomoe.moe.Gates;
import io.evomoe.nn.Block.NormPlacement;
import io.evomoe.nn.Dropout;
import io.evomoe.nn.Embedding;
import io.evomoe.nn.Layer;
import io.evomoe.nn.Norm;
import io.evomoe.nn.Output;
import io.evomoe.nn.Parameter;
import io.evomoe.nn.Pass;
import io.evomoe.nn.Scope;
import io.evomoe.nn.Scope.Initialization;
import io.evomoe.nn.Sequential;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Embeddings, dropout, blocks with MoE layers, and a normalization: the body of all models here,
 * and of a model of one's own, which adds a head and a loss. Pre-norm blocks are followed by the
 * normalization; post-norm blocks have it right after the embeddings.
 */
public final class TextEncoder {
  private final Scope scope;
  private final Embeddings embeddings;
  private final Stack stack;
  private final Sequential body;

  /** The rows before the first block. */
  public interface Embeddings {
    /** Returns the rows of the pass's tokens [S, d]; the pullback ends here. */
    Output lookUp(Pass pass);

    /** Returns the token table. */
    Embedding tokens();

    /** Returns the length of the longest sequence. */
    int positions();

    /** Returns all tables, except those of a larger model. */
    List<Parameter> parameters();
  }

  /**
   * Creates pre-norm layers after learned positions, with initial weights.
   *
   * @param root scope of the whole model
   * @param kind the tokens that a token attends to; no decoder
   * @param gates makes the gates, and decides whether there are experts
   */
  public TextEncoder(Scope root, LanguageModelConfig config, Stack.Kind kind, Gates gates) {
    this(root, config, true, kind, NormPlacement.BEFORE, gates);
  }

  /**
   * Creates layers with initial weights, as below.
   *
   * @param positioned whether positions are learned; if not, the attention has them
   */
  public TextEncoder(
      Scope root,
      LanguageModelConfig config,
      boolean positioned,
      Stack.Kind kind,
      NormPlacement placement,
      Gates gates) {
    this(
        root,
        new InputEmbedding(root, config, positioned),
        new Dropout(root.child("embeddings"), config.stack().dropout()),
        config.stack(),
        kind,
        placement,
        gates,
        config.stack().moeLayers());
  }

  /**
   * Creates layers with initial weights ({@link Initialization#gpt2}). Those of post-norm blocks
   * have the same deviation everywhere, as in BERT.
   *
   * @param scope contains the blocks, and {@code finalNorm} or {@code embeddingNorm}
   * @param dropout of the embeddings
   * @param moeLayersOfModel MoE blocks of all the model's encoders
   */
  public TextEncoder(
      Scope scope,
      Embeddings embeddings,
      Dropout dropout,
      StackConfig size,
      Stack.Kind kind,
      NormPlacement placement,
      Gates gates,
      int moeLayersOfModel) {
    this.scope = scope;
    this.embeddings = embeddings;
    boolean before = placement == NormPlacement.BEFORE;
    Initialization init = Initialization.gpt2(size.numHiddenLayers(), size.hiddenSize());
    stack =
        new Stack(
            scope,
            size,
            kind,
            placement,
            gates,
            moeLayersOfModel,
            before ? init : new Initialization(init.deviation(), init.deviation()),
            embeddings.tokens().entries());
    Layer norm =
        new Norm(
            scope.child(before ? "finalNorm" : "embeddingNorm"), size.hiddenSize(), size.norm());
    body = before ? Sequential.of(dropout, stack, norm) : Sequential.of(norm, dropout, stack);
  }

  /**
   * Returns a row for each token of the pass, [S, d]; the pullback ends at the embeddings.
   *
   * @throws IllegalArgumentException if a sequence, with its cached tokens, is too long
   */
  public Output encode(Pass pass) {
    if (pass.longest() > embeddings.positions()) {
      throw new IllegalArgumentException(
          "a sequence must have at most %d tokens, had %d"
              .formatted(embeddings.positions(), pass.longest()));
    }
    Output embedded = embeddings.lookUp(pass);
    Output hidden = body.forward(embedded.value(), pass);
    return new Output(
        hidden.value(),
        (INDArray dy) -> embedded.pullback().pull(hidden.pullback().pull(dy)),
        hidden.reports());
  }

  /**
   * Returns the rows of selected tokens, [rows.length, d]; all tokens take part in the computation.
   *
   * @param rows of the tokens, at least one
   */
  public Output encode(Pass pass, int[] rows) {
    Output hidden = encode(pass);
    double[] ones = new double[rows.length];
    Arrays.fill(ones, 1);
    int tokens = pass.tokens().size();
    return new Output(
        scope.kernels().gatherRows(hidden.value(), rows),
        dy -> hidden.pullback().pull(scope.kernels().combineRows(dy, rows, ones, tokens)),
        hidden.reports());
  }

  /** Returns the token table. */
  public Embedding tokens() {
    return embeddings.tokens();
  }

  /** Returns the output head that is tied to the token table. It has no parameters of its own. */
  public Layer tiedHead() {
    return new Layer() {
      @Override
      public Output forward(INDArray x, Pass pass) {
        return tokens().logits(x);
      }

      @Override
      public List<Parameter> parameters() {
        return List.of();
      }
    };
  }

  /** Returns the trainable parameters in a fixed order. */
  public List<Parameter> parameters() {
    return Stream.of(embeddings.parameters(), body.parameters()).flatMap(List::stream).toList();
  }

  /** Returns the layers that have experts or can get them. */
  public EvolvingLayers evolving() {
    return stack.evolving();
  }

  /** Returns the parameters in the matrix products of one token, without the embedding tables. */
  public double activeParameters(double meanActiveExperts) {
    double all = body.parameters().stream().mapToLong(Parameter::length).sum();
    return all - evolving().idleParameters(meanActiveExperts);
  }
}
