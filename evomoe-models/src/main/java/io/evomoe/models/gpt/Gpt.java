package io.evomoe.models.gpt;

import io.evomoe.evolution.EvolvingFeedForward;
import io.evomoe.evolution.ExpertPlan;
import io.evomoe.evolution.SpawnMethod;
import io.evomoe.kernel.Kernels;
import io.evomoe.models.text.LanguageBatch;
import io.evomoe.moe.GateProvider;
import io.evomoe.moe.GateState;
import io.evomoe.moe.TrainingFacts;
import io.evomoe.nn.Block;
import io.evomoe.nn.Embedding;
import io.evomoe.nn.FeedForward;
import io.evomoe.nn.Initialization;
import io.evomoe.nn.Layer;
import io.evomoe.nn.LayerNorm;
import io.evomoe.nn.Output;
import io.evomoe.nn.Parameter;
import io.evomoe.nn.Pass;
import io.evomoe.nn.RoutingReport;
import io.evomoe.nn.Scope;
import io.evomoe.nn.SelfAttention;
import io.evomoe.nn.TokenBatch;
import io.evomoe.random.CounterRandom;
import io.evomoe.step.StepContext;
import io.evomoe.training.Loss;
import io.evomoe.training.Model;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * GPT-2's architecture (Radford et al. 2019): learned positions, pre-normalised blocks, a final
 * normalisation and an output head tied to the token embedding; with experts in every k-th block.
 */
public final class Gpt implements Model<LanguageBatch> {
  private final GptConfig config;
  private final Kernels kernels;
  private final Embedding tokens;
  private final Embedding positions;
  private final List<Block> blocks = new ArrayList<>();
  private final List<EvolvingFeedForward> evolving = new ArrayList<>();
  private final LayerNorm finalNorm;

  /** A GPT with fresh weights, for a training of which nothing is known. */
  public Gpt(
      GptConfig config,
      GateProvider gates,
      Map<String, String> gateOptions,
      long seed,
      Kernels kernels) {
    this(config, gates, gateOptions, TrainingFacts.UNKNOWN, seed, kernels);
  }

  /**
   * A GPT with fresh weights.
   *
   * @param gates makes the gates, and says when there are experts
   * @param gateOptions options of the gate, by name
   * @param training what is known of the training to come
   * @param seed of all initial weights
   * @param kernels to compute with; their data type is the model's
   */
  public Gpt(
      GptConfig config,
      GateProvider gates,
      Map<String, String> gateOptions,
      TrainingFacts training,
      long seed,
      Kernels kernels) {
    this.config = config;
    this.kernels = kernels;
    Scope root = Scope.root(seed, kernels);
    Initialization init = Initialization.gpt2(config.layers(), config.width());
    int width = config.width();
    tokens = new Embedding(root.child("tokens"), config.vocabulary(), width, init.deviation());
    positions = new Embedding(root.child("positions"), config.positions(), width, init.deviation());
    ExpertPlan plan =
        new ExpertPlan(
            gates,
            gateOptions,
            config.experts(),
            Math.max(1, config.moeLayers()),
            width,
            config.hidden(),
            config.activation(),
            init,
            config.vocabulary(),
            true,
            training);
    for (int i = 0; i < config.layers(); i++) {
      blocks.add(block(root.child("blocks").child(i), i, plan));
    }
    finalNorm = new LayerNorm(root.child("finalNorm"), width);
  }

  private Block block(Scope scope, int index, ExpertPlan plan) {
    Initialization init = plan.initialization();
    Scope inner = scope.child("feedForward");
    Layer feedForward;
    if (config.isMoe(index)) {
      EvolvingFeedForward place = new EvolvingFeedForward(inner, plan);
      evolving.add(place);
      feedForward = place;
    } else {
      feedForward =
          new FeedForward(inner, config.width(), config.hidden(), config.activation(), init);
    }
    SelfAttention attention =
        new SelfAttention(scope.child("attention"), config.width(), config.heads(), true, init);
    return new Block(scope, config.width(), config.dropout(), attention, feedForward);
  }

  @Override
  public Loss loss(LanguageBatch batch, StepContext context) {
    Output hidden = hidden(batch.tokens(), context);
    Output logits = tokens.logits(hidden.value());
    int[] targets = batch.targets();
    double value = kernels.crossEntropy(logits.value(), targets, context.training());
    double auxLoss = hidden.reports().stream().mapToDouble(RoutingReport::auxLoss).sum();
    return new Loss(
        value,
        auxLoss,
        batch.countedTargets(),
        hidden.reports(),
        () -> {
          if (!context.training()) {
            throw new IllegalStateException("an evaluated loss has no backward pass");
          }
          hidden.pullback().pull(logits.pullback().pull(logits.value()));
        });
  }

  /**
   * Logits of the token after each sequence's last, [sequences, vocabulary].
   *
   * @param read sequences of at most {@link GptConfig#positions()} tokens
   */
  public INDArray nextTokenLogits(TokenBatch read, StepContext context) {
    INDArray hidden = hidden(read, context.evaluating()).value();
    int[] last = new int[read.sequences()];
    for (int i = 0; i < last.length; i++) {
      last[i] = (i + 1) * read.length() - 1;
    }
    return tokens.logits(kernels.gatherRows(hidden, last)).value();
  }

  /** Rows after the final normalisation [S, d]; the pullback ends at the embeddings. */
  private Output hidden(TokenBatch read, StepContext context) {
    if (read.length() > config.positions()) {
      throw new IllegalArgumentException(
          "a sequence must have at most %d tokens, had %d"
              .formatted(config.positions(), read.length()));
    }
    Pass pass = new Pass(context, read);
    List<Output> outputs = new ArrayList<>();
    outputs.add(embed(read, context));
    for (Layer layer : Stream.concat(blocks.stream(), Stream.of(finalNorm)).toList()) {
      outputs.add(layer.forward(outputs.get(outputs.size() - 1).value(), pass));
    }
    return new Output(
        outputs.get(outputs.size() - 1).value(),
        dy -> {
          INDArray gradient = dy;
          for (int i = outputs.size() - 1; i >= 0; i--) {
            gradient = outputs.get(i).pullback().pull(gradient);
          }
          return gradient;
        },
        outputs.stream().flatMap(output -> output.reports().stream()).toList());
  }

  private Output embed(TokenBatch read, StepContext context) {
    int[] places = new int[read.size()];
    for (int s = 0; s < places.length; s++) {
      places[s] = s % read.length();
    }
    Output token = tokens.lookUp(read.ids());
    Output position = positions.lookUp(places);
    INDArray sum = kernels.add(token.value(), position.value());
    boolean drops = context.training() && config.dropout() > 0;
    long seed = CounterRandom.fold(context.seed(), "embeddings");
    return new Output(
        drops ? kernels.dropout(sum, config.dropout(), seed) : sum,
        dy -> {
          INDArray dSum = drops ? kernels.dropout(dy, config.dropout(), seed) : dy;
          token.pullback().pull(dSum);
          return position.pullback().pull(dSum);
        });
  }

  @Override
  public List<Parameter> parameters() {
    return Stream.of(
            tokens.parameters().stream(),
            positions.parameters().stream(),
            blocks.stream().flatMap(block -> block.parameters().stream()),
            finalNorm.parameters().stream())
        .flatMap(parameters -> parameters)
        .toList();
  }

  @Override
  public List<GateState> state() {
    return evolving.stream().flatMap(place -> place.state().stream()).toList();
  }

  @Override
  public List<EvolvingFeedForward> evolvingLayers() {
    return List.copyOf(evolving);
  }

  @Override
  public Map<Parameter, Parameter> spawn(SpawnMethod method, long seed) {
    Map<Parameter, Parameter> lineage = new LinkedHashMap<>();
    evolving.forEach(place -> lineage.putAll(place.spawn(method, seed)));
    return lineage;
  }

  @Override
  public double activeParameters(double meanActiveExperts) {
    double all = parameters().stream().mapToLong(Parameter::length).sum();
    double idle = positions.parameters().get(0).length();
    for (EvolvingFeedForward place : evolving) {
      double active = place.isMixture() ? meanActiveExperts : 1;
      idle += place.expertParameters() * (place.experts() - active);
    }
    return all - idle;
  }

  /** The size. */
  public GptConfig config() {
    return config;
  }
}
