package io.evomoe.kernel;

import io.evomoe.kernel.FeedForwardNets.FeedForwardGradients;
import io.evomoe.kernel.FeedForwardNets.GroupedMap;
import io.evomoe.kernel.FeedForwardNets.MapGradients;
import java.util.List;
import java.util.Objects;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * The numeric kernels of all layers, forward and backward.
 *
 * <p>Arrays are ND4J arrays in C order without gaps, unless a method says otherwise. n is a number
 * of rows (tokens). A kernel that returns an array creates it in the current ND4J workspace. A
 * kernel with an {@link Accumulator} adds to an array of the caller. Inputs are never changed
 * unless a method says so.
 *
 * <p>Results are deterministic: on one machine, the same inputs give the same bits. Only providers
 * other than oneDNN may round otherwise with another number of threads.
 */
public interface Kernels extends ArrayKernels {

  /** Returns the name of the provider, e.g. {@code onednn} or {@code nd4j}. */
  String name();

  /**
   * Returns these kernels with every operand in {@link #dataType()}, for values that must not be
   * rounded, e.g. a gate's logits. Returns this object unless it runs {@link Precision#BF16}.
   */
  default Kernels exact() {
    return this;
  }

  /**
   * Returns the maximum number of rows in a pass with a joint {@code KeyValueCache}. In passes of
   * as many or fewer rows, {@link #filled} up, {@link #linear}, {@link #feedForward} and {@link
   * #multiply} with a transposed b give a row the same bits, whatever the other rows and their
   * number.
   *
   * @return 8 by default
   */
  default int jointRows() {
    return 8;
  }

  /**
   * Returns the number of rows that a pass with a joint cache, and each of its experts, must have
   * for some rows; the others are padding.
   *
   * @return the next multiple of 8 by default
   */
  default int filled(int rows) {
    return (rows + 7) / 8 * 8;
  }

  /**
   * Announces that this thread will compute products of few rows with weights whose values do not
   * change meanwhile. Kernels may copy a weight that they use, to read it faster.
   *
   * @return frees the copies; run it when none of this thread's products is in progress
   */
  default Runnable hold(List<INDArray> weights) {
    return () -> {};
  }

  /**
   * Computes {@code y = x W + b}.
   *
   * @param x [n, in]; may have the type of {@link #linearOperand}
   * @param weight [in, out]
   * @param bias [out], or null for none
   * @return y [n, out]
   */
  default INDArray linear(INDArray x, INDArray weight, @Nullable INDArray bias) {
    RowGroups all = RowGroups.shared(1, Math.toIntExact(x.size(0)));
    return groupedLinear(x, all, GroupedMap.of(weight, bias));
  }

  /**
   * Computes {@link #linear} for rows that only products read, e.g. queries, keys and values of
   * {@link #attention}. The result has the operand type of these kernels, so it is not rounded
   * later. With {@link Precision#BF16} that may be bfloat16; otherwise it is {@link #dataType()}.
   */
  default INDArray linearOperand(INDArray x, INDArray weight, @Nullable INDArray bias) {
    return linear(x, weight, bias);
  }

  /** Computes {@code op(a) op(b)} of matrices, with op the transpose if the flag is set. */
  INDArray multiply(INDArray a, boolean transposeA, INDArray b, boolean transposeB);

  /** Adds {@code op(a) op(b)} to {@code into}, for matrices. */
  void multiplyInto(
      INDArray a, boolean transposeA, INDArray b, boolean transposeB, Accumulator into);

  /** Adds the sum over rows of x [n, d] to {@code into} [d]. */
  void columnSumsInto(INDArray x, Accumulator into);

  /**
   * Computes {@link #linear} with a separate map for each group of rows.
   *
   * @param x [groups.inputRows(), in]
   * @return y [groups.rows(), out]
   */
  INDArray groupedLinear(INDArray x, RowGroups groups, GroupedMap map);

  /**
   * Computes the input gradient of {@link #groupedLinear}: {@code dy W^T} in each group. It is
   * summed if groups share their input.
   *
   * @param dy [groups.rows(), out]
   * @return dx [groups.inputRows(), in]
   */
  default INDArray groupedInputGradient(INDArray dy, RowGroups groups, List<INDArray> weights) {
    INDArray dx = Nd4j.createUninitialized(dataType(), groups.inputRows(), weights.get(0).size(0));
    for (int g = 0; g < groups.count(); g++) {
      if (groups.size(g) > 0) {
        double beta = groups.isShared() && g > 0 ? 1 : 0;
        Accumulator into = new Accumulator(groups.inputsOf(dx, g), beta);
        multiplyInto(groups.outputsOf(dy, g), false, weights.get(g), true, into);
      }
    }
    return dx;
  }

  /**
   * Computes the parameter gradients of one group of {@link #groupedLinear}. Adds {@code x^T dy}
   * and the column sums of dy over the group's rows. Do not call it for empty groups.
   */
  default void groupParameterGradients(
      INDArray x, INDArray dy, RowGroups groups, int group, MapGradients into) {
    INDArray gradients = groups.outputsOf(dy, group);
    Accumulator weight = into.weight();
    if (weight != null) {
      multiplyInto(groups.inputsOf(x, group), true, gradients, false, weight);
    }
    Accumulator bias = into.bias();
    if (bias != null) {
      columnSumsInto(gradients, bias);
    }
  }

  /**
   * Computes the gradients of {@link #linear}. Adds {@code x^T dy} and the column sums of dy.
   *
   * @param x [n, in]; may have the type of {@link #linearOperand}, like dy
   * @param weight [in, out]
   * @param dy [n, out]
   * @param dWeight null to leave it out
   * @param dBias null to leave it out, or for a map without a bias
   * @return {@code dy W^T}, [n, in], in the type of x
   */
  default INDArray linearGradient(
      INDArray x,
      INDArray weight,
      INDArray dy,
      @Nullable Accumulator dWeight,
      @Nullable Accumulator dBias) {
    if (dWeight != null) {
      multiplyInto(x, true, dy, false, dWeight);
    }
    if (dBias != null) {
      columnSumsInto(dy, dBias);
    }
    return multiply(dy, false, weight, true);
  }

  /**
   * Computes the gradients of {@code y = x T^T}, the products of rows with the rows of a table.
   * Adds {@code dy^T x}.
   *
   * @param x [n, in]
   * @param table [out, in]
   * @param dy [n, out]
   * @param dTable null to leave it out
   * @return {@code dy T}, [n, in]
   */
  default INDArray tableGradient(
      INDArray x, INDArray table, INDArray dy, @Nullable Accumulator dTable) {
    if (dTable != null) {
      multiplyInto(dy, true, x, false, dTable);
    }
    return multiply(dy, false, table, false);
  }

  /**
   * Computes feed-forward nets, each on its own group of rows.
   *
   * @param x [groups.inputRows(), d]
   */
  default FeedForwardPass feedForward(FeedForwardNets nets, INDArray x, RowGroups groups) {
    INDArray expanded = groupedLinear(x, groups, nets.expand());
    GroupedMap gating = nets.up();
    INDArray up = gating == null ? null : groupedLinear(x, groups, gating);
    INDArray activated = activation(nets.activation(), expanded);
    INDArray hidden = up == null ? activated : times(activated, up);
    RowGroups inner = RowGroups.routed(groups.offsets());
    return new FeedForwardPass(
        groupedLinear(hidden, inner, nets.contract()),
        (dy, into) -> {
          INDArray dHidden = groupedInputGradient(dy, inner, nets.contract().weights());
          INDArray dUp =
              up == null ? null : times(activation(nets.activation(), expanded), dHidden);
          INDArray dActivated = up == null ? dHidden : times(dHidden, up);
          INDArray dExpanded = activationGradient(nets.activation(), expanded, dActivated);
          for (int g = 0; g < groups.count(); g++) {
            if (groups.size(g) > 0) {
              FeedForwardGradients net = into.apply(g);
              groupParameterGradients(hidden, dy, inner, g, net.contract());
              groupParameterGradients(x, dExpanded, groups, g, net.expand());
              if (dUp != null) {
                groupParameterGradients(x, dUp, groups, g, Objects.requireNonNull(net.up()));
              }
            }
          }
          INDArray dx = groupedInputGradient(dExpanded, groups, nets.expand().weights());
          if (gating != null && dUp != null) {
            addInto(dx, groupedInputGradient(dUp, groups, gating.weights()));
          }
          return dx;
        });
  }

  /** Applies the activation to every element. */
  INDArray activation(ActivationFunction activation, INDArray x);

  /** Computes {@code dy * activation'(x)}, with x the input of the forward pass. */
  INDArray activationGradient(ActivationFunction activation, INDArray x, INDArray dy);

  /**
   * Normalises rows: by mean and variance (layer normalisation, Ba et al. 2016), or without a shift
   * by the root mean square, {@code x / sqrt(mean(x^2) + epsilon) * gain} (Zhang and Sennrich 2019,
   * arXiv 1910.07467).
   *
   * @param x [n, d]
   * @param gain [d]
   * @param shift [d]; null to normalise by the root mean square
   * @param epsilon added to the variance (biased estimate) or to the mean square
   */
  Normalized normalize(INDArray x, INDArray gain, @Nullable INDArray shift, double epsilon);

  /**
   * Applies rotary positions in place (Su et al. 2021, arXiv 2104.09864). As in Llama's published
   * code, a pair is elements j and j + w / 2 of a head of size w. {@code (a, b)} becomes {@code (a
   * c - b s, b c + a s)}, with c and s of the row's position.
   *
   * @param x [n, heads * w], changed; may be a column view of a wider array
   * @param cosines [positions, w / 2]
   * @param sines [positions, w / 2]
   * @param positions row index in the two tables for each row of x
   * @param back whether to rotate in the opposite direction, for the backward pass
   */
  void rotate(INDArray x, INDArray cosines, INDArray sines, int[] positions, boolean back);

  /**
   * Computes scaled dot-product attention, {@code softmax(q k^T / sqrt(w)) v} in each head of size
   * w.
   *
   * <p>q, k and v may be column views of one wider array (element stride 1, any row stride). They
   * have the same type, that of {@link #linear} or of {@link #linearOperand}. The output and all
   * gradients have this type too. Scores and their softmax are always {@link #dataType()}.
   *
   * @param q [batch * queries, heads * w]
   * @param k [batch * keys, keyValueHeads * w]
   * @param v [batch * keys, keyValueHeads * w]
   * @param mask which keys are hidden from which queries
   */
  Attended attention(INDArray q, INDArray k, INDArray v, AttentionShape shape, AttentionMask mask);

  /** Computes attention without hidden keys, except later keys if it is causal. */
  default Attended attention(INDArray q, INDArray k, INDArray v, AttentionShape shape) {
    return attention(q, k, v, shape, AttentionMask.none());
  }

  /**
   * Computes the mean cross-entropy of rows of logits against target classes, in nats. Only rows
   * with a target of at least 0 count. If {@code gradient} is set, the logits are overwritten with
   * the gradient of that mean, zero for rows that do not count. Otherwise their content is
   * undefined afterwards.
   *
   * @param logits [n, classes], overwritten
   * @param targets n classes; negative means not counted
   * @param smoothing share of every target that is spread evenly over all classes, in [0, 1)
   *     (Szegedy et al. 2016, section 7)
   * @return the mean; 0 if no row counts
   */
  double crossEntropy(INDArray logits, int[] targets, double smoothing, boolean gradient);

  /** Computes the cross-entropy without label smoothing. */
  default double crossEntropy(INDArray logits, int[] targets, boolean gradient) {
    return crossEntropy(logits, targets, 0, gradient);
  }

  /** Returns the sum of squares of all elements. */
  double sumOfSquares(INDArray x);

  /** Returns the sum of squares of all elements of all arrays. */
  default double sumOfSquares(List<INDArray> arrays) {
    return arrays.stream().mapToDouble(this::sumOfSquares).sum();
  }

  /** Returns whether the sum of the squares of x is finite in its own type. */
  default boolean hasFiniteSquares(INDArray x) {
    double sum = sumOfSquares(x);
    return x.dataType() == DataType.DOUBLE ? Double.isFinite(sum) : Float.isFinite((float) sum);
  }

  /**
   * Overwrites all of x with NaN unless it has {@linkplain #hasFiniteSquares finite squares}.
   * Everything computed from x is then not finite either, so nothing needs to wait for the sum.
   *
   * @param x without gaps, only changed in that case
   */
  default void spoilUnlessFinite(INDArray x) {
    if (!hasFiniteSquares(x)) {
      x.assign(Double.NaN);
    }
  }

  /** Applies several updates, of arrays that do not overlap. */
  void adamW(List<AdamWUpdate> updates);

  /** Updates value and both moments in place; same shape. */
  default void adamW(
      INDArray value,
      INDArray gradient,
      INDArray moment1,
      INDArray moment2,
      AdamWUpdate.Step step) {
    adamW(List.of(new AdamWUpdate(value, gradient, moment1, moment2, step)));
  }

  /**
   * Result of {@link #normalize}. Its pullback reads x and gain, which must not change before.
   *
   * @param output [n, d]
   */
  record Normalized(INDArray output, NormPullback pullback) {}

  /** The backward pass of {@link #normalize}. */
  @FunctionalInterface
  interface NormPullback {

    /**
     * Computes the gradients.
     *
     * @param dy [n, d]
     * @param dShift null if there is no shift
     * @return dx [n, d]
     */
    INDArray pull(INDArray dy, Accumulator dGain, @Nullable Accumulator dShift);
  }

  /**
   * Result of {@link #feedForward}. Its pullback reads x and the weights, which must not change
   * before. It may be called once, because it may overwrite the rows between the maps.
   *
   * @param output [groups.rows(), d]
   */
  record FeedForwardPass(INDArray output, FeedForwardPullback pullback) {}

  /** The backward pass of {@link #feedForward}. */
  @FunctionalInterface
  interface FeedForwardPullback {

    /**
     * Computes the gradients.
     *
     * @param dy [groups.rows(), d]
     * @param into returns the gradient targets of a group's net; called once for each group with
     *     rows
     * @return dx [groups.inputRows(), d], summed if groups share their input
     */
    INDArray pull(INDArray dy, IntFunction<FeedForwardGradients> into);
  }

  /**
   * Result of {@link #attention}, with its pullback. It keeps q, k and v, which must not change
   * until the pullback was called.
   */
  interface Attended {

    /** Returns the output [batch * queries, heads * w]. */
    INDArray output();

    /**
     * Computes the gradients of q, k and v. Overwrites dq, dk and dv, which have their shapes and
     * may be column views. Padded keys and values have gradient 0, because their probability is 0.
     *
     * @param dOutput [batch * queries, heads * w]
     */
    void pull(INDArray dOutput, INDArray dq, INDArray dk, INDArray dv);
  }
}
