package io.evomoe.models.stack;

import io.evomoe.kernel.Kernels;
import io.evomoe.nn.Embedding;
import io.evomoe.nn.Output;
import io.evomoe.nn.Parameter;
import io.evomoe.nn.Pass;
import io.evomoe.nn.Scope;
import io.evomoe.nn.TokenBatch;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;

/** The sum of a token embedding and learned positions, which count from 0 in each sequence. */
public final class InputEmbedding {
  private final Kernels kernels;
  private final Embedding tokens;
  private final Embedding positions;

  /**
   * Draws both tables from N(0, deviation).
   *
   * @param scope holds {@code tokens} and {@code positions}
   * @param positions longest sequence
   */
  public InputEmbedding(Scope scope, int vocabulary, int positions, int width, double deviation) {
    this.kernels = scope.kernels();
    this.tokens = new Embedding(scope.child("tokens"), vocabulary, width, deviation);
    this.positions = new Embedding(scope.child("positions"), positions, width, deviation);
  }

  /**
   * Rows of the pass's tokens [S, d]; the pullback returns its argument.
   *
   * @throws IllegalArgumentException if the sequences, with what is cached of them, are too long
   */
  public Output lookUp(Pass pass) {
    TokenBatch read = pass.tokens();
    int first = pass.firstPosition();
    if (first + read.length() > positions.entries()) {
      throw new IllegalArgumentException(
          "a sequence must have at most %d tokens, had %d"
              .formatted(positions.entries(), first + read.length()));
    }
    int[] places = new int[read.size()];
    Arrays.setAll(places, s -> first + s % read.length());
    Output token = tokens.lookUp(read.ids());
    Output position = positions.lookUp(places);
    return new Output(
        kernels.add(token.value(), position.value()),
        dy -> {
          token.pullback().pull(dy);
          return position.pullback().pull(dy);
        });
  }

  /** The table of tokens, for an output head that is tied to it. */
  public Embedding tokens() {
    return tokens;
  }

  /** The table of positions. */
  public Embedding positions() {
    return positions;
  }

  /** Both tables. */
  public List<Parameter> parameters() {
    return Stream.of(tokens.parameters(), positions.parameters()).flatMap(List::stream).toList();
  }
}
