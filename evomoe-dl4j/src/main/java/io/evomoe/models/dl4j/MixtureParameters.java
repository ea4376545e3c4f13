package io.evomoe.models.dl4j;

import io.evomoe.models.dl4j.ParameterLayout.Kind;
import java.util.List;
import java.util.Map;
import org.deeplearning4j.nn.api.ParamInitializer;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.nd4j.linalg.api.ndarray.INDArray;

/** Defines and initialises the parameters of a {@link MixtureOfExpertsLayer} for DL4J. */
enum MixtureParameters implements ParamInitializer {
  /** The single instance, because there is no state. */
  INSTANCE;

  @Override
  public long numParams(NeuralNetConfiguration conf) {
    return numParams(conf.getLayer());
  }

  @Override
  public long numParams(Layer layer) {
    return layout(layer).length();
  }

  @Override
  public List<String> paramKeys(Layer layer) {
    return layout(layer).keys(Kind.values());
  }

  @Override
  public List<String> weightKeys(Layer layer) {
    return layout(layer).keys(Kind.WEIGHT);
  }

  @Override
  public List<String> biasKeys(Layer layer) {
    return layout(layer).keys(Kind.BIAS);
  }

  @Override
  public boolean isWeightParam(Layer layer, String key) {
    return layout(layer).is(Kind.WEIGHT, key);
  }

  @Override
  public boolean isBiasParam(Layer layer, String key) {
    return layout(layer).is(Kind.BIAS, key);
  }

  @Override
  public Map<String, INDArray> init(
      NeuralNetConfiguration conf, INDArray paramsView, boolean initializeParams) {
    Map<String, INDArray> views = layout(conf.getLayer()).views(paramsView);
    views.keySet().forEach(conf::addVariable);
    if (initializeParams) {
      BoundMixture.initialize(conf, views);
    }
    return views;
  }

  @Override
  public Map<String, INDArray> getGradientsFromFlattened(
      NeuralNetConfiguration conf, INDArray gradientView) {
    return layout(conf.getLayer()).views(gradientView);
  }

  private static ParameterLayout layout(Layer layer) {
    return ((MixtureOfExpertsLayer) layer).layout();
  }
}
