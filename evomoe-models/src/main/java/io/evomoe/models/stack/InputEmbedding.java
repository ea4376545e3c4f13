package io.evomoe.models.stack;

import io.evomoe.kernel.Kernels;
import io.evomoe.nn.Embedding;
import io.evomoe.nn.Output;
import io.evomoe.nn.Parameter;
import io.evomoe.nn.Pass;
import io.evomoe.nn.Scope;
import io.evomoe.nn.Scope.Initialization;
import io.evomoe.nn.TokenBatch;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;

/** The sum of token embedding and, if present, learned positions and token types. */
final class InputEmbedding implements TextEncoder.Embeddings {
  private final Kernels kernels;
  private final LanguageModelConfig size;
  private final Embedding tokens;
  private final @Nullable Embedding positions;
  private final @Nullable Embedding tokenTypes;

  /**
   * Draws all tables from N(0, deviation) of {@link Initialization#gpt2}.
   *
   * @param scope contains {@code tokens} and, where the size has them, tables of positions and
   *     token types
   * @param positioned whether positions are learned; if not, the attention has them
   */
  InputEmbedding(Scope scope, LanguageModelConfig size, boolean positioned) {
    int width = size.stack().hiddenSize();
    double deviation = Initialization.gpt2(size.stack().numHiddenLayers(), width).deviation();
    this.kernels = scope.kernels();
    this.size = size;
    this.tokens = new Embedding(scope.child("tokens"), size.vocabulary(), width, deviation);
    int places = size.positions() + size.positionOffset();
    this.positions =
        positioned ? new Embedding(scope.child("positions"), places, width, deviation) : null;
    this.tokenTypes =
        size.tokenTypes() == 0
            ? null
            : new Embedding(scope.child("tokenTypes"), size.tokenTypes(), width, deviation);
  }

  /** Returns the rows of the pass's tokens [S, d]; the pullback returns its argument. */
  @Override
  public Output lookUp(Pass pass) {
    TokenBatch read = pass.tokens();
    Output token = tokens.lookUp(read.ids());
    if (positions == null) {
      return token;
    }
    Output position = positions.lookUp(places(pass));
    INDArray sum = kernels.add(token.value(), position.value());
    Output type = tokenTypes == null ? null : tokenTypes.lookUp(new int[read.size()]);
    if (type != null) {
      kernels.addInto(sum, type.value());
    }
    return new Output(
        sum,
        dy -> {
          token.pullback().pull(dy);
          if (type != null) {
            type.pullback().pull(dy);
          }
          return position.pullback().pull(dy);
        });
  }

  /** Returns the row of the position table for each token. */
  private int[] places(Pass pass) {
    int[] places = pass.positions();
    if (size.positionOffset() == 0) {
      return places;
    }
    TokenBatch read = pass.tokens();
    int next = size.positionOffset();
    for (int s = 0; s < places.length; s++) {
      next = s % read.length() == 0 ? size.positionOffset() + places[s] : next;
      places[s] = read.isPadding(s) ? size.positionOffset() - 1 : next++;
    }
    return places;
  }

  @Override
  public Embedding tokens() {
    return tokens;
  }

  @Override
  public int positions() {
    return size.positions();
  }

  @Override
  public List<Parameter> parameters() {
    return Stream.of(Stream.of(tokens), Stream.ofNullable(positions), Stream.ofNullable(tokenTypes))
        .flatMap(tables -> tables)
        .flatMap(table -> table.parameters().stream())
        .toList();
  }
}
