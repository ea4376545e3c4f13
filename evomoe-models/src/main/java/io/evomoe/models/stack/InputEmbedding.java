package io.evomoe.models.stack;

import io.evomoe.kernel.Kernels;
import io.evomoe.nn.Embedding;
import io.evomoe.nn.Output;
import io.evomoe.nn.Parameter;
import io.evomoe.nn.Pass;
import io.evomoe.nn.Scope;
import io.evomoe.nn.TokenBatch;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.nd4j.linalg.api.ndarray.INDArray;

/** The sum of token embedding, learned positions and, if present, token types. */
public final class InputEmbedding {
  private final Kernels kernels;
  private final EmbeddingSize size;
  private final Embedding tokens;
  private final Embedding positions;
  private final Optional<Embedding> tokenTypes;

  /**
   * Draws all tables from N(0, deviation).
   *
   * @param scope contains {@code tokens}, {@code positions} and {@code tokenTypes}
   */
  public InputEmbedding(Scope scope, EmbeddingSize size, int width, double deviation) {
    this.kernels = scope.kernels();
    this.size = size;
    this.tokens = new Embedding(scope.child("tokens"), size.vocabulary(), width, deviation);
    int places = size.positions() + size.positionOffset();
    this.positions = new Embedding(scope.child("positions"), places, width, deviation);
    this.tokenTypes =
        size.tokenTypes() == 0
            ? Optional.empty()
            : Optional.of(
                new Embedding(scope.child("tokenTypes"), size.tokenTypes(), width, deviation));
  }

  /**
   * Returns the rows of the pass's tokens [S, d]; the pullback returns its argument.
   *
   * @throws IllegalArgumentException if the sequences, with their cached tokens, are too long
   */
  public Output lookUp(Pass pass) {
    TokenBatch read = pass.tokens();
    Output token = tokens.lookUp(read.ids());
    Output position = positions.lookUp(places(pass));
    INDArray sum = kernels.add(token.value(), position.value());
    Optional<Output> type = tokenTypes.map(table -> table.lookUp(new int[read.size()]));
    type.ifPresent(row -> kernels.addInto(sum, row.value()));
    return new Output(
        sum,
        dy -> {
          token.pullback().pull(dy);
          type.ifPresent(row -> row.pullback().pull(dy));
          return position.pullback().pull(dy);
        });
  }

  /** Returns the row of the position table for each token. */
  private int[] places(Pass pass) {
    if (pass.longest() > size.positions()) {
      throw new IllegalArgumentException(
          "a sequence must have at most %d tokens, had %d"
              .formatted(size.positions(), pass.longest()));
    }
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

  /** Returns the token table, for an output head that is tied to it. */
  public Embedding tokens() {
    return tokens;
  }

  /** Returns the number of table elements that are only looked up. */
  public long lookedUp() {
    return Stream.concat(Stream.of(positions), tokenTypes.stream())
        .flatMap(table -> table.parameters().stream())
        .mapToLong(Parameter::length)
        .sum();
  }

  /** Returns all tables. */
  public List<Parameter> parameters() {
    return Stream.concat(Stream.of(tokens, positions), tokenTypes.stream())
        .flatMap(table -> table.parameters().stream())
        .toList();
  }
}
