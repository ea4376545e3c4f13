package io.evomoe.models.dl4j;

import io.evomoe.evolution.EvolutionConfig;
import io.evomoe.kernel.ActivationFunction;
import io.evomoe.models.dl4j.MixtureSettings.Evolution;
import io.evomoe.models.dl4j.ParameterLayout.Kind;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.deeplearning4j.nn.api.Layer;
import org.deeplearning4j.nn.api.ParamInitializer;
import org.deeplearning4j.nn.conf.InputPreProcessor;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.RNNFormat;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.FeedForwardLayer;
import org.deeplearning4j.nn.conf.memory.LayerMemoryReport;
import org.deeplearning4j.nn.conf.memory.MemoryReport;
import org.deeplearning4j.optimize.api.TrainingListener;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.activations.impl.ActivationIdentity;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.learning.config.IUpdater;
import org.nd4j.linalg.learning.config.NoOp;
import org.nd4j.linalg.learning.regularization.Regularization;
import org.nd4j.shade.jackson.annotation.JsonProperty;

/**
 * Mixture-of-experts layer for DL4J's {@code MultiLayerNetwork} and {@code ComputationGraph}. A
 * gate sends each token to some of E feed-forward nets and returns the weighted sum of their
 * outputs.
 *
 * <p>A token is an example of [b, nIn] or a time step of [b, nIn, t] ([b, t, nIn] with {@link
 * RNNFormat#NWC}). The output has nIn features too. Masked time steps are not routed or counted,
 * and their output is zero.
 *
 * <p>All features of DL4J apply: updaters, schedules, L1, L2, weight decay, gradient normalisation,
 * input dropout, constraints, weight initialisation, listeners, masks, {@code TransferLearning},
 * {@code ModelSerializer}, JSON and YAML. Matrices count as weights; biases, gains and shifts count
 * as biases. Weight initialisation applies to the matrices of the experts; a gate has its own.
 * Weight noise is rejected. Input dropout is rejected if the input has token ids, because it would
 * change them. The network's data type is FLOAT or DOUBLE.
 *
 * <p>The gate's auxiliary loss, coefficient included, is added once to the score of a training
 * pass, and its gradient to the gradient. Gates measure time in DL4J's iterations. In another
 * network ({@code TransferLearning}), which counts from 0, they continue from the earlier
 * iteration. Evaluation uses the last training iteration, which is saved with the parameters.
 */
public final class MixtureOfExpertsLayer extends FeedForwardLayer {
  @JsonProperty private MixtureSettings settings = new Builder().settings();
  @JsonProperty private RNNFormat rnnDataFormat = RNNFormat.NCW;
  @JsonProperty private boolean formatGiven;
  private transient @Nullable ParameterLayout layout;

  /** For Jackson, which fills the fields. */
  private MixtureOfExpertsLayer() {}

  private MixtureOfExpertsLayer(Builder builder) {
    super(builder);
    this.settings = builder.settings();
    this.formatGiven = builder.format != null;
    this.rnnDataFormat = builder.format == null ? RNNFormat.NCW : builder.format;
    setNIn(builder.getNIn());
    if (builder.getNOut() > 0 && builder.getNOut() != nOut) {
      throw new IllegalArgumentException(
          "nOut of layer %s must be left out or be %d, what nIn gives, was %d"
              .formatted(layerName, nOut, builder.getNOut()));
    }
    if (nIn > 0) {
      initializeConstraints(builder);
    } else if (builder.constrains()) {
      throw new IllegalArgumentException(
          "nIn of layer %s must be set if it has constraints".formatted(layerName));
    }
  }

  MixtureSettings settings() {
    return settings;
  }

  RNNFormat format() {
    return rnnDataFormat;
  }

  /** Returns d, the features of a token that experts and gate see. */
  int width() {
    return Math.toIntExact(nIn - settings.idColumns());
  }

  /** Returns the layout. It is created once, because it draws all experts to find their shapes. */
  ParameterLayout layout() {
    ParameterLayout known = layout;
    if (known == null) {
      if (width() < 1) {
        throw new IllegalArgumentException(
            "nIn of layer %s must be at least %d, was %d"
                .formatted(layerName, settings.idColumns() + 1, nIn));
      }
      known = ParameterLayout.of(settings, width());
      layout = known;
    }
    return known;
  }

  @Override
  public void setNIn(long features) {
    if (features != nIn) {
      layout = null;
    }
    super.setNIn(features);
    setNOut(Math.max(0, features - settings.idColumns()));
  }

  @Override
  public void setNIn(InputType inputType, boolean override) {
    long before = nIn;
    super.setNIn(inputType, override);
    if (nIn != before) {
      layout = null;
    }
    setNIn(nIn);
    if (!formatGiven && inputType instanceof InputType.InputTypeRecurrent recurrent) {
      rnnDataFormat = recurrent.getFormat();
    }
  }

  @Override
  public InputType getOutputType(int layerIndex, InputType inputType) {
    return inputType instanceof InputType.InputTypeRecurrent recurrent
        ? InputType.recurrent(nOut, recurrent.getTimeSeriesLength(), rnnDataFormat)
        : super.getOutputType(layerIndex, inputType);
  }

  @Override
  public @Nullable InputPreProcessor getPreProcessorForInputType(InputType inputType) {
    return inputType instanceof InputType.InputTypeRecurrent
        ? null
        : super.getPreProcessorForInputType(inputType);
  }

  @Override
  public Layer instantiate(
      NeuralNetConfiguration conf,
      Collection<TrainingListener> trainingListeners,
      int layerIndex,
      INDArray layerParamsView,
      boolean initializeParams,
      DataType networkDataType) {
    if (weightNoise != null) {
      throw new IllegalArgumentException(
          "weight noise must not be set for layer %s, which cannot have it, was %s"
              .formatted(layerName, weightNoise));
    }
    if (iDropout != null && settings.idColumns() > 0) {
      throw new IllegalArgumentException(
          "input dropout must not be set for layer %s, whose input has token ids, was %s"
              .formatted(layerName, iDropout));
    }
    Map<String, INDArray> table = initializer().init(conf, layerParamsView, initializeParams);
    MixtureOfExperts layer = new MixtureOfExperts(conf, networkDataType, table);
    layer.setListeners(trainingListeners);
    layer.setIndex(layerIndex);
    layer.setParamsViewArray(layerParamsView);
    return layer;
  }

  @Override
  public ParamInitializer initializer() {
    return layout();
  }

  @Override
  public IUpdater getUpdaterByParam(String paramName) {
    return layout().is(Kind.STATE, paramName) ? new NoOp() : super.getUpdaterByParam(paramName);
  }

  @Override
  public @Nullable List<Regularization> getRegularizationByParam(String paramName) {
    return layout().is(Kind.STATE, paramName) ? null : super.getRegularizationByParam(paramName);
  }

  @Override
  public LayerMemoryReport getMemoryReport(InputType inputType) {
    long parameters = layout().length();
    return new LayerMemoryReport.Builder(
            layerName, MixtureOfExpertsLayer.class, inputType, getOutputType(-1, inputType))
        .standardMemory(parameters, iUpdater.stateSize(parameters))
        .workingMemory(
            0,
            0,
            0,
            (long) settings.plan(width()).feedForward().intermediateSize() * settings.experts())
        .cacheMemory(MemoryReport.CACHE_MODE_ALL_ZEROS, MemoryReport.CACHE_MODE_ALL_ZEROS)
        .build();
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof MixtureOfExpertsLayer layer
        && super.equals(layer)
        && settings.equals(layer.settings)
        && rnnDataFormat == layer.rnnDataFormat;
  }

  @Override
  public int hashCode() {
    return Objects.hash(super.hashCode(), settings, rnnDataFormat);
  }

  @Override
  public String toString() {
    return "MixtureOfExpertsLayer(" + layerName + ", nIn=" + nIn + ", " + settings + ")";
  }

  /**
   * Builds a layer. Besides the settings below, all settings of DL4J's layers are available. {@code
   * activation} is applied to the output of the mixture, before the residual. The default is the
   * identity. {@code nIn} is inferred if the network knows its input type.
   */
  @SuppressWarnings("unchecked") // DL4J's build() lets the caller name the type
  public static final class Builder extends FeedForwardLayer.Builder<Builder> {
    private final MixtureSettingsBuilder settings =
        MixtureSettingsBuilder.builder()
            .gate("switch")
            .gateOptions(Map.of())
            .experts(8)
            .hiddenActivation(ActivationFunction.GELU)
            .moeLayers(1);
    private long iterations;
    private @Nullable EvolutionConfig evolution;
    private @Nullable RNNFormat format;

    /** Creates a builder of eight experts with the gate {@code switch}. */
    public Builder() {
      this.activationFn = new ActivationIdentity();
    }

    /**
     * Sets the gate by its {@linkplain io.evomoe.moe.GateProvider#name name}. The default is {@code
     * switch}. Gate {@code evomoe} trains one expert first and spawns the others from it.
     */
    public Builder gate(String name) {
      settings.gate(name);
      return this;
    }

    /** Sets options of the gate, which are documented in its class. None by default. */
    public Builder gateOptions(Map<String, String> options) {
      settings.gateOptions(options);
      return this;
    }

    /** Sets E, at least 1. The default is 8. */
    public Builder experts(int count) {
      settings.experts(count);
      return this;
    }

    /**
     * Sets the number of experts that every token uses in addition, at least 0. The default is 0.
     */
    public Builder sharedExperts(int count) {
      settings.sharedExperts(count);
      return this;
    }

    /**
     * Sets the intermediate size of an expert, at least 1. The default, 0, is four times its input
     * size.
     */
    public Builder hidden(int width) {
      settings.hidden(width);
      return this;
    }

    /**
     * Sets the activation function of an expert. The default is {@link ActivationFunction#GELU}.
     */
    public Builder hiddenActivation(ActivationFunction function) {
      settings.hiddenActivation(function);
      return this;
    }

    /**
     * Sets whether the input is added to the output, as in a Transformer block. The default is
     * false. Use it with gates that drop tokens or may leave one without an expert. Gates whose
     * output already includes the input ({@code base}, {@code stablemoe}) reject it.
     */
    public Builder residual(boolean added) {
      settings.residual(added);
      return this;
    }

    /**
     * Sets the number of MoE layers in the network, for losses that are averaged over them. The
     * default is 1.
     */
    public Builder moeLayers(int count) {
      settings.moeLayers(count);
      return this;
    }

    /**
     * Sets whether no output may depend on a later time step. Some gates reject it. The default is
     * false.
     */
    public Builder causal(boolean refuseLater) {
      settings.causal(refuseLater);
      return this;
    }

    /**
     * Sets the vocabulary size if the last feature of the input is the token's id, 0 to vocabulary
     * - 1. Gates that use ids need it ({@code hash}, {@code stablemoe}, and all with a prior).
     * Experts do not see the id, so the output has nIn - 1 features. In a graph, a {@code
     * MergeVertex} appends ids to activations. There are no ids by default.
     */
    public Builder tokenIds(int vocabularySize) {
      settings.vocabulary(vocabularySize);
      return this;
    }

    /**
     * Sets the iterations of the coming training, for gates with a schedule. The temperature of
     * {@code dts} and {@code evomoe} falls over three quarters of nine tenths of them. The default
     * is 0: unknown.
     */
    public Builder iterations(long count) {
      this.iterations = count;
      return this;
    }

    /**
     * Sets phases and temperature by DL4J's iterations. The default is {@link
     * EvolutionConfig#defaults}. Unset values follow from {@link #iterations}. {@code copyMoments}
     * has no effect, because DL4J owns the moments by position. The first expert keeps those of the
     * single one, and those of the others start at zero.
     */
    public Builder evolution(EvolutionConfig config) {
      this.evolution = config;
      return this;
    }

    /**
     * Sets the order of features and time. The default is that of the input type, or NCW without
     * one.
     */
    public Builder dataFormat(RNNFormat order) {
      this.format = order;
      return this;
    }

    private boolean constrains() {
      return allParamConstraints != null || weightConstraints != null || biasConstraints != null;
    }

    private MixtureSettings settings() {
      return settings
          .iterations(iterations)
          .evolution(evolution == null ? null : Evolution.of(evolution, iterations))
          .build();
    }

    /**
     * Builds the layer.
     *
     * @throws IllegalArgumentException if the gate is unknown or a number is out of bounds, or if
     *     the gate changes with time but neither iterations nor evolution are set
     */
    @Override
    public MixtureOfExpertsLayer build() {
      return new MixtureOfExpertsLayer(this);
    }
  }
}
