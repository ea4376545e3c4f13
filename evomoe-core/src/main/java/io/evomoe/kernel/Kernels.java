package io.evomoe.kernel;

import io.evomoe.kernel.FeedForwardGradients.MapGradients;
import io.evomoe.kernel.FeedForwardNets.GroupedMap;
import java.util.List;
import java.util.Objects;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * The numeric kernels that layers are made of, forward and backward.
 *
 * <p>Arrays are ND4J arrays in C order without gaps, unless a method says otherwise. n is a number
 * of rows (tokens). A kernel that returns an array makes it in the current ND4J workspace; a kernel
 * that takes an {@link Accumulator} adds to an array of the caller's. Inputs are never changed,
 * except where a method says so. Results are deterministic: the same inputs give the same bits on
 * the same machine and thread count.
 */
public interface Kernels extends RowKernels {

  /** Name of the provider, such as {@code onednn} or {@code nd4j}. */
  String name();

  /**
   * The same kernels with every operand in {@link #dataType()}: for what must not be rounded, such
   * as the logits of a gate, where a small error changes the expert. These kernels themselves,
   * unless they run {@link Precision#BF16}.
   */
  default Kernels exact() {
    return this;
  }

  /**
   * {@code y = x W + b}.
   *
   * @param x [n, in]; may be of the type of {@link #linearOperand}
   * @param weight [in, out]
   * @param bias [out], or null for none
   * @return y [n, out]
   */
  INDArray linear(INDArray x, INDArray weight, @Nullable INDArray bias);

  /**
   * {@link #linear} for rows that only products read, as {@link #attention} reads queries, keys and
   * values: in the type of these kernels' operands, so that nobody has to round them later. With
   * {@link Precision#BF16} that may be bfloat16; else it is {@link #dataType()}.
   */
  default INDArray linearOperand(INDArray x, INDArray weight, @Nullable INDArray bias) {
    return linear(x, weight, bias);
  }

  /** {@code op(a) op(b)}, op the transpose where asked; matrices. */
  INDArray multiply(INDArray a, boolean transposeA, INDArray b, boolean transposeB);

  /** Adds {@code op(a) op(b)} to {@code into}; matrices. */
  void multiplyInto(
      INDArray a, boolean transposeA, INDArray b, boolean transposeB, Accumulator into);

  /** Adds the sum over rows of x [n, d] to {@code into} [d]. */
  void columnSumsInto(INDArray x, Accumulator into);

  /**
   * {@link #linear} with a map of its own for each group of rows.
   *
   * @param x [groups.inputRows(), in]
   * @return y [groups.rows(), out]
   */
  INDArray groupedLinear(INDArray x, RowGroups groups, GroupedMap map);

  /**
   * Input gradient of {@link #groupedLinear}: {@code dy W^T} in each group, summed where groups
   * share their input.
   *
   * @param dy [groups.rows(), out]
   * @return dx [groups.inputRows(), in]
   */
  INDArray groupedInputGradient(INDArray dy, RowGroups groups, List<INDArray> weights);

  /**
   * Parameter gradients of one group of {@link #groupedLinear}: adds {@code x^T dy} and the column
   * sums of dy over the group's rows. The caller leaves out empty groups.
   */
  void groupParameterGradients(
      INDArray x, INDArray dy, RowGroups groups, int group, MapGradients into);

  /**
   * Gradients of {@link #linear}: adds {@code x^T dy} and the column sums of dy.
   *
   * @param x [n, in]; may be of the type of {@link #linearOperand}, as dy
   * @param weight [in, out]
   * @param dy [n, out]
   * @param biasGradient null for a map without a bias
   * @return {@code dy W^T}, [n, in], of the type of x
   */
  default INDArray linearGradient(
      INDArray x,
      INDArray weight,
      INDArray dy,
      Accumulator weightGradient,
      @Nullable Accumulator biasGradient) {
    multiplyInto(x, true, dy, false, weightGradient);
    if (biasGradient != null) {
      columnSumsInto(dy, biasGradient);
    }
    return multiply(dy, false, weight, true);
  }

  /**
   * Gradients of {@code y = x T^T}, rows beside the rows of a table: adds {@code dy^T x}.
   *
   * @param x [n, in]
   * @param table [out, in]
   * @param dy [n, out]
   * @return {@code dy T}, [n, in]
   */
  default INDArray tableGradient(
      INDArray x, INDArray table, INDArray dy, Accumulator tableGradient) {
    multiplyInto(dy, true, x, false, tableGradient);
    return multiply(dy, false, table, false);
  }

  /**
   * Feed-forward nets, each on its own group of rows.
   *
   * @param x [groups.inputRows(), d]
   */
  default FeedForwardPass feedForward(FeedForwardNets nets, INDArray x, RowGroups groups) {
    INDArray expanded = groupedLinear(x, groups, nets.expand());
    GroupedMap gating = nets.up();
    INDArray up = gating == null ? null : groupedLinear(x, groups, gating);
    INDArray hidden =
        up == null
            ? activation(nets.activation(), expanded)
            : gatedActivation(nets.activation(), expanded, up);
    RowGroups inner = RowGroups.routed(groups.offsets());
    return new FeedForwardPass(expanded, up, hidden, groupedLinear(hidden, inner, nets.contract()));
  }

  /**
   * Backward of {@link #feedForward}.
   *
   * @param forward what that gave; its {@code expanded} and {@code up} may be overwritten
   * @param dy [groups.rows(), d]
   * @param into where the gradients of a group's net go; asked once for each group with rows
   * @return dx [groups.inputRows(), d], summed where groups share their input
   */
  default INDArray feedForwardGradient(
      FeedForwardNets nets,
      INDArray x,
      RowGroups groups,
      FeedForwardPass forward,
      INDArray dy,
      IntFunction<FeedForwardGradients> into) {
    RowGroups inner = RowGroups.routed(groups.offsets());
    INDArray dHidden = groupedInputGradient(dy, inner, nets.contract().weights());
    INDArray up = forward.up();
    INDArray dUp = up == null ? null : dHidden.ulike();
    INDArray dExpanded =
        up == null || dUp == null
            ? activationGradient(nets.activation(), forward.expanded(), dHidden)
            : gatedActivationGradient(nets.activation(), forward.expanded(), up, dHidden, dUp);
    for (int g = 0; g < groups.count(); g++) {
      if (groups.size(g) > 0) {
        FeedForwardGradients net = into.apply(g);
        groupParameterGradients(forward.hidden(), dy, inner, g, net.contract());
        groupParameterGradients(x, dExpanded, groups, g, net.expand());
        if (dUp != null) {
          groupParameterGradients(x, dUp, groups, g, Objects.requireNonNull(net.up()));
        }
      }
    }
    INDArray dx = groupedInputGradient(dExpanded, groups, nets.expand().weights());
    if (dUp != null) {
      addInto(dx, groupedInputGradient(dUp, groups, Objects.requireNonNull(nets.up()).weights()));
    }
    return dx;
  }

  /** Applies the activation to every element. */
  INDArray activation(ActivationFunction activation, INDArray x);

  /** {@code dy * activation'(x)}, x the input of the forward pass. */
  INDArray activationGradient(ActivationFunction activation, INDArray x, INDArray dy);

  /** {@code activation(x) * up}, element by element: a gated linear unit. */
  INDArray gatedActivation(ActivationFunction activation, INDArray x, INDArray up);

  /**
   * Backward of {@link #gatedActivation}.
   *
   * @param dUp of the shape of up, overwritten with its gradient, {@code dy * activation(x)}
   * @return the gradient of x, {@code dy * up * activation'(x)}
   */
  INDArray gatedActivationGradient(
      ActivationFunction activation, INDArray x, INDArray up, INDArray dy, INDArray dUp);

  /**
   * Layer normalisation over rows (Ba et al. 2016).
   *
   * @param x [n, d]
   * @param gain [d]
   * @param shift [d]
   * @param epsilon added to the variance (biased estimate)
   */
  Normalized layerNorm(INDArray x, INDArray gain, INDArray shift, double epsilon);

  /**
   * Backward of {@link #layerNorm}.
   *
   * @return dx [n, d]
   */
  INDArray layerNormGradient(
      INDArray x,
      Normalized forward,
      INDArray gain,
      double epsilon,
      INDArray dy,
      Accumulator gainGradient,
      Accumulator shiftGradient);

  /**
   * Normalisation of rows by their root mean square, {@code x / sqrt(mean(x^2) + epsilon) * gain}
   * (Zhang and Sennrich 2019, arXiv 1910.07467).
   *
   * @param x [n, d]
   * @param gain [d]
   * @param epsilon added to the mean square
   */
  RmsNormalized rmsNorm(INDArray x, INDArray gain, double epsilon);

  /**
   * Backward of {@link #rmsNorm}.
   *
   * @return dx [n, d]
   */
  INDArray rmsNormGradient(
      INDArray x,
      RmsNormalized forward,
      INDArray gain,
      double epsilon,
      INDArray dy,
      Accumulator gainGradient);

  /**
   * Rotates pairs of every head in place: rotary positions (Su et al. 2021, arXiv 2104.09864, in
   * the layout of Llama's published code: a pair is elements j and j + w / 2 of a head of width w).
   * {@code (a, b)} becomes {@code (a c - b s, b c + a s)}, c and s of the row's position.
   *
   * @param x [n, heads * w], changed; may be a column view of a wider array
   * @param cosines [positions, w / 2]
   * @param sines [positions, w / 2]
   * @param positions rows of the two tables, one a row of x
   * @param back whether to turn the other way, which is the backward pass for a gradient
   */
  void rotate(INDArray x, INDArray cosines, INDArray sines, int[] positions, boolean back);

  /**
   * Scaled dot-product attention, {@code softmax(q k^T / sqrt(w)) v} in each head of width w.
   *
   * <p>q, k and v may be column views of one wider array (element stride 1, any row stride). They
   * are of one type, that of {@link #linear} or of {@link #linearOperand}; so is what comes out,
   * and so are all gradients. Scores and their softmax are {@link #dataType()} either way.
   *
   * @param q [batch * queries, heads * w]
   * @param k [batch * keys, keyValueHeads * w]
   * @param v [batch * keys, keyValueHeads * w]
   * @param mask which keys are hidden from which queries
   */
  Attended attention(INDArray q, INDArray k, INDArray v, AttentionShape shape, AttentionMask mask);

  /** Attention to keys none of which is hidden, but for later ones. */
  default Attended attention(INDArray q, INDArray k, INDArray v, AttentionShape shape) {
    return attention(q, k, v, shape, AttentionMask.none());
  }

  /**
   * Mean cross-entropy of rows of logits against target classes, in nats, over the rows whose
   * target is not negative. Overwrites the logits with the gradient of that mean (zero rows where
   * the target is negative) when {@code gradient} is set; otherwise their content is undefined
   * afterwards.
   *
   * @param logits [n, classes], overwritten
   * @param targets n classes; negative means not counted
   * @param smoothing share of every target that all classes get alike, in [0, 1) ({@link
   *     LabelSmoothing})
   * @return the mean; 0 when nothing counts
   */
  double crossEntropy(INDArray logits, int[] targets, double smoothing, boolean gradient);

  /** The plain cross-entropy, without label smoothing. */
  default double crossEntropy(INDArray logits, int[] targets, boolean gradient) {
    return crossEntropy(logits, targets, 0, gradient);
  }

  /** Sum of squares of all elements. */
  double sumOfSquares(INDArray x);

  /** Sum of squares of all elements of all arrays. */
  default double sumOfSquares(List<INDArray> arrays) {
    return arrays.stream().mapToDouble(this::sumOfSquares).sum();
  }

  /** Whether the sum of the squares of x is finite in its own type. */
  default boolean hasFiniteSquares(INDArray x) {
    double sum = sumOfSquares(x);
    return x.dataType() == DataType.DOUBLE ? Double.isFinite(sum) : Float.isFinite((float) sum);
  }

  /**
   * Makes all of x not a number where it has no {@linkplain #hasFiniteSquares finite squares}, so
   * that whatever is computed from x is not finite either and nobody has to wait for the sum.
   *
   * @param x without gaps, changed only then
   */
  default void spoilUnlessFinite(INDArray x) {
    if (!hasFiniteSquares(x)) {
      x.assign(Double.NaN);
    }
  }

  /** Updates value and both moments in place; same shape. */
  void adamW(INDArray value, INDArray gradient, INDArray moment1, INDArray moment2, AdamWStep step);

  /** Each of several updates, of arrays that share nothing. */
  default void adamW(List<AdamWUpdate> updates) {
    for (AdamWUpdate update : updates) {
      adamW(update.value(), update.gradient(), update.moment1(), update.moment2(), update.step());
    }
  }

  /**
   * Result of {@link #layerNorm}.
   *
   * @param output [n, d]
   * @param mean [n]
   * @param variance [n], biased
   */
  record Normalized(INDArray output, INDArray mean, INDArray variance) {}

  /**
   * Result of {@link #rmsNorm}.
   *
   * @param output [n, d]
   * @param meanSquare [n]
   */
  record RmsNormalized(INDArray output, INDArray meanSquare) {}

  /**
   * Result of {@link #attention}, with its pullback: it holds q, k and v, which must stay as they
   * were until that is called.
   */
  interface Attended {

    /** [batch * queries, heads * w]. */
    INDArray output();

    /** [batch * heads, queries, keys]; may be computed when asked for. */
    INDArray probabilities();

    /**
     * The gradients of q, k and v; overwrites dq, dk and dv, of their shapes, which may be column
     * views. Padded keys and their values have gradient 0, because their probability is.
     *
     * @param dOutput [batch * queries, heads * w]
     */
    void pull(INDArray dOutput, INDArray dq, INDArray dk, INDArray dv);
  }
}
