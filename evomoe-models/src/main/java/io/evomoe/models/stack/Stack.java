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
 * Blocks of one kind, with places for experts in every k-th. A place is the feed-forward branch of
 * its block, or follows the block's attentions in the stream: as its gate wants it ({@link
 * Placement}).
 */
public final class Stack implements Layer {
  private final Scope scope;
  private final List<Layer> made = new ArrayList<>();
  private final Sequential blocks;
  private final EvolvingLayers evolving;

  /** What a block's attentions see. */
  public enum Kind {
    /** Itself and earlier tokens: a decoder without an encoder. */
    CAUSAL,
    /** All tokens of the sequence: an encoder. */
    BIDIRECTIONAL,
    /** Itself and earlier tokens, then the encoder's: {@link Pass#memory()} must be there. */
    DECODER
  }

  /**
   * Makes the blocks.
   *
   * @param scope holds {@code blocks.0} and on, each with {@code attention}, {@code crossAttention}
   *     in a decoder, {@code feedForward}, and the norm of each that is a branch
   * @param placement of the norms; a stack that normalises before its branches wants a final norm,
   *     which is the model's
   * @param plan of the MoE layers; its initialization is that of all weights
   */
  public Stack(Scope scope, StackSize size, Kind kind, NormPlacement placement, ExpertPlan plan) {
    this.scope = scope;
    List<EvolvingFeedForward> places = new ArrayList<>();
    for (int i = 0; i < size.layers(); i++) {
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
              block, new Norms(placement, size.width(), size.norm()), size.dropout(), branches);
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
              block.child("crossAttention"), size.width(), size.attention().heads(), init));
    }
    return branches;
  }

  /**
   * Runs the blocks. In training, an output that is not finite becomes not a number altogether, so
   * that the loss does not either: nobody waits here to see whether it is. A model whose loss is
   * not finite repeats the pass as a {@linkplain Pass#search search}.
   *
   * @throws NotFiniteException in a search, if their output is not finite; it names the first block
   *     that gave such an output
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

  /** The places for experts, in order. */
  public EvolvingLayers evolving() {
    return evolving;
  }
}
