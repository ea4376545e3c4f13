package io.evomoe.nn;

import io.evomoe.kernel.AttentionShape;
import io.evomoe.kernel.Kernels;
import io.evomoe.kernel.Kernels.Attended;
import io.evomoe.nn.AttentionConfig.QueryKeyNorm;
import io.evomoe.nn.AttentionConfig.Rotary;
import io.evomoe.nn.KeyValueCache.KeysAndValues;
import io.evomoe.nn.Scope.Initialization;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Multi-head self-attention (Vaswani et al. 2017, section 3.2.2). One projection computes queries,
 * keys and values; heads are equal column ranges of each. Padded tokens and those of other
 * documents ({@link TokenBatch#withDocuments}) are hidden. With a {@link KeyValueCache}, a causal
 * attention also sees the tokens of earlier passes.
 */
public final class SelfAttention implements Layer {
  private final Kernels kernels;
  private final String name;
  private final AttentionConfig config;
  private final boolean causal;
  private final Linear qkv;
  private final PreparedHeads heads;
  private final Linear projection;

  /**
   * Creates the two projections, and the norms of the config.
   *
   * @param scope contains {@code qkv} [d, heads * w + 2 keyValueHeads * w], {@code projection}
   *     [heads * w, d], and {@code queryNorm.gain} and {@code keyNorm.gain} if there are norms
   * @param causal whether later positions are hidden
   */
  public SelfAttention(
      Scope scope, AttentionConfig config, boolean causal, Initialization initialization) {
    this.kernels = scope.kernels();
    this.name = scope.name();
    this.config = config;
    this.causal = causal;
    int columns = config.queryWidth() + 2 * config.keyWidth();
    this.qkv =
        new Linear(
            scope
                .child("qkv")
                .sideBySide(config.queryWidth(), config.keyWidth(), config.keyWidth()),
            config.hiddenSize(),
            columns,
            initialization.deviation(),
            config.biased());
    this.heads = new PreparedHeads(scope, config);
    this.projection =
        new Linear(
            scope.child("projection"),
            config.queryWidth(),
            config.hiddenSize(),
            initialization.residualDeviation(),
            config.projectionBiased());
  }

  @Override
  public Output forward(INDArray x, Pass pass) {
    KeyValueCache cache = pass.cache();
    return cache == null ? attend(x, pass) : attendCached(x, pass, cache);
  }

  private Output attendCached(INDArray x, Pass pass, KeyValueCache cache) {
    if (!causal) {
      throw new IllegalArgumentException(
          "a key-value cache needs a causal attention, " + name + " is not");
    }
    TokenBatch tokens = pass.tokens();
    INDArray mixed = qkv.forward(x, pass).value();
    INDArray queries = config.hasRawHeads() ? queries(mixed) : prepareInPlace(mixed, pass);
    INDArray keysAndValues =
        KeyValueCache.columns(mixed, config.queryWidth(), 2L * config.keyWidth());
    KeysAndValues all = cache.append(name, keysAndValues, tokens);
    boolean several = tokens.length() > 1;
    INDArray attended =
        kernels
            .attention(
                cache.rowsOf(queries),
                all.keys(),
                all.values(),
                shape(cache.sequences(), tokens.length(), cache.capacity(), several),
                cache.padding())
            .output();
    INDArray rows = cache.padded(attended, tokens);
    return new Output(projection.forward(rows, pass).value(), KeyValueCache.NO_BACKWARD);
  }

  /** Returns the queries. The keys are changed in place. */
  private INDArray prepareInPlace(INDArray mixed, Pass pass) {
    if (config.norm() == null) {
      // keys are rotated like queries, and lie next to them
      long width = (long) config.queryWidth() + config.keyWidth();
      heads.queries(KeyValueCache.columns(mixed, 0, width), pass);
      return queries(mixed);
    }
    kernels.copyInto(heads.keys(keys(mixed), pass).value(), keys(mixed));
    return heads.queries(queries(mixed), pass).value();
  }

  private Output attend(INDArray x, Pass pass) {
    TokenBatch tokens = pass.tokens();
    Output mixed = config.hasRawHeads() ? qkv.forwardOperand(x, pass) : qkv.forward(x, pass);
    Output queries = heads.queries(queries(mixed.value()), pass);
    Output keys = heads.keys(keys(mixed.value()), pass);
    Attended attended =
        kernels.attention(
            queries.value(),
            keys.value(),
            values(mixed.value()),
            shape(tokens.sequences(), tokens.length(), tokens.length(), causal),
            tokens.attentionMask());
    Output projected = projection.forward(attended.output(), pass);
    return new Output(
        projected.value(),
        dy -> {
          INDArray dAttended = projected.pullback().pull(dy);
          INDArray dMixed = mixed.value().ulike();
          INDArray dq = queries(dMixed);
          INDArray dk = keys(dMixed);
          attended.pull(dAttended, dq, dk, values(dMixed));
          queries.pullback().pull(dq);
          keys.pullback().pull(dk);
          return mixed.pullback().pull(dMixed);
        });
  }

  private AttentionShape shape(int sequences, int queries, int keys, boolean masked) {
    return new AttentionShape(
        sequences, config.numAttentionHeads(), config.numKeyValueHeads(), queries, keys, masked);
  }

  private INDArray queries(INDArray mixed) {
    return KeyValueCache.columns(mixed, 0, config.queryWidth());
  }

  private INDArray keys(INDArray mixed) {
    return KeyValueCache.columns(mixed, config.queryWidth(), config.keyWidth());
  }

  private INDArray values(INDArray mixed) {
    return KeyValueCache.columns(
        mixed, (long) config.queryWidth() + config.keyWidth(), config.keyWidth());
  }

  @Override
  public List<Parameter> parameters() {
    return Stream.of(qkv.parameters(), heads.parameters(), projection.parameters())
        .flatMap(List::stream)
        .toList();
  }

  /** Prepares queries and keys for attention: normalisation, then rotary positions. */
  private static final class PreparedHeads {
    private final Kernels kernels;
    private final @Nullable Norm queryNorm;
    private final @Nullable Norm keyNorm;
    private final @Nullable RotaryTable rotary;

    /**
     * Creates the norms of the config.
     *
     * @param scope contains {@code queryNorm.gain} and {@code keyNorm.gain}, [w] or [heads * w]
     */
    PreparedHeads(Scope scope, AttentionConfig config) {
      this.kernels = scope.kernels();
      this.queryNorm = norm(scope.child("queryNorm"), config, config.queryWidth());
      this.keyNorm = norm(scope.child("keyNorm"), config, config.keyWidth());
      Rotary positions = config.rotary();
      this.rotary =
          positions == null ? null : new RotaryTable(positions, config.headDim(), kernels);
    }

    /**
     * Prepares queries. Without a norm it works in place. The pullback changes the gradient in
     * place.
     *
     * @param q [n, heads * w]; may be a column view
     */
    Output queries(INDArray q, Pass pass) {
      return rotated(normalized(queryNorm, q), pass);
    }

    /** Prepares keys [n, keyValueHeads * w] in the same way. */
    Output keys(INDArray k, Pass pass) {
      return rotated(normalized(keyNorm, k), pass);
    }

    private Output rotated(Output normed, Pass pass) {
      RotaryTable table = rotary;
      if (table == null) {
        return normed;
      }
      int[] positions = pass.positions();
      table.rotate(normed.value(), positions, false);
      return new Output(
          normed.value(),
          dy -> {
            table.rotate(dy, positions, true);
            return normed.pullback().pull(dy);
          });
    }

    private Output normalized(@Nullable Norm norm, INDArray rows) {
      if (norm == null) {
        return new Output(rows, dy -> dy);
      }
      Output normed = norm.forward(units(norm, rows));
      return new Output(
          normed.value().reshape('c', rows.shape()),
          dy -> {
            INDArray inner = normed.pullback().pull(units(norm, dy));
            kernels.copyInto(inner.reshape('c', dy.shape()), dy);
            return dy;
          });
    }

    /** Copies the rows in the shape in which they are normalised together. */
    private INDArray units(Norm norm, INDArray rows) {
      return kernels.copy(rows).reshape('c', rows.length() / norm.width(), norm.width());
    }

    private static @Nullable Norm norm(Scope scope, AttentionConfig config, int width) {
      QueryKeyNorm norm = config.norm();
      if (norm == null) {
        return null;
      }
      int together = norm.span() == QueryKeyNorm.Span.HEAD ? config.headDim() : width;
      return new Norm(scope, together, new NormConfig(NormConfig.Kind.RMS, norm.epsilon()));
    }

    List<Parameter> parameters() {
      return Stream.of(queryNorm, keyNorm)
          .flatMap(Stream::ofNullable)
          .flatMap(norm -> norm.parameters().stream())
          .toList();
    }
  }
}
