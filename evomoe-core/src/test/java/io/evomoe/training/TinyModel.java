package io.evomoe.training;

import io.evomoe.evolution.EvolutionConfig.SpawnMethod;
import io.evomoe.kernel.Accumulator;
import io.evomoe.kernel.ActivationFunction;
import io.evomoe.kernel.Kernels;
import io.evomoe.moe.Gate.GateState;
import io.evomoe.moe.GateProvider.ExpertLifecycle;
import io.evomoe.nn.Parameter;
import io.evomoe.nn.Scope;
import io.evomoe.random.CounterRandom;
import io.evomoe.step.StepContext;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * Regression by the mean of two-layer nets, with dropout on the input: one net at first, {@link
 * #EXPERTS} after the spawn. The loss is the mean squared error.
 */
public final class TinyModel implements Model<TinyBatch> {
  /** Nets after the spawn. */
  public static final int EXPERTS = 3;

  private static final int HIDDEN = 7;

  private final Kernels kernels;
  private final double dropout;
  private final Scope scope;
  private final List<Expert> experts = new ArrayList<>();
  private final INDArray counter;
  private ExpertLifecycle growth = ExpertLifecycle.SPAWNED;

  /** A model of one net, with a dropout of 0.1. */
  public TinyModel(Kernels kernels, long seed) {
    this(kernels, seed, 0.1);
  }

  /** A model of one net with another dropout. */
  public TinyModel(Kernels kernels, long seed, double dropout) {
    this.dropout = dropout;
    this.kernels = kernels;
    this.scope = Scope.root(seed, kernels);
    this.counter = Nd4j.zeros(kernels.dataType(), 1);
    experts.add(new Expert(scope.child("expert")));
  }

  /** The same for a training in which it grows otherwise. */
  public TinyModel growing(ExpertLifecycle other) {
    growth = other;
    return this;
  }

  @Override
  public Loss loss(TinyBatch batch, StepContext context) {
    int n = batch.rows();
    INDArray x = array(batch.inputs(), n, TinyBatch.WIDTH);
    INDArray input =
        context.training() && dropout > 0 ? kernels.dropout(x, dropout, context.seed()) : x;
    List<Pass> passes = experts.stream().map(expert -> expert.forward(input)).toList();
    INDArray error = array(batch.targets(), n, 1).negi();
    passes.forEach(pass -> error.addi(pass.output.div(experts.size())));
    if (context.training()) {
      counter.addi(1);
    }
    Runnable backward =
        () -> passes.forEach(pass -> pass.backward(error.mul(2.0 / n / experts.size())));
    return new Loss(kernels.sumOfSquares(error) / n, 0, n, n, 0, List.of(), backward);
  }

  @Override
  public List<Parameter> parameters() {
    return experts.stream().flatMap(expert -> expert.parameters().stream()).toList();
  }

  @Override
  public List<GateState> state() {
    return List.of(new GateState(scope.place("counter"), counter));
  }

  @Override
  public long seed() {
    return scope.seed();
  }

  @Override
  public Kernels kernels() {
    return kernels;
  }

  @Override
  public ExpertLifecycle growth() {
    return growth;
  }

  @Override
  public Map<Parameter, Parameter> spawn(SpawnMethod method, long seed) {
    Expert parent = experts.remove(0);
    Map<Parameter, Parameter> parents = new LinkedHashMap<>();
    for (int e = 0; e < EXPERTS; e++) {
      Expert child = new Expert(scope.expert(e));
      experts.add(child);
      for (int i = 0; i < child.parameters().size(); i++) {
        Parameter from = parent.parameters().get(i);
        Parameter to = child.parameters().get(i);
        to.value().assign(from.value());
        disturb(to, new CounterRandom(CounterRandom.fold(seed, to.name())));
        parents.put(to, from);
      }
    }
    return parents;
  }

  @Override
  public double activeParameters(double meanActiveExperts) {
    return meanActiveExperts * (TinyBatch.WIDTH + 1) * HIDDEN;
  }

  private static void disturb(Parameter parameter, CounterRandom random) {
    for (int i = 0; i < parameter.length(); i++) {
      parameter.value().putScalar(i, parameter.value().getDouble(i) + 0.1 * random.gaussian(i));
    }
  }

  private INDArray array(double[] values, long... shape) {
    return Nd4j.create(values, shape, 'c').castTo(kernels.dataType());
  }

  private final class Expert {
    private final Parameter in;
    private final Parameter bias;
    private final Parameter out;

    Expert(Scope scope) {
      in = scope.normal("in", 0.5, TinyBatch.WIDTH, HIDDEN);
      bias = scope.constant("bias", Parameter.Role.BIAS, 0, HIDDEN);
      out = scope.normal("out", 0.5, HIDDEN, 1);
    }

    List<Parameter> parameters() {
      return List.of(in, bias, out);
    }

    Pass forward(INDArray x) {
      INDArray before = kernels.linear(x, in.value(), bias.value());
      INDArray hidden = kernels.activation(ActivationFunction.GELU, before);
      return new Pass(this, x, before, hidden, kernels.linear(hidden, out.value(), null));
    }
  }

  private final class Pass {
    private final Expert expert;
    private final INDArray x;
    private final INDArray before;
    private final INDArray hidden;
    private final INDArray output;

    Pass(Expert expert, INDArray x, INDArray before, INDArray hidden, INDArray output) {
      this.expert = expert;
      this.x = x;
      this.before = before;
      this.hidden = hidden;
      this.output = output;
    }

    void backward(INDArray dOutput) {
      kernels.multiplyInto(hidden, true, dOutput, false, expert.out.accumulator());
      INDArray dHidden = kernels.multiply(dOutput, false, expert.out.value(), true);
      INDArray dBefore = kernels.activationGradient(ActivationFunction.GELU, before, dHidden);
      Accumulator bias = expert.bias.accumulator();
      kernels.columnSumsInto(dBefore, bias);
      kernels.multiplyInto(x, true, dBefore, false, expert.in.accumulator());
    }
  }
}
