package io.evomoe.gates;

import io.evomoe.moe.Gate;
import io.evomoe.moe.Gate.GateState;
import io.evomoe.moe.Gate.TopKRouting;
import io.evomoe.moe.GateSpec;
import io.evomoe.moe.Options;
import io.evomoe.moe.Options.Bounds;
import io.evomoe.moe.Routed;
import io.evomoe.moe.Routing;
import io.evomoe.moe.TrainingFacts.TokenFrequencies;
import io.evomoe.nn.Parameter;
import io.evomoe.nn.Pass;
import io.evomoe.nn.TokenBatch;
import io.evomoe.random.CounterRandom;
import io.evomoe.step.StepContext;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.function.IntUnaryOperator;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import org.nd4j.linalg.api.memory.MemoryWorkspace;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * The gate of hash layers (Roller et al., arXiv 2106.04426, section 3.1): {@code y = f_e(x)} with
 * {@code e = table[token id]}. It has no parameters, loss or capacity. Evaluation routes like
 * training.
 *
 * <p>The table has an entry for every id of the vocabulary, whether or not the training text
 * contains it. It is part of the gate's state, so a restored run keeps it.
 *
 * <p>Options:
 *
 * <ul>
 *   <li>{@code table}: {@code random} (default) or {@code balanced}. {@code random} draws an expert
 *       for each id, with another table in each layer. {@code balanced} assigns ids in the order of
 *       their frequency in the training data, each to the expert with the lowest load. A balanced
 *       gate without frequencies has no table until one is restored. It cannot route before
 * </ul>
 */
public final class HashGate implements Gate {
  private static final String TABLE = "table";
  private static final double NO_EXPERT = -1;

  private final int experts;
  private final int vocabulary;
  private final GateState table;

  private static Gate of(GateSpec spec, Options options) {
    requireIds("hash", spec);
    return new HashGate(spec, options.choice(TABLE, Table.RANDOM));
  }

  private HashGate(GateSpec spec, Table kind) {
    this.experts = spec.experts();
    this.vocabulary = spec.vocabulary();
    this.table = new GateState(spec.scope().place(TABLE), array(spec, kind), true);
  }

  /**
   * Creates the gate of a layer in a model whose first MoE layers use a random table.
   *
   * @param layers number of MoE layers of a stack that use the table
   * @param gate name of the model's gate
   * @param other creates the gate of later layers
   */
  static Gate inFirst(int layers, String gate, GateSpec spec, Supplier<Gate> other) {
    if (spec.layer() >= layers) {
      return other.get();
    }
    requireIds(gate, spec);
    return new HashGate(spec, Table.RANDOM);
  }

  /** Reads option {@code hashLayers}, at least 0, default 0. */
  static int layers(Options options) {
    return options.integer("hashLayers", 0, Bounds.atLeast(0));
  }

  /** Rejects a model whose tokens have no ids. */
  static void requireIds(String gate, GateSpec spec) {
    if (spec.vocabulary() < 1) {
      throw new IllegalArgumentException(
          "vocabulary of token ids must be at least 1 for gate %s, which looks at ids, was %d"
              .formatted(gate, spec.vocabulary()));
    }
  }

  /**
   * Returns the table as an array on the host, where it is read. Expert indices are small enough to
   * be exact in every type of the kernels.
   */
  private static INDArray array(GateSpec spec, Table kind) {
    double[] values = kind == Table.RANDOM ? random(spec) : balanced(spec);
    try (MemoryWorkspace ignored = Nd4j.getMemoryManager().scopeOutOfWorkspaces()) {
      return Nd4j.createFromArray(values).castTo(spec.scope().kernels().dataType());
    }
  }

  private static double[] random(GateSpec spec) {
    String user = spec.scope().place(TABLE).name();
    CounterRandom random = new CounterRandom(CounterRandom.fold(spec.scope().seed(), user));
    double[] table = new double[spec.vocabulary()];
    Arrays.setAll(table, id -> random.below(spec.experts(), id));
    return table;
  }

  /**
   * Assigns ids from the most to the least frequent, each to the expert with the fewest occurrences
   * so far. Ties go to the expert with the fewest ids, then to the lowest index. So ids that never
   * occur are spread evenly, and loads differ by at most the largest frequency. Without
   * frequencies, the table is empty until a checkpoint fills it.
   */
  private static double[] balanced(GateSpec spec) {
    double[] table = new double[spec.vocabulary()];
    TokenFrequencies frequencies = spec.training().tokenFrequencies().orElse(null);
    if (frequencies == null) {
      Arrays.fill(table, NO_EXPERT);
      return table;
    }
    if (frequencies.vocabulary() != spec.vocabulary()) {
      throw new IllegalArgumentException(
          "token frequencies for gate hash must cover the vocabulary of %d ids, had %d"
              .formatted(spec.vocabulary(), frequencies.vocabulary()));
    }
    long[] occurrences = new long[spec.experts()];
    int[] ids = new int[spec.experts()];
    Comparator<Integer> lightest =
        Comparator.<Integer>comparingLong(e -> occurrences[e]).thenComparingInt(e -> ids[e]);
    Comparator<Integer> byFrequency = Comparator.comparingLong(frequencies::of);
    IntStream.range(0, table.length)
        .boxed()
        .sorted(byFrequency.reversed())
        .forEach(
            id -> {
              int expert = IntStream.range(0, ids.length).boxed().min(lightest).orElseThrow();
              table[id] = expert;
              occurrences[expert] += frequencies.of(id);
              ids[expert]++;
            });
    return table;
  }

  @Override
  public List<Parameter> parameters() {
    return List.of();
  }

  @Override
  public List<GateState> state() {
    return List.of(table);
  }

  @Override
  public TopKRouting topKRouting(StepContext step) {
    return new TopKRouting.Other("looks up its expert by the token's id");
  }

  /**
   * Looks up each token's expert.
   *
   * @throws IllegalArgumentException if a token id is outside the vocabulary, or if the table has
   *     no valid expert for it
   */
  @Override
  public Routed route(INDArray tokens, Pass pass) {
    TokenBatch batch = pass.tokens();
    return route(batch, experts, s -> expertOf(batch.id(s)));
  }

  /** Routes each real token to one expert with weight 1, without parameters and losses. */
  static Routed route(TokenBatch batch, int experts, IntUnaryOperator expertOf) {
    Routing.Builder routing = new Routing.Builder(batch.size(), experts);
    for (int s : batch.realRows()) {
      routing.assign(s, expertOf.applyAsInt(s), 1);
    }
    return new Routed(routing.build(), 0, gradient -> null);
  }

  /** Returns the expert of an id. The values may come from a checkpoint, so they are checked. */
  private int expertOf(int id) {
    if (id < 0 || id >= vocabulary) {
      throw new IllegalArgumentException(
          "the table of gate hash (%s) covers the token ids 0..%d, token id was %d"
              .formatted(table.name(), vocabulary - 1, id));
    }
    double expert = table.value().getDouble(id);
    if (expert == NO_EXPERT) {
      throw new IllegalArgumentException(
          "option table of gate hash is balanced, which needs the token frequencies of the training"
              + " data or a table from a checkpoint, had neither ("
              + table.name()
              + ")");
    }
    if (!(expert >= 0 && expert < experts) || expert != (int) expert) {
      throw new IllegalArgumentException(
          "the table of gate hash (%s) must give token id %d one of the experts 0..%d, was %s"
              .formatted(table.name(), id, experts - 1, expert));
    }
    return (int) expert;
  }

  private enum Table {
    RANDOM,
    BALANCED
  }

  /** Gate {@code hash}. */
  public static final class Provider extends BuiltInProvider {
    /** Creates the provider. */
    public Provider() {
      super(
          "hash", "a fixed expert for each token id (hash layers, arXiv 2106.04426)", HashGate::of);
    }
  }
}
