package io.evomoe.moe;

import io.evomoe.kernel.Accumulator;
import io.evomoe.kernel.Kernels;
import io.evomoe.moe.RouterOptions.Prior;
import io.evomoe.nn.NotFiniteException;
import io.evomoe.nn.Parameter;
import io.evomoe.nn.Pass;
import io.evomoe.step.Phase;
import io.evomoe.step.StepContext;
import java.util.List;
import java.util.Locale;
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
  private final @Nullable PriorTable table;
  private final Prior kind;

  /**
   * Makes B, where it is asked for, under the name {@code prior} in the gate's scope.
   *
   * @throws IllegalArgumentException for a prior where tokens have no ids, or for one to be
   *     annealed where the number of training steps is not known
   */
  public TokenPrior(GateSpec spec, RouterOptions options) {
    this.kernels = spec.scope().kernels().exact();
    this.kind = options.prior(spec);
    this.table = kind == Prior.NONE ? null : table(spec, options);
  }

  private static PriorTable table(GateSpec spec, RouterOptions options) {
    if (spec.vocabulary() < 1) {
      throw refusal("where tokens have no ids", options);
    }
    if (options.prior() == Prior.ANNEALED && spec.training().steps().isEmpty()) {
      throw refusal("or not annealed where the number of training steps is not known", options);
    }
    return new PriorTable(spec, options);
  }

  private static IllegalArgumentException refusal(String where, RouterOptions options) {
    return new IllegalArgumentException(
        "option prior must be none %s, was %s"
            .formatted(where, options.prior().name().toLowerCase(Locale.ROOT)));
  }

  /** B [V, E], frozen where it is not learned; none without a prior. */
  public List<Parameter> parameters() {
    return table == null ? List.of() : List.of(table.parameter());
  }

  /** All rows but one, for {@link Gate#idleParameters}. */
  public long idleParameters() {
    return table == null ? 0 : table.parameter().length() - table.parameter().value().size(1);
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
   * Adds c B[id] to the logits [S, E] of a pass, before they are read.
   *
   * @throws IllegalArgumentException for a token id outside the vocabulary
   */
  public void addTo(INDArray logits, Pass pass) {
    double share = share(pass.step());
    int[] real = share == 0 ? new int[0] : pass.tokens().realRows();
    if (table == null || real.length == 0) {
      return;
    }
    INDArray added = kernels.gatherRows(table.parameter().value(), table.rows(real, pass.tokens()));
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
   * Looks at the sum that {@link #addTo} has made.
   *
   * @param values the sum as it was read [S, E]
   * @param others looks at what B was added to, and throws where that is not finite by itself; only
   *     asked where the sum is not
   * @return the sum
   * @throws NotFiniteException if the sum is not finite and the others are: B has diverged
   */
  public TokenMatrix requireFinite(TokenMatrix values, Runnable others) {
    if (!values.isFinite()) {
      others.run();
      throw new NotFiniteException(
          "what the token prior %s was added to was finite, and the sum was not"
              .formatted(table == null ? kind : table.parameter().name()));
    }
    return values;
  }

  /** Adds the gradient of B where it is learned, from that of the logits [S, E]. */
  public void backward(INDArray dLogits, Pass pass) {
    int[] real = kind == Prior.LEARNED ? pass.tokens().realRows() : new int[0];
    if (table == null || real.length == 0) {
      return;
    }
    int[] ids = table.rows(real, pass.tokens());
    boolean all = real.length == pass.tokens().size();
    INDArray own = all ? dLogits : kernels.gatherRows(dLogits, real);
    INDArray known = kernels.rowsWhere(own, kernels.gatherRows(table.parameter().value(), ids));
    kernels.scatterRowsInto(known, ids, table.parameter().accumulator());
  }
}
