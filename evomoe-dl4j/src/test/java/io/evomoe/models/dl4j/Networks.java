package io.evomoe.models.dl4j;

import io.evomoe.testing.RandomArrays;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.deeplearning4j.datasets.iterator.utilty.ListDataSetIterator;
import org.deeplearning4j.nn.api.OptimizationAlgorithm;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.RNNFormat;
import org.deeplearning4j.nn.conf.graph.ElementWiseVertex;
import org.deeplearning4j.nn.conf.graph.MergeVertex;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.LSTM;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.conf.layers.RnnOutputLayer;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.deeplearning4j.nn.weights.WeightInit;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.dataset.api.iterator.DataSetIterator;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.learning.config.Adam;
import org.nd4j.linalg.learning.config.IUpdater;
import org.nd4j.linalg.lossfunctions.LossFunctions;

/** Small DL4J networks with MoE layers, and data for them; all a function of a seed. */
final class Networks {
  static final int FEATURES = 4;
  static final int WIDTH = 6;
  static final int CLASSES = 3;
  static final int TIME = 5;
  static final IUpdater ADAM = new Adam(0.01);

  private Networks() {}

  /** A layer of three experts, six wide inside. */
  static MixtureOfExpertsLayer.Builder mixture(String gate, Map<String, String> options) {
    return new MixtureOfExpertsLayer.Builder()
        .gate(gate)
        .gateOptions(options)
        .experts(3)
        .hidden(6)
        .iterations(100);
  }

  static NeuralNetConfiguration.Builder configuration(DataType type, IUpdater updater) {
    return new NeuralNetConfiguration.Builder()
        .seed(12)
        .dataType(type)
        .optimizationAlgo(OptimizationAlgorithm.STOCHASTIC_GRADIENT_DESCENT)
        .weightInit(WeightInit.XAVIER)
        .updater(updater);
  }

  static DenseLayer dense(int nOut) {
    return new DenseLayer.Builder().nOut(nOut).activation(Activation.TANH).build();
  }

  static OutputLayer classes() {
    return new OutputLayer.Builder(LossFunctions.LossFunction.MCXENT)
        .nOut(CLASSES)
        .activation(Activation.SOFTMAX)
        .build();
  }

  static RnnOutputLayer classesInTime(RNNFormat format) {
    return new RnnOutputLayer.Builder(LossFunctions.LossFunction.MCXENT)
        .nOut(CLASSES)
        .dataFormat(format)
        .activation(Activation.SOFTMAX)
        .build();
  }

  /** Dense, MoE, output. */
  static MultiLayerNetwork feedForward(
      NeuralNetConfiguration.Builder configuration, MixtureOfExpertsLayer mixture) {
    return network(
        configuration,
        InputType.feedForward(FEATURES),
        dense(WIDTH + mixture.settings().idColumns()),
        mixture,
        classes());
  }

  /** Layers one on the other. */
  static MultiLayerNetwork network(
      NeuralNetConfiguration.Builder configuration, InputType input, Layer... layers) {
    MultiLayerNetwork network =
        new MultiLayerNetwork(configuration.list(layers).setInputType(input).build());
    network.init();
    return network;
  }

  /** LSTM, MoE, output at every step. */
  static MultiLayerNetwork recurrent(
      NeuralNetConfiguration.Builder configuration,
      MixtureOfExpertsLayer mixture,
      RNNFormat format) {
    return network(
        configuration,
        InputType.recurrent(FEATURES, TIME, format),
        new LSTM.Builder().nOut(WIDTH).activation(Activation.TANH).dataFormat(format).build(),
        mixture,
        classesInTime(format));
  }

  /** Two MoE layers one after the other, each with a residual made of DL4J's own vertex. */
  static ComputationGraph graph(
      NeuralNetConfiguration.Builder configuration,
      MixtureOfExpertsLayer first,
      MixtureOfExpertsLayer second) {
    return initialised(
        configuration
            .graphBuilder()
            .addInputs("in")
            .setInputTypes(InputType.feedForward(FEATURES))
            .addLayer("dense", dense(WIDTH), "in")
            .addLayer("moe_1", first, "dense")
            .addVertex("sum_1", new ElementWiseVertex(ElementWiseVertex.Op.Add), "dense", "moe_1")
            .addLayer("moe_2", second, "sum_1")
            .addVertex("sum_2", new ElementWiseVertex(ElementWiseVertex.Op.Add), "sum_1", "moe_2")
            .addLayer("out", classes(), "sum_2")
            .setOutputs("out"));
  }

  /** Token ids [b, 1, t] go beside the activations of an LSTM to a gate that looks at ids. */
  static ComputationGraph graphWithIds(
      NeuralNetConfiguration.Builder configuration, MixtureOfExpertsLayer mixture) {
    return initialised(
        behindLstm(configuration.graphBuilder().addInputs("in", "ids"))
            .setInputTypes(InputType.recurrent(FEATURES), InputType.recurrent(1))
            .addVertex("both", new MergeVertex(), "lstm", "ids")
            .addLayer("moe", mixture, "both")
            .addLayer("out", classesInTime(RNNFormat.NCW), "moe")
            .setOutputs("out"));
  }

  private static ComputationGraphConfiguration.GraphBuilder behindLstm(
      ComputationGraphConfiguration.GraphBuilder graph) {
    return graph.addLayer("lstm", new LSTM.Builder().nOut(WIDTH).build(), "in");
  }

  /** LSTM, dense (of all time steps as examples), MoE, output at every step. */
  static ComputationGraph graphBehindDense(
      NeuralNetConfiguration.Builder configuration, MixtureOfExpertsLayer mixture) {
    return initialised(
        behindLstm(configuration.graphBuilder().addInputs("in"))
            .setInputTypes(InputType.recurrent(FEATURES, TIME))
            .addLayer("dense", dense(WIDTH), "lstm")
            .addLayer("moe", mixture, "dense")
            .addLayer("out", classesInTime(RNNFormat.NCW), "moe")
            .setOutputs("out"));
  }

  private static ComputationGraph initialised(ComputationGraphConfiguration.GraphBuilder layers) {
    ComputationGraph graph = new ComputationGraph(layers.build());
    graph.init();
    return graph;
  }

  static INDArray features(DataType type, long seed, long... shape) {
    return RandomArrays.gaussian(type, seed, shape);
  }

  /** One-hot [examples, CLASSES]. */
  static INDArray labels(DataType type, int examples, long seed) {
    INDArray labels = Nd4j.zeros(type, examples, CLASSES);
    int[] classes = RandomArrays.integers(examples, CLASSES, seed);
    for (int i = 0; i < examples; i++) {
      labels.putScalar(i, classes[i], 1);
    }
    return labels;
  }

  /** One-hot [examples, CLASSES, TIME], or with time in the middle. */
  static INDArray labelsInTime(DataType type, int examples, RNNFormat format, long seed) {
    INDArray rows = labels(type, examples * TIME, seed).reshape('c', examples, TIME, CLASSES);
    return format == RNNFormat.NWC ? rows : rows.permute(0, 2, 1).dup('f');
  }

  /** Batches whose label says in which part of the plane two features lie. */
  static DataSetIterator batches(int batches, int size, long seed) {
    List<DataSet> all = IntStream.range(0, batches).mapToObj(i -> batch(size, seed + i)).toList();
    return new ListDataSetIterator<>(all, 1);
  }

  static DataSet batch(int size, long seed) {
    INDArray x = features(DataType.FLOAT, seed, size, FEATURES);
    INDArray y = Nd4j.zeros(DataType.FLOAT, size, CLASSES);
    for (int i = 0; i < size; i++) {
      double a = x.getDouble(i, 0);
      double b = x.getDouble(i, 1);
      y.putScalar(i, a > 0 ? (b > 0 ? 0 : 1) : (b > 0 ? 1 : 2), 1);
    }
    return new DataSet(x, y);
  }
}
