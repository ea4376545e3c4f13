package io.evomoe.models.dl4j;

import io.evomoe.evolution.EvolutionSchedule;
import io.evomoe.nn.Output;
import io.evomoe.nn.Pass;
import io.evomoe.nn.RoutingReport;
import io.evomoe.random.CounterRandom;
import io.evomoe.step.StepContext;
import io.evomoe.step.StepContext.Phase;
import java.util.Map;
import java.util.Optional;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.gradient.DefaultGradient;
import org.deeplearning4j.nn.gradient.Gradient;
import org.deeplearning4j.nn.layers.BaseLayer;
import org.deeplearning4j.nn.workspace.ArrayType;
import org.deeplearning4j.nn.workspace.LayerWorkspaceMgr;
import org.jspecify.annotations.Nullable;
import org.nd4j.common.primitives.Pair;
import org.nd4j.linalg.activations.IActivation;
import org.nd4j.linalg.activations.impl.ActivationIdentity;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.memory.MemoryWorkspace;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.NDArrayIndex;

/**
 * The runtime layer of a {@link MixtureOfExpertsLayer}, as returned by {@code network.getLayer(i)}.
 * DL4J calls it. Other code uses only {@link #routing()} and {@link #context()}.
 */
public final class MixtureOfExperts extends BaseLayer<MixtureOfExpertsLayer> {
  private final BoundMixture mixture;
  private final MixtureSettings settings;
  private final EvolutionSchedule schedule;
  private @Nullable Forward forward;
  private @Nullable RoutingReport routing;
  private @Nullable StepContext context;
  private boolean trained;
  private double auxLoss;
  private int miniBatch;

  /**
   * Iterations of the network that this layer was taken from, or -1 before the first training pass.
   */
  private long earlier = -1;

  MixtureOfExperts(NeuralNetConfiguration conf, DataType type, Map<String, INDArray> table) {
    super(conf, type);
    this.params = table;
    this.settings = layerConf().settings();
    this.schedule = settings.schedule();
    this.mixture = new BoundMixture(conf, table);
  }

  /**
   * Returns how the last pass used the experts. Empty before the first pass and while there is one
   * expert.
   */
  public Optional<RoutingReport> routing() {
    return Optional.ofNullable(routing);
  }

  /** Returns iteration, phase and temperature of the last pass. Empty before the first pass. */
  public Optional<StepContext> context() {
    return Optional.ofNullable(context);
  }

  /** The values that one pass keeps for the backward pass. */
  private record Forward(
      TokenLayout layout, Output output, @Nullable INDArray mask, INDArray result) {}

  @Override
  public INDArray activate(boolean training, LayerWorkspaceMgr workspaces) {
    assertInputSet(false);
    applyDropOutIfNecessary(training, workspaces);
    // The backward pass needs these as long as the activations live; inference does not need them.
    ArrayType place = training ? ArrayType.ACTIVATIONS : ArrayType.FF_WORKING_MEM;
    Forward pass;
    try (MemoryWorkspace ignored = workspaces.notifyScopeBorrowed(place)) {
      pass = compute(training);
    }
    trained = training;
    forward = training ? pass : null;
    return shaped(pass.layout, pass.result, ArrayType.ACTIVATIONS, workspaces);
  }

  @Override
  public Pair<Gradient, INDArray> backpropGradient(INDArray epsilon, LayerWorkspaceMgr workspaces) {
    assertInputSet(true);
    Forward pass;
    INDArray dInput;
    try (MemoryWorkspace ignored = workspaces.notifyScopeBorrowed(ArrayType.BP_WORKING_MEM)) {
      pass = forward == null ? compute(trained) : forward;
      forward = null;
      dInput = backward(pass, pass.layout.rows(epsilon.castTo(dataType)));
      if (trained) {
        mixture.store(time());
      }
    }
    Gradient gradient = new DefaultGradient(gradientsFlattened);
    mixture.completeGradients().forEach((key, g) -> gradient.setGradientFor(key, g, 'c'));
    INDArray next = shaped(pass.layout, dInput, ArrayType.ACTIVATION_GRAD, workspaces);
    return new Pair<>(gradient, backpropDropOutIfPresent(next));
  }

  private static INDArray shaped(
      TokenLayout layout, INDArray rows, ArrayType place, LayerWorkspaceMgr workspaces) {
    return workspaces.dup(place, layout.shaped(rows), layout.recurrent() ? 'f' : 'c');
  }

  private Forward compute(boolean training) {
    String name = layerConf().getLayerName();
    TokenLayout layout = TokenLayout.of(input, layerConf().format(), layerConf().getNIn(), name);
    INDArray features = layout.rows(input.castTo(dataType));
    INDArray rows = tokens(features);
    INDArray mask = layout.maskColumn(maskArray, rows, name);
    mixture.load();
    StepContext now = now(training);
    Pass pass = new Pass(now, layout.batch(ids(features, mask), mask));
    Output output = mixture.forward(rows, pass);
    auxLoss = output.reports().stream().mapToDouble(RoutingReport::auxLoss).sum();
    routing = output.reports().isEmpty() ? null : output.reports().get(0);
    context = now;
    return new Forward(layout, output, mask, result(output.value(), rows, mask, training));
  }

  private INDArray result(
      INDArray value, INDArray rows, @Nullable INDArray mask, boolean training) {
    INDArray y = isLinear() ? value : activation().getActivation(value.dup('c'), training);
    INDArray sum = settings.residual() ? y.add(rows) : y;
    return mask == null ? sum : sum.mulColumnVector(mask);
  }

  private INDArray backward(Forward pass, INDArray epsilon) {
    INDArray dSum = pass.mask == null ? epsilon : epsilon.mulColumnVector(pass.mask);
    INDArray dValue =
        isLinear()
            ? dSum
            : activation().backprop(pass.output.value().dup('c'), dSum.dup('c')).getFirst();
    // The pullback adds the auxiliary loss with weight 1, so the rest must be a mean as well. DL4J
    // divides afterwards.
    double examples = examples();
    mixture.clearGradients();
    INDArray dRows = pass.output.pullback().pull(dValue.div(examples));
    if (!trained) { // frozen: the score is without the auxiliary loss
      dRows = dRows.sub(compute(false).output.pullback().pull(dValue.mul(0)));
    }
    dRows = dRows.mul(examples);
    mixture.scaleGradients(examples);
    if (settings.residual()) {
      dRows.addi(dSum);
    }
    return settings.idColumns() == 0
        ? dRows
        : Nd4j.hstack(dRows, Nd4j.zeros(dRows.dataType(), dRows.size(0), 1));
  }

  /**
   * Returns the divisor of gradients in DL4J. Graphs do not provide it, so they use the examples of
   * this layer.
   */
  private double examples() {
    return conf.isMiniBatch() ? getInputMiniBatchSize() : 1;
  }

  private StepContext now(boolean training) {
    if (!training) {
      return schedule.context(mixture.iteration(), false, conf.getSeed());
    }
    long time = time();
    StepContext now =
        schedule.context(time, true, CounterRandom.fold(conf.getSeed(), "iteration." + time));
    if (mixture.awaitsSpawn() && now.phase() != Phase.DIVERSIFY) {
      mixture.spawn(schedule.config().spawnMethod());
    }
    return now;
  }

  /**
   * Returns the iterations that trained this layer. DL4J's own count restarts in another network.
   */
  private long time() {
    if (earlier < 0) {
      long last = mixture.iteration();
      earlier = last > getIterationCount() ? last + 1 - getIterationCount() : 0;
    }
    return earlier + getIterationCount();
  }

  private INDArray tokens(INDArray features) {
    return settings.idColumns() == 0
        ? features
        : features.get(NDArrayIndex.all(), NDArrayIndex.interval(0, layerConf().width())).dup('c');
  }

  /** Returns the token ids. Those of masked tokens are ignored. */
  private int[] ids(INDArray features, @Nullable INDArray mask) {
    int[] ids = new int[Math.toIntExact(features.size(0))];
    if (settings.idColumns() > 0) {
      for (int s = 0; s < ids.length; s++) {
        double id = features.getDouble(s, layerConf().width());
        if (id != Math.rint(id) && (mask == null || mask.getDouble(s) != 0)) {
          throw new IllegalArgumentException(
              "token id of layer %s must be a whole number, was %s"
                  .formatted(layerConf().getLayerName(), id));
        }
        ids[s] = (int) id;
      }
    }
    return ids;
  }

  private IActivation activation() {
    return layerConf().getActivationFn();
  }

  private boolean isLinear() {
    return activation() instanceof ActivationIdentity;
  }

  /**
   * Returns the layer's regularisation, plus the auxiliary loss if the last pass was a training
   * pass.
   */
  @Override
  public double calcRegularizationScore(boolean backpropParamsOnly) {
    return super.calcRegularizationScore(backpropParamsOnly) + (trained ? auxLoss : 0);
  }

  @Override
  public void applyConstraints(int iteration, int epoch) {
    super.applyConstraints(iteration, epoch);
    mixture.restoreKept();
  }

  @Override
  public void setBackpropGradientsViewArray(INDArray gradients) {
    super.setBackpropGradientsViewArray(gradients);
    mixture.gradientsIn(gradientViews);
  }

  /**
   * Sets the parameters. All arrays of the layer are in C order, unlike those of DL4J's own layers.
   */
  @Override
  public void setParams(INDArray flat) {
    if (flat != paramsFlattened) {
      paramsFlattened.assign(flat.reshape(paramsFlattened.shape()));
    }
  }

  /** Copies into the existing arrays, which stay views of the network's parameters. */
  @Override
  public void setParamTable(Map<String, INDArray> table) {
    table.forEach(this::setParam);
  }

  @Override
  public void setParam(String key, INDArray value) {
    INDArray own = params.get(key);
    if (own == null) {
      throw new IllegalArgumentException(
          "parameter must be one of %s, was %s".formatted(params.keySet(), key));
    }
    own.assign(value);
  }

  @Override
  public void setInputMiniBatchSize(int size) {
    miniBatch = size;
  }

  @Override
  public int getInputMiniBatchSize() {
    return miniBatch > 0 ? miniBatch : super.getInputMiniBatchSize();
  }

  @Override
  public boolean isPretrainLayer() {
    return false;
  }

  @Override
  public void clear() {
    super.clear();
    forward = null;
  }
}
