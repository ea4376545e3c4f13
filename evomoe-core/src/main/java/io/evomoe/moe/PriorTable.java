package io.evomoe.moe;

import io.evomoe.kernel.Kernels;
import io.evomoe.moe.RouterOptions.Prior;
import io.evomoe.moe.RouterOptions.PriorFallback;
import io.evomoe.nn.Parameter;
import io.evomoe.nn.TokenBatch;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** B, with the lookup of its row for each token of a batch. */
final class PriorTable {
  private final Kernels kernels;
  private final Parameter parameter;
  private final PriorFallback fallback;

  /** Whether the row of each id is zero, which never changes. Null until first used. */
  private volatile boolean @Nullable [] silent;

  /** Draws B, with zero rows for ids that stand for no text. */
  PriorTable(GateSpec spec, RouterOptions options) {
    this.kernels = spec.scope().kernels();
    this.fallback = options.priorFallback();
    this.parameter =
        spec.scope()
            .alongExperts(1)
            .normal("prior", options.priorScale(), spec.vocabulary(), spec.experts());
    spec.training().specialIds().stream()
        .filter(id -> id < spec.vocabulary())
        .forEach(id -> parameter.value().getRow(id).assign(0));
    if (options.prior() != Prior.LEARNED) {
      parameter.freeze();
    }
  }

  /** Returns B [V, E], frozen unless it is learned. */
  Parameter parameter() {
    return parameter;
  }

  /**
   * Returns the row index of each given token.
   *
   * @param tokens real tokens of the batch
   * @throws IllegalArgumentException if a token id is outside the vocabulary
   */
  int[] rows(int[] tokens, TokenBatch batch) {
    long entries = parameter.value().size(0);
    int[] ids = IntStream.of(tokens).map(s -> id(s, batch, entries)).toArray();
    if (fallback == PriorFallback.BEFORE) {
      boolean[] without = silent();
      for (int i = 0; i < ids.length; i++) {
        if (without[ids[i]]) {
          ids[i] = before(tokens[i], batch, without);
        }
      }
    }
    return ids;
  }

  private int id(int s, TokenBatch batch, long entries) {
    int id = batch.id(s);
    if (id < 0 || id >= entries) {
      throw new IllegalArgumentException(
          "token id must be in 0..%d of the prior %s, was %d"
              .formatted(entries - 1, parameter.name(), id));
    }
    return id;
  }

  /**
   * Returns the id of the nearest earlier token of the same text that has a row. If there is none,
   * returns the token's own id.
   */
  private int before(int s, TokenBatch batch, boolean[] without) {
    int first = s - s % batch.length();
    for (int t = s - 1; t >= first && batch.sameText(s, t); t--) {
      int id = id(t, batch, without.length);
      if (!without[id]) {
        return id;
      }
    }
    return batch.id(s);
  }

  private boolean[] silent() {
    boolean[] known = silent;
    if (known == null) {
      TokenMatrix rows = TokenMatrix.of(kernels, parameter.value());
      known = new boolean[rows.tokens()];
      for (int id = 0; id < known.length; id++) {
        known[id] = isZero(rows, id);
      }
      silent = known;
    }
    return known;
  }

  private static boolean isZero(TokenMatrix rows, int id) {
    return IntStream.range(0, rows.columns()).allMatch(e -> rows.get(id, e) == 0);
  }
}
