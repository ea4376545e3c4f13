package io.evomoe.nn;

import io.evomoe.kernel.AttentionMask;
import io.evomoe.kernel.AttentionShape;
import io.evomoe.kernel.Kernels;
import io.evomoe.kernel.Kernels.Attended;
import io.evomoe.nn.Scope.Initialization;
import java.util.List;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Multi-head attention of a decoder to its encoder (Vaswani et al. 2017, section 3.2.3). Queries
 * come from the layer's input, keys and values from {@link Pass#memory()}, whose padding is hidden.
 * The gradient of the memory is added with {@link Memory#addGradient}.
 *
 * <p>The batch may have several successive sequences for each sequence of the memory, e.g. the
 * hypotheses of a beam search. Their number must be the same for all.
 */
public final class CrossAttention implements Layer {
  private final Kernels kernels;
  private final String name;
  private final int width;
  private final int heads;
  private final Linear query;
  private final Linear keyValue;
  private final Linear projection;

  /**
   * Creates the three projections.
   *
   * @param scope contains {@code query} [d, d], {@code keyValue} [d, 2d] and {@code projection} [d,
   *     d]
   * @param heads a divisor of {@code width}
   */
  public CrossAttention(Scope scope, int width, int heads, Initialization initialization) {
    AttentionConfig.requireHeads(width, heads);
    this.kernels = scope.kernels();
    this.name = scope.name();
    this.width = width;
    this.heads = heads;
    this.query = new Linear(scope.child("query"), width, width, initialization.deviation());
    this.keyValue =
        new Linear(
            scope.child("keyValue").sideBySide(width, width),
            width,
            2 * width,
            initialization.deviation());
    this.projection =
        new Linear(scope.child("projection"), width, width, initialization.residualDeviation());
  }

  @Override
  public Output forward(INDArray x, Pass pass) {
    KeyValueCache cache = pass.cache();
    return cache == null ? attend(x, pass) : attendCached(x, pass, cache);
  }

  private Output attend(INDArray x, Pass pass) {
    Memory memory = memory(pass);
    AttentionShape shape = shape(x, memory.tokens().sequences(), memory.tokens().length());
    Output asked = query.forwardOperand(x, pass);
    Output mixed = keyValue.forwardOperand(memory.rows(), pass);
    INDArray q = asked.value();
    INDArray k = KeyValueCache.columns(mixed.value(), 0, width);
    INDArray v = KeyValueCache.columns(mixed.value(), width, width);
    Attended attended = kernels.attention(q, k, v, shape, memory.tokens().keyPadding());
    Output projected = projection.forward(attended.output(), pass);
    return new Output(
        projected.value(),
        dy -> {
          INDArray dAttended = projected.pullback().pull(dy);
          INDArray dq = q.ulike();
          INDArray dMixed = mixed.value().ulike();
          attended.pull(
              dAttended,
              dq,
              KeyValueCache.columns(dMixed, 0, width),
              KeyValueCache.columns(dMixed, width, width));
          memory.addGradient(mixed.pullback().pull(dMixed));
          return asked.pullback().pull(dq);
        });
  }

  private Output attendCached(INDArray x, Pass pass, KeyValueCache cache) {
    INDArray mixed =
        cache.ofMemory(name, memory(pass), memory -> keyValue.forward(memory.rows(), pass).value());
    AttentionMask padding = cache.memory().keyPadding();
    AttentionShape shape = shape(x, cache.memory().sequences(), cache.memory().length());
    INDArray k = KeyValueCache.columns(mixed, 0, width);
    INDArray v = KeyValueCache.columns(mixed, width, width);
    INDArray q = query.forward(x, pass).value();
    INDArray attended = kernels.attention(q, k, v, shape, padding).output();
    return new Output(projection.forward(attended, pass).value(), KeyValueCache.NO_BACKWARD);
  }

  private AttentionShape shape(INDArray x, int sequences, int length) {
    if (x.size(0) % sequences != 0) {
      throw new IllegalArgumentException(
          "the rows of a decoder must be a multiple of the memory's sequences (%d), were %d (%s)"
              .formatted(sequences, x.size(0), name));
    }
    return new AttentionShape(sequences, heads, (int) x.size(0) / sequences, length, false);
  }

  private Memory memory(Pass pass) {
    Memory memory = pass.memory();
    if (memory == null) {
      throw new IllegalArgumentException("cross-attention needs a memory (" + name + ")");
    }
    return memory;
  }

  @Override
  public List<Parameter> parameters() {
    return Sequential.of(query, keyValue, projection).parameters();
  }

  /**
   * The encoder output that a decoder's cross-attentions read. Their pullbacks add up its gradient
   * here. After the decoder's backward pass, the model pulls {@link #gradient()} back through the
   * encoder.
   *
   * @param rows [B * T, d]
   * @param tokens the B sequences of T tokens of the rows, with their padding
   * @param kernels kernels of the model
   * @param gradient the sum of all added gradients [B * T, d], zeros if there were none
   */
  public record Memory(INDArray rows, TokenBatch tokens, Kernels kernels, INDArray gradient) {
    /** Rejects other than one row a token. */
    public Memory {
      if (rows.size(0) != tokens.size()) {
        throw new IllegalArgumentException(
            "a memory must have one row a token (%d), had %d"
                .formatted(tokens.size(), rows.size(0)));
      }
    }

    /** Creates the memory from the output of an encoder, without a gradient. */
    public Memory(INDArray rows, TokenBatch tokens, Kernels kernels) {
      this(rows, tokens, kernels, kernels.zeros(rows.shape()));
    }

    /**
     * Adds the gradient of one cross-attention.
     *
     * @param more [B * T, d]
     */
    public void addGradient(INDArray more) {
      kernels.addInto(gradient, more);
    }
  }
}
