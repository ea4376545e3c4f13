package io.evomoe.models.dl4j;

import io.evomoe.evolution.EvolutionConfig;
import io.evomoe.kernel.ActivationFunction;
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
 * Mixture-of-experts layer for DL4J's {@code MultiLayerNetwork} and {@code ComputationGraph}: a
 * gate sends each token to some of E feed-forward nets and adds up what they give, weighted.
 *
 * <p>A token is an example of [b, nIn] or a time step of [b, nIn, t] ([b, t, nIn] with {@link
 * RNNFormat#NWC}); the output has nIn features too. Masked time steps are never routed, never
 * counted, and come out as zeros.
 *
 * <p>All of DL4J applies: updaters, schedules, L1, L2 and weight decay (matrices are weights;
 * biases, gains and shifts are biases), gradient normalisation, input dropout, constraints, weight
 * initialisation (matrices of the experts; a gate has its own), listeners, masks, {@code
 * TransferLearning}, {@code ModelSerializer}, JSON and YAML. Weight noise is refused, and input
 * dropout where the input has token ids, which it would change. The network's data type is FLOAT or
 * DOUBLE.
 *
 * <p>The gate's auxiliary loss, coefficient included, is added once to the score of a training pass
 * and its gradient to the gradient. Gates tell time by DL4J's iterations, and go on from there in
 * another network ({@code TransferLearning}), which counts its own from 0; evaluation stands at the
 * last iteration that trained, which is saved with the parameters.
 */
public final class MixtureOfExpertsLayer extends FeedForwardLayer {
  @JsonProperty private MixtureSettings settings = new Builder().settings();
  @JsonProperty private RNNFormat rnnDataFormat = RNNFormat.NCW;
  @JsonProperty private boolean formatGiven;
  private transient @Nullable ParameterLayout layout;
  private transient int layoutWidth;

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
          "nIn of layer %s must be given where it has constraints".formatted(layerName));
    }
  }

  MixtureSettings settings() {
    return settings;
  }

  RNNFormat format() {
    return rnnDataFormat;
  }

  /** d, what experts and gate see of a token. */
  int width() {
    return Math.toIntExact(nIn - settings.idColumns());
  }

  /** Made once: it draws all experts to learn their shapes. */
  ParameterLayout layout() {
    ParameterLayout known = layout;
    if (known == null || layoutWidth != width()) {
      if (width() < 1) {
        throw new IllegalArgumentException(
            "nIn of layer %s must be at least %d, was %d"
                .formatted(layerName, settings.idColumns() + 1, nIn));
      }
      known = ParameterLayout.of(settings, width());
      layout = known;
      layoutWidth = width();
    }
    return known;
  }

  @Override
  public void setNIn(long features) {
    super.setNIn(features);
    setNOut(Math.max(0, features - settings.idColumns()));
  }

  @Override
  public void setNIn(InputType inputType, boolean override) {
    super.setNIn(inputType, override);
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
    return MixtureParameters.INSTANCE;
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
        .workingMemory(0, 0, 0, (long) settings.plan(width()).form().hidden() * settings.experts())
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
   * Makes a layer. Beside what is below, everything that DL4J's layers have can be set. {@code
   * activation} is applied to what the mixture gives, before the residual, and is the identity
   * unless set here. {@code nIn} is found out where the network is told its input type.
   */
  @SuppressWarnings("unchecked") // DL4J's build() lets the caller name the type
  public static final class Builder extends FeedForwardLayer.Builder<Builder> {
    private String gate = "switch";
    private Map<String, String> gateOptions = Map.of();
    private int experts = 8;
    private int sharedExperts;
    private int hidden;
    private ActivationFunction hiddenActivation = ActivationFunction.GELU;
    private boolean residual;
    private int moeLayers = 1;
    private boolean causal;
    private int vocabulary;
    private long iterations;
    private @Nullable EvolutionConfig evolution;
    private @Nullable RNNFormat format;

    /** A builder of eight experts behind the gate {@code switch}. */
    public Builder() {
      this.activationFn = new ActivationIdentity();
    }

    /**
     * The gate, by the name that {@link io.evomoe.moe.GateRegistry} knows; {@code switch} by
     * default. Gate {@code evomoe} trains one expert first and spawns the others from it.
     */
    public Builder gate(String name) {
      this.gate = name;
      return this;
    }

    /** Options of the gate, as its class documents them; none by default. */
    public Builder gateOptions(Map<String, String> options) {
      this.gateOptions = options;
      return this;
    }

    /** E, at least 1; 8 by default. */
    public Builder experts(int count) {
      this.experts = count;
      return this;
    }

    /** Experts that every token has beside those of the gate, at least 0; 0 by default. */
    public Builder sharedExperts(int count) {
      this.sharedExperts = count;
      return this;
    }

    /** Width inside an expert, at least 1; 0, the default, is four times its input's. */
    public Builder hidden(int width) {
      this.hidden = width;
      return this;
    }

    /** Nonlinearity inside an expert; {@link ActivationFunction#GELU} by default. */
    public Builder hiddenActivation(ActivationFunction function) {
      this.hiddenActivation = function;
      return this;
    }

    /**
     * Whether the input is added to the output, as in a Transformer's block; false by default. A
     * gate that drops tokens or may leave one without an expert wants it; gates whose output
     * carries the input already ({@code base}, {@code stablemoe}) refuse it.
     */
    public Builder residual(boolean added) {
      this.residual = added;
      return this;
    }

    /** MoE layers in the network, for losses that are a mean over them; 1 by default. */
    public Builder moeLayers(int count) {
      this.moeLayers = count;
      return this;
    }

    /** Whether no output may depend on a later time step; some gates refuse. False by default. */
    public Builder causal(boolean refuseLater) {
      this.causal = refuseLater;
      return this;
    }

    /**
     * The last feature of the input is the token's id, 0 to vocabulary - 1, for gates that look at
     * ids ({@code hash}, {@code stablemoe}, and all with a prior). Experts do not see it, so the
     * output has nIn - 1 features. In a graph, a {@code MergeVertex} puts ids beside activations.
     * None by default.
     */
    public Builder tokenIds(int vocabularySize) {
      this.vocabulary = vocabularySize;
      return this;
    }

    /**
     * Iterations of the training to come, for gates that plan: the temperature of {@code dts} and
     * {@code evomoe} falls over three quarters of nine tenths of them. Unknown (0) by default.
     */
    public Builder iterations(long count) {
      this.iterations = count;
      return this;
    }

    /**
     * Phases and temperature by DL4J's iterations; by default {@link EvolutionConfig#defaults}.
     * What it leaves out follows from {@link #iterations}. {@code copyMoments} has no effect, for
     * DL4J owns the moments, by place: the first expert goes on with those of the single one, those
     * of the others start at zero.
     */
    public Builder evolution(EvolutionConfig config) {
      this.evolution = config;
      return this;
    }

    /** Order of features and time; by default the input type's, or NCW where there is none. */
    public Builder dataFormat(RNNFormat order) {
      this.format = order;
      return this;
    }

    private boolean constrains() {
      return allParamConstraints != null || weightConstraints != null || biasConstraints != null;
    }

    private @Nullable EvolutionSettings evolutionSettings() {
      EvolutionConfig config = evolution;
      if (config == null) {
        return null;
      }
      if (iterations == 0
          && (config.diversifySteps() == null || config.temperatureSteps() == null)) {
        throw new IllegalArgumentException(
            "iterations must be given where evolution leaves diversifySteps or temperatureSteps"
                + " out");
      }
      return EvolutionSettings.of(config, iterations);
    }

    private MixtureSettings settings() {
      return new MixtureSettings(
          gate,
          gateOptions,
          experts,
          sharedExperts,
          hidden,
          hiddenActivation,
          residual,
          moeLayers,
          causal,
          vocabulary,
          iterations,
          evolutionSettings());
    }

    /**
     * The layer.
     *
     * @throws IllegalArgumentException for an unknown gate, numbers out of their bounds, and a gate
     *     that changes with time where neither iterations nor evolution are given
     */
    @Override
    public MixtureOfExpertsLayer build() {
      return new MixtureOfExpertsLayer(this);
    }
  }
}
