package io.evomoe.moe;

import io.evomoe.kernel.Accumulator;
import io.evomoe.kernel.Kernels;
import io.evomoe.moe.RouterOptions.Prior;
import io.evomoe.moe.RouterOptions.PriorFallback;
import io.evomoe.nn.Parameter;
import io.evomoe.nn.Pass;
import io.evomoe.nn.TokenBatch;
import io.evomoe.step.StepContext;
import io.evomoe.step.StepContext.Phase;
import java.util.Locale;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * The part of a router that depends on the token's id: {@code c B[id]} of {@link RouterOptions}.
 *
 * <p>Ids that stand for no text have zero rows, and a zero row gets no gradient. A loaded B
 * therefore shows which ids have no prior.
 */
final class TokenPrior {
  private final Kernels kernels;
  private final Prior kind;
  private final PriorFallback fallback;
  private final @Nullable Parameter table;

  /** Whether the row of each id is zero, which never changes. Null until first used. */
  private volatile boolean @Nullable [] silent;

  /**
   * Creates B, if a prior is selected, with the name {@code prior} in the gate's scope.
   *
   * @throws IllegalArgumentException if a prior is selected but tokens have no ids, or if the prior
   *     is annealed but the number of training steps is unknown
   */
  TokenPrior(GateSpec spec, RouterOptions options) {
    this.kernels = spec.scope().kernels().exact();
    this.kind = options.prior(spec);
    this.fallback = options.priorFallback();
    this.table = kind == Prior.NONE || kind == Prior.EMBEDDED ? null : table(spec, options);
  }

  private static Parameter table(GateSpec spec, RouterOptions options) {
    if (spec.vocabulary() < 1) {
      throw refusal("if tokens have no ids", options);
    }
    if (options.prior() == Prior.ANNEALED && spec.training().steps().isEmpty()) {
      throw refusal("or not annealed if the number of training steps is unknown", options);
    }
    Parameter table =
        spec.scope()
            .alongExperts(1)
            .normal("prior", options.priorScale(), spec.vocabulary(), spec.experts());
    spec.training().specialIds().stream()
        .filter(id -> id < spec.vocabulary())
        .forEach(id -> table.value().getRow(id).assign(0));
    if (options.prior() != Prior.LEARNED) {
      table.freeze();
    }
    return table;
  }

  private static IllegalArgumentException refusal(String where, RouterOptions options) {
    return new IllegalArgumentException(
        "option prior must be none %s, was %s"
            .formatted(where, options.prior().name().toLowerCase(Locale.ROOT)));
  }

  /** Returns B [V, E], frozen unless it is learned; null without a prior. */
  @Nullable Parameter table() {
    return table;
  }

  String name() {
    return table == null ? "none" : table.name();
  }

  /** Returns the parameters of all rows except one, for {@link Gate#idleParameters}. */
  long idleParameters() {
    return table == null ? 0 : table.length() - table.value().size(1);
  }

  /** Returns whether the prior changes any logit at a step. */
  boolean actsAt(StepContext step) {
    return share(step) > 0;
  }

  /** Returns the end of a sentence that begins with the gate's name. */
  String reason() {
    return kind == Prior.ANNEALED
        ? "adds what a token's id says to its logits until the annealing ends (option prior)"
        : "adds what a token's id says to its logits (option prior; with Llama blocks, convert"
            + " --embed-prior moves it into the embedding)";
  }

  /** Returns c. */
  private double share(StepContext step) {
    return switch (kind) {
      case NONE, EMBEDDED -> 0;
      case FIXED, LEARNED -> 1;
      case ANNEALED -> step.phase() == Phase.HARD ? 0 : step.annealingLeft();
    };
  }

  /**
   * Adds c B[id] to the logits [S, E] of a pass, before they are read.
   *
   * @throws IllegalArgumentException if a token id is outside the vocabulary
   */
  void addTo(INDArray logits, Pass pass) {
    double share = share(pass.step());
    int[] real = share == 0 ? new int[0] : pass.tokens().realRows();
    if (table == null || real.length == 0) {
      return;
    }
    INDArray added = kernels.gatherRows(table.value(), rows(table, real, pass.tokens()));
    if (share != 1) {
      kernels.scale(added, share);
    }
    if (real.length == pass.tokens().size()) {
      kernels.addInto(logits, added);
    } else {
      kernels.scatterRowsInto(added, real, new Accumulator(logits, 1));
    }
  }

  /**
   * Adds the gradient of B, if it is learned, given the gradient of the logits [S, E]. Zero rows
   * get none.
   */
  void backward(INDArray dLogits, Pass pass) {
    int[] real = kind == Prior.LEARNED ? pass.tokens().realRows() : new int[0];
    if (table == null || table.frozen() || real.length == 0) {
      return;
    }
    int[] ids = rows(table, real, pass.tokens());
    boolean[] without = silent(table);
    int[] known = IntStream.range(0, ids.length).filter(i -> !without[ids[i]]).toArray();
    INDArray own = kernels.gatherRows(dLogits, IntStream.of(known).map(i -> real[i]).toArray());
    int[] into = IntStream.of(known).map(i -> ids[i]).toArray();
    kernels.scatterRowsInto(own, into, table.accumulator());
  }

  /** Returns the row of B for each of the given real tokens. */
  private int[] rows(Parameter known, int[] tokens, TokenBatch batch) {
    int[] ids = IntStream.of(tokens).map(s -> id(known, s, batch)).toArray();
    if (fallback == PriorFallback.BEFORE) {
      boolean[] without = silent(known);
      for (int i = 0; i < ids.length; i++) {
        if (without[ids[i]]) {
          ids[i] = before(known, tokens[i], batch, without);
        }
      }
    }
    return ids;
  }

  private static int id(Parameter known, int s, TokenBatch batch) {
    int id = batch.id(s);
    long entries = known.value().size(0);
    if (id < 0 || id >= entries) {
      throw new IllegalArgumentException(
          "token id must be in 0..%d of the prior %s, was %d"
              .formatted(entries - 1, known.name(), id));
    }
    return id;
  }

  /**
   * Returns the id of the nearest earlier token of the same text that has a row. If there is none,
   * returns the token's own id.
   */
  private static int before(Parameter known, int s, TokenBatch batch, boolean[] without) {
    int first = s - s % batch.length();
    for (int t = s - 1; t >= first && batch.sameText(s, t); t--) {
      int id = id(known, t, batch);
      if (!without[id]) {
        return id;
      }
    }
    return batch.id(s);
  }

  private boolean[] silent(Parameter known) {
    boolean[] found = silent;
    if (found == null) {
      TokenMatrix rows = TokenMatrix.of(kernels, known.value());
      found = new boolean[rows.tokens()];
      for (int id = 0; id < found.length; id++) {
        int row = id;
        found[id] = IntStream.range(0, rows.columns()).allMatch(e -> rows.get(row, e) == 0);
      }
      silent = found;
    }
    return found;
  }
}
