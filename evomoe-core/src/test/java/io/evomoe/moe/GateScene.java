package io.evomoe.moe;

import io.evomoe.kernel.KernelSelection;
import io.evomoe.moe.TrainingFacts.TokenFrequencies;
import io.evomoe.nn.Parameter;
import io.evomoe.nn.Pass;
import io.evomoe.nn.Scope;
import io.evomoe.step.StepContext;
import io.evomoe.step.StepContext.Phase;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/** A gate in double, with weights large enough that its choices are clear. */
public final class GateScene {
  /** MoE layers that the gate is told of. */
  public static final int MOE_LAYERS = 3;

  /** Low enough for a dense-to-sparse gate to leave experts out. */
  public static final double TEMPERATURE = 0.3;

  /** The id that stands for no text. */
  public static final int SPECIAL = 14;

  /** Training of 10,000 steps on ids of which higher ones are more frequent, one special. */
  public static final TrainingFacts TRAINING =
      new TrainingFacts(OptionalLong.of(10_000), Optional.of(frequencies()), Set.of(SPECIAL));

  private static final double SCALE = 25;

  private final Gate gate;
  private final int experts;
  private final Map<String, String> options;

  private GateScene(Gate gate, int experts, Map<String, String> options) {
    this.gate = gate;
    this.experts = experts;
    this.options = options;
  }

  /** A gate of the provider's. */
  public static GateScene of(GateProvider provider, int experts, Map<String, String> options) {
    return of(provider, experts, options, 7);
  }

  /** A gate whose parameters are drawn from {@code seed}. */
  public static GateScene of(
      GateProvider provider, int experts, Map<String, String> options, long seed) {
    return of(provider, experts, options, seed, TRAINING);
  }

  /** A gate that is told of the training to come. */
  public static GateScene of(
      GateProvider provider,
      int experts,
      Map<String, String> options,
      long seed,
      TrainingFacts training) {
    Scope scope = Scope.root(seed, KernelSelection.forType(DataType.DOUBLE)).gate();
    Gate gate =
        provider.create(
            new GateSpec(
                scope,
                TokenRows.WIDTH,
                experts,
                0,
                1,
                MOE_LAYERS,
                TokenRows.VOCABULARY,
                false,
                options,
                training));
    gate.parameters().forEach(parameter -> parameter.value().muli(SCALE));
    return new GateScene(gate, experts, options);
  }

  private static TokenFrequencies frequencies() {
    IntStream ids =
        IntStream.range(0, TokenRows.VOCABULARY)
            .flatMap(id -> IntStream.generate(() -> id).limit(1 + id * id));
    return TokenFrequencies.count(ids, TokenRows.VOCABULARY);
  }

  /** Training in the given phase, before the annealing has ended. */
  public static StepContext training(Phase phase, long seed) {
    return new StepContext(100, phase, TEMPERATURE, 0.6, 1, true, seed);
  }

  /** Soft training with a fixed seed. */
  public static StepContext training() {
    return training(Phase.SOFT, 1);
  }

  /** Evaluation in the soft phase. */
  public static StepContext evaluation() {
    return training().evaluating();
  }

  /** Every way a gate can be asked: soft and hard training, and evaluation after each. */
  public static List<StepContext> contexts() {
    StepContext hard = training(Phase.HARD, 1);
    return List.of(training(), hard, evaluation(), hard.evaluating());
  }

  /** The same, and a hard phase of two experts where there are two. */
  public List<StepContext> everyContext() {
    if (experts < 2) {
      return contexts();
    }
    StepContext pair = training().hard(2);
    return Stream.concat(contexts().stream(), Stream.of(pair, pair.evaluating())).toList();
  }

  /** The gate. */
  public Gate gate() {
    return gate;
  }

  /** E. */
  public int experts() {
    return experts;
  }

  /** What the gate was made with. */
  public Map<String, String> options() {
    return options;
  }

  /** Routes the tokens. */
  public Routed route(TokenRows tokens, StepContext context) {
    return route(tokens.array(), tokens, context);
  }

  /** Routes an array in place of the tokens' own. */
  public Routed route(INDArray array, TokenRows tokens, StepContext context) {
    return gate.route(array, new Pass(context, tokens.batch()));
  }

  /**
   * Makes every matrix parameter [d, E] or [E, d] the identity, so that axis e leads to expert e.
   */
  public void pointExpertsAlongAxes() {
    for (Parameter parameter : gate.parameters()) {
      INDArray value = parameter.value();
      if (value.rank() == 2) {
        value.assign(0);
        for (int e = 0; e < Math.min(value.rows(), value.columns()); e++) {
          value.putScalar(e, e, 1);
        }
      }
    }
  }

  /** Sets all parameters and the state to those of another gate of the same kind. */
  public void copyFrom(GateScene other) {
    for (int i = 0; i < gate.parameters().size(); i++) {
      gate.parameters().get(i).value().assign(other.gate.parameters().get(i).value());
    }
    for (int i = 0; i < gate.state().size(); i++) {
      gate.state().get(i).value().assign(other.gate.state().get(i).value());
    }
  }
}
