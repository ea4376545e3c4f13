package io.evomoe.nn;

import io.evomoe.kernel.AttentionShape;
import io.evomoe.kernel.Kernels;
import io.evomoe.kernel.Kernels.Attended;
import io.evomoe.nn.KeyValueCache.KeysAndValues;
import java.util.List;
import java.util.stream.Stream;
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
    INDArray keysAndValues = Columns.of(mixed, config.queryWidth(), 2L * config.keyWidth());
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
    INDArray keys = heads.keys(keys(mixed), pass).value();
    if (config.norm() != null) {
      kernels.copyInto(keys, keys(mixed));
    }
    return heads.queries(queries(mixed), pass).value();
  }

  private Output attend(INDArray x, Pass pass) {
    TokenBatch tokens = pass.tokens();
    Output mixed = config.hasRawHeads() ? qkv.forwardOperand(x) : qkv.forward(x, pass);
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
    return Columns.of(mixed, 0, config.queryWidth());
  }

  private INDArray keys(INDArray mixed) {
    return Columns.of(mixed, config.queryWidth(), config.keyWidth());
  }

  private INDArray values(INDArray mixed) {
    return Columns.of(mixed, (long) config.queryWidth() + config.keyWidth(), config.keyWidth());
  }

  @Override
  public List<Parameter> parameters() {
    return Stream.of(qkv.parameters(), heads.parameters(), projection.parameters())
        .flatMap(List::stream)
        .toList();
  }
}
