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
 * The part of a router, or of affinities to experts, that depends on the token's id: {@code c
 * B[id]} of {@link RouterOptions}.
 *
 * <p>Ids that stand for no text have zero rows, and a zero row gets no gradient. A loaded B
 * therefore shows which ids have no prior.
 */
public final class TokenPrior {
  private final Kernels kernels;
  private final @Nullable PriorTable table;
  private final Prior kind;

  /**
   * Creates B, if a prior is selected, with the name {@code prior} in the gate's scope.
   *
   * @throws IllegalArgumentException if a prior is selected but tokens have no ids, or if the prior
   *     is annealed but the number of training steps is unknown
   */
  public TokenPrior(GateSpec spec, RouterOptions options) {
    this.kernels = spec.scope().kernels().exact();
    this.kind = options.prior(spec);
    this.table = kind == Prior.NONE ? null : table(spec, options);
  }

  private static PriorTable table(GateSpec spec, RouterOptions options) {
    if (spec.vocabulary() < 1) {
      throw refusal("if tokens have no ids", options);
    }
    if (options.prior() == Prior.ANNEALED && spec.training().steps().isEmpty()) {
      throw refusal("or not annealed if the number of training steps is unknown", options);
    }
    return new PriorTable(spec, options);
  }

  private static IllegalArgumentException refusal(String where, RouterOptions options) {
    return new IllegalArgumentException(
        "option prior must be none %s, was %s"
            .formatted(where, options.prior().name().toLowerCase(Locale.ROOT)));
  }

  /** Returns B [V, E], frozen unless it is learned. Empty without a prior. */
  public List<Parameter> parameters() {
    return table == null ? List.of() : List.of(table.parameter());
  }

  /** Returns the parameters of all rows except one, for {@link Gate#idleParameters}. */
  public long idleParameters() {
    return table == null ? 0 : table.parameter().length() - table.parameter().value().size(1);
  }

  /** Returns whether the prior changes any logit at a step. */
  public boolean actsAt(StepContext step) {
    return share(step) > 0;
  }

  /** Returns the end of a sentence that begins with the gate's name. */
  String reason() {
    return kind == Prior.ANNEALED
        ? "adds what a token's id says to its logits until the annealing ends (option prior)"
        : "adds what a token's id says to its logits (option prior)";
  }

  /** Returns c. */
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
   * @throws IllegalArgumentException if a token id is outside the vocabulary
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
   * Checks the sum that {@link #addTo} has computed.
   *
   * @param values host copy of the sum [S, E]
   * @param others checks the logits before B was added and throws if they are not finite; only
   *     called if the sum is not finite
   * @return the sum
   * @throws NotFiniteException if only the sum is not finite, because B has diverged
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

  /** Adds the gradient of B, if it is learned, given the gradient of the logits [S, E]. */
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
