package io.evomoe.moe;

import io.evomoe.kernel.Kernels;
import io.evomoe.moe.RouterOptions.Prior;
import io.evomoe.nn.NotFiniteException;
import io.evomoe.nn.Parameter;
import io.evomoe.nn.Pass;
import io.evomoe.nn.TokenBatch;
import io.evomoe.step.Phase;
import io.evomoe.step.StepContext;
import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * The part of a router, or of affinities to experts, that knows a token by its id: {@code c B[id]}
 * of {@link RouterOptions}.
 *
 * <p>Ids that stand for no text have rows of zeros, and a row of zeros gets no gradient. So B
 * itself says which ids have no prior, wherever it is loaded.
 */
public final class TokenPrior {
  private final Kernels kernels;
  private final @Nullable Parameter table;
  private final Prior kind;

  /**
   * Makes B, where it is asked for, under the name {@code prior} in the gate's scope.
   *
   * @throws IllegalArgumentException for a prior where tokens have no ids, or for one to be
   *     annealed where the number of training steps is not known
   */
  public TokenPrior(GateSpec spec, RouterOptions options) {
    this.kernels = spec.scope().kernels().exact();
    this.kind = options.prior();
    this.table = kind == Prior.NONE ? null : table(spec, options);
  }

  private static Parameter table(GateSpec spec, RouterOptions options) {
    if (spec.vocabulary() < 1) {
      throw refusal("where tokens have no ids", options);
    }
    if (options.prior() == Prior.ANNEALED && spec.training().steps().isEmpty()) {
      throw refusal("or not annealed where the number of training steps is not known", options);
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

  /** B [V, E], frozen where it is not learned; none without a prior. */
  public List<Parameter> parameters() {
    return table == null ? List.of() : List.of(table);
  }

  /** All rows but one, for {@link Gate#idleParameters}. */
  public long idleParameters() {
    return table == null ? 0 : table.length() - table.value().size(1);
  }

  /** Whether it changes any logit at a step. */
  public boolean actsAt(StepContext step) {
    return share(step) > 0;
  }

  /** The end of a sentence that begins with the gate's name. */
  String reason() {
    return kind == Prior.ANNEALED
        ? "adds what a token's id says to its logits until the annealing ends (option prior)"
        : "adds what a token's id says to its logits (option prior)";
  }

  /** c. */
  private double share(StepContext step) {
    return switch (kind) {
      case NONE -> 0;
      case FIXED, LEARNED -> 1;
      case ANNEALED -> step.phase() == Phase.HARD ? 0 : step.annealingLeft();
    };
  }

  /**
   * Adds c B[id] to the logits [S, E] of a pass.
   *
   * @throws NotFiniteException if B has diverged
   * @throws IllegalArgumentException for a token id outside the vocabulary
   */
  public void addTo(TokenMatrix z, Pass pass) {
    double share = share(pass.step());
    int[] real = share == 0 ? new int[0] : realTokens(pass.tokens());
    if (table == null || real.length == 0) {
      return;
    }
    TokenMatrix rows = rows(table, real, pass.tokens());
    if (!rows.isFinite()) {
      throw new NotFiniteException("the token prior " + table.name() + " was not finite");
    }
    for (int i = 0; i < real.length; i++) {
      for (int e = 0; e < z.columns(); e++) {
        z.add(real[i], e, share * rows.get(i, e));
      }
    }
  }

  /** Adds the gradient of B where it is learned, from that of the logits [S, E]. */
  public void backward(TokenMatrix dLogits, Pass pass) {
    if (kind == Prior.LEARNED) {
      backward(dLogits.toArray(kernels), pass);
    }
  }

  /** The same, of a gradient that kernels have made. */
  public void backward(INDArray dLogits, Pass pass) {
    int[] real = kind == Prior.LEARNED ? realTokens(pass.tokens()) : new int[0];
    if (table == null || real.length == 0) {
      return;
    }
    TokenMatrix rows = rows(table, real, pass.tokens());
    int[] known =
        IntStream.range(0, real.length).filter(i -> hasPrior(rows, i)).map(i -> real[i]).toArray();
    kernels.scatterRowsInto(
        kernels.gatherRows(dLogits, known), ids(table, known, pass.tokens()), table.accumulator());
  }

  private static int[] realTokens(TokenBatch batch) {
    return IntStream.range(0, batch.size()).filter(s -> !batch.isPadding(s)).toArray();
  }

  private static boolean hasPrior(TokenMatrix rows, int i) {
    return IntStream.range(0, rows.columns()).anyMatch(e -> rows.get(i, e) != 0);
  }

  /** B[id] of each real token. */
  private TokenMatrix rows(Parameter table, int[] real, TokenBatch batch) {
    return TokenMatrix.of(kernels, kernels.gatherRows(table.value(), ids(table, real, batch)));
  }

  private static int[] ids(Parameter table, int[] real, TokenBatch batch) {
    int entries = Math.toIntExact(table.value().size(0));
    int[] ids = new int[real.length];
    for (int i = 0; i < real.length; i++) {
      ids[i] = batch.id(real[i]);
      if (ids[i] < 0 || ids[i] >= entries) {
        throw new IllegalArgumentException(
            "token id must be in 0..%d of the prior %s, was %d"
                .formatted(entries - 1, table.name(), ids[i]));
      }
    }
    return ids;
  }
}
