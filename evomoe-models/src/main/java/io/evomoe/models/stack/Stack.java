package io.evomoe.models.stack;

import io.evomoe.evolution.EvolvingFeedForward;
import io.evomoe.evolution.EvolvingLayers;
import io.evomoe.evolution.ExpertPlan;
import io.evomoe.moe.Placement;
import io.evomoe.nn.Block;
import io.evomoe.nn.CrossAttention;
import io.evomoe.nn.FeedForward;
import io.evomoe.nn.Initialization;
import io.evomoe.nn.Layer;
import io.evomoe.nn.NormPlacement;
import io.evomoe.nn.Norms;
import io.evomoe.nn.NotFiniteException;
import io.evomoe.nn.Output;
import io.evomoe.nn.Parameter;
import io.evomoe.nn.Pass;
import io.evomoe.nn.Recomputed;
import io.evomoe.nn.Scope;
import io.evomoe.nn.SelfAttention;
import io.evomoe.nn.Sequential;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Blocks of one kind, of which every n-th is an MoE block. The gate's {@link Placement} decides
 * where the experts are: as the block's feed-forward branch, or in the stream after its attention.
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
   * @param plan of the MoE layers; its initialization applies to all weights
   */
  public Stack(Scope scope, StackSize size, Kind kind, NormPlacement placement, ExpertPlan plan) {
    this.scope = scope;
    List<EvolvingFeedForward> places = new ArrayList<>();
    for (int i = 0; i < size.numHiddenLayers(); i++) {
      Scope block = scope.block(i);
      Map<String, Layer> branches = attentions(block, size, kind, plan.initialization());
      Scope inner = block.child("feedForward");
      boolean inStream = size.isMoe(i) && plan.gates().provider().placement() == Placement.STREAM;
      Layer last;
      if (size.isMoe(i)) {
        EvolvingFeedForward place = new EvolvingFeedForward(inner, plan, places.size());
        places.add(place);
        last = place;
      } else {
        last = new FeedForward(inner, size.feedForward(), plan.initialization());
      }
      if (!inStream) {
        branches.put("feedForward", last);
      }
      Layer residual =
          new Block(
              block,
              new Norms(placement, size.hiddenSize(), size.norm()),
              size.dropout(),
              branches);
      Layer whole = inStream ? Sequential.of(residual, last) : residual;
      made.add(size.recomputed() ? new Recomputed(whole, scope.kernels()) : whole);
    }
    blocks = new Sequential(made);
    evolving = new EvolvingLayers(places);
  }

  private static Map<String, Layer> attentions(
      Scope block, StackSize size, Kind kind, Initialization init) {
    Map<String, Layer> branches = new LinkedHashMap<>();
    boolean causal = kind != Kind.BIDIRECTIONAL;
    branches.put(
        "attention", new SelfAttention(block.child("attention"), size.attention(), causal, init));
    if (kind == Kind.DECODER) {
      branches.put(
          "crossAttention",
          new CrossAttention(
              block.child("crossAttention"),
              size.hiddenSize(),
              size.attention().numAttentionHeads(),
              init));
    }
    return branches;
  }

  /**
   * Runs the blocks. In training, a non-finite output is overwritten with NaN, so that the loss is
   * NaN too; this avoids waiting for a check here. A model whose loss is not finite repeats the
   * pass as a {@linkplain Pass#search search}.
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
