package io.evomoe.models.stack;

import io.evomoe.evolution.EvolvingFeedForward;
import io.evomoe.evolution.EvolvingLayers;
import io.evomoe.evolution.ExpertPlan;
import io.evomoe.moe.GateProvider.Placement;
import io.evomoe.moe.Gates;
import io.evomoe.nn.Block;
import io.evomoe.nn.Block.NormPlacement;
import io.evomoe.nn.Block.Norms;
import io.evomoe.nn.CrossAttention;
import io.evomoe.nn.FeedForward;
import io.evomoe.nn.Layer;
import io.evomoe.nn.NotFiniteException;
import io.evomoe.nn.Output;
import io.evomoe.nn.Parameter;
import io.evomoe.nn.Pass;
import io.evomoe.nn.Scope;
import io.evomoe.nn.Scope.Initialization;
import io.evomoe.nn.SelfAttention;
import io.evomoe.nn.Sequential;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Blocks of one kind, of which some are MoE blocks. The gate's {@link Placement} decides where the
 * experts are: as the block's feed-forward branch, or in the stream after its attention.
 */
public final class Stack implements Layer {
  private final Scope scope;
  private final List<Layer> made = new ArrayList<>();
  private final Sequential blocks;
  private final EvolvingLayers evolving;

  /** The tokens that a block attends to. */
  public enum Kind {
    /** The token itself and earlier ones: a decoder without an encoder. */
    CAUSAL,
    /** All tokens of the sequence: an encoder. */
    BIDIRECTIONAL,
    /**
     * The token itself and earlier ones, then the encoder's output: needs {@link Pass#memory()}.
     */
    DECODER
  }

  /**
   * Creates the blocks.
   *
   * @param scope contains {@code blocks.0} and so on, each with {@code attention}, {@code
   *     feedForward} and in a decoder {@code crossAttention}, and the norm of each branch
   * @param placement of the norms; a pre-norm stack needs a final norm, which belongs to the model
   * @param gates makes the gates, and decides whether there are experts
   * @param moeLayersOfModel MoE blocks of all the model's stacks
   * @param initialization of all weights
   * @param vocabulary number of token ids
   */
  public Stack(
      Scope scope,
      StackConfig config,
      Kind kind,
      NormPlacement placement,
      Gates gates,
      int moeLayersOfModel,
      Initialization initialization,
      int vocabulary) {
    this.scope = scope;
    int moeLayers = config.moeLayers();
    List<EvolvingFeedForward> places = new ArrayList<>();
    for (int i = 0; i < config.numHiddenLayers(); i++) {
      BlockConfig block = config.blocks().get(i);
      Scope inner = scope.block(i);
      Scope innermost = inner.child("feedForward");
      Map<String, Layer> branches = attentions(inner, block, kind, initialization);
      MoeConfig moe = block.moe();
      Layer last;
      if (moe == null) {
        last = new FeedForward(innermost, block.feedForward(), initialization);
      } else {
        ExpertPlan plan =
            new ExpertPlan(
                gates,
                moe.experts(),
                moe.shared(),
                moeLayers,
                moeLayersOfModel,
                block.feedForward().withIntermediateSize(moe.intermediateSize()),
                block.norm(),
                initialization,
                vocabulary,
                kind != Kind.BIDIRECTIONAL);
        EvolvingFeedForward place = new EvolvingFeedForward(innermost, plan, places.size());
        places.add(place);
        last = place;
      }
      boolean inStream = moe != null && gates.provider().placement() == Placement.STREAM;
      if (!inStream) {
        branches.put("feedForward", last);
      }
      Norms norms = new Norms(placement, block.hiddenSize(), block.norm());
      Layer residual = new Block(inner, norms, block.dropout(), branches);
      Layer whole = inStream ? Sequential.of(residual, last) : residual;
      made.add(block.recomputed() ? whole.recomputed(scope.kernels()) : whole);
    }
    blocks = new Sequential(made);
    evolving = new EvolvingLayers(places);
  }

  private static Map<String, Layer> attentions(
      Scope scope, BlockConfig block, Kind kind, Initialization init) {
    Map<String, Layer> branches = new LinkedHashMap<>();
    boolean causal = kind != Kind.BIDIRECTIONAL;
    branches.put(
        "attention", new SelfAttention(scope.child("attention"), block.attention(), causal, init));
    if (kind == Kind.DECODER) {
      branches.put(
          "crossAttention",
          new CrossAttention(
              scope.child("crossAttention"),
              block.hiddenSize(),
              block.attention().numAttentionHeads(),
              init));
    }
    return branches;
  }

  /**
   * Runs the blocks. In training, a non-finite output is overwritten with NaN, so that the loss is
   * NaN too; this avoids waiting for a check here. A model whose loss is not finite repeats the
   * pass as a {@linkplain Pass#withSearching search}.
   *
   * @throws NotFiniteException in a search, if the output is not finite; it names the first block
   *     with such an output
   */
  @Override
  public Output forward(INDArray x, Pass pass) {
    if (pass.searching()) {
      return searched(x, pass);
    }
    Output output = blocks.forward(x, pass);
    if (pass.step().training()) {
      scope.kernels().spoilUnlessFinite(output.value());
    }
    return output;
  }

  private Output searched(INDArray x, Pass pass) {
    requireFinite("the embeddings before " + scope.block(0).name(), x);
    INDArray value = x;
    for (int i = 0; i < made.size(); i++) {
      value = made.get(i).forward(value, pass).value();
      requireFinite(scope.block(i).name(), value);
    }
    return new Output(
        value,
        dy -> {
          throw new IllegalStateException("a search has no backward pass");
        });
  }

  private void requireFinite(String what, INDArray rows) {
    if (!scope.kernels().hasFiniteSquares(rows)) {
      throw new NotFiniteException("the output of " + what + " was not finite");
    }
  }

  @Override
  public List<Parameter> parameters() {
    return blocks.parameters();
  }

  /** Returns the MoE layers, in order. */
  public EvolvingLayers evolving() {
    return evolving;
  }
}
