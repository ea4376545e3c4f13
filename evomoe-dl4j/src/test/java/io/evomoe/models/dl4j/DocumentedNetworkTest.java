package io.evomoe.models.dl4j;

import static org.assertj.core.api.Assertions.assertThat;

import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.dataset.api.iterator.DataSetIterator;
import org.nd4j.linalg.learning.config.Adam;
import org.nd4j.linalg.lossfunctions.LossFunctions;

/** The README's example of the layer. */
class DocumentedNetworkTest {

  static MultiLayerNetwork train(DataSetIterator data, int features, int classes, int epochs) {
    MultiLayerNetwork network =
        new MultiLayerNetwork(
            new NeuralNetConfiguration.Builder()
                .seed(1)
                .updater(new Adam(0.01))
                .list()
                .layer(new DenseLayer.Builder().nOut(16).activation(Activation.TANH).build())
                .layer(
                    new MixtureOfExpertsLayer.Builder()
                        .gate("evomoe")
                        .experts(6)
                        .residual(true)
                        .iterations(200)
                        .build())
                .layer(
                    new OutputLayer.Builder(LossFunctions.LossFunction.MCXENT)
                        .nOut(classes)
                        .activation(Activation.SOFTMAX)
                        .build())
                .setInputType(InputType.feedForward(features))
                .build());
    network.init();
    network.fit(data, epochs);
    return network;
  }

  @Test
  void should_learn_as_the_readme_shows() {
    MultiLayerNetwork network =
        train(Regions.batches(20, 1), Regions.DIMENSIONS, Regions.CLASSES, 10);

    assertThat(network.evaluate(Regions.batches(8, 70_000)).accuracy()).isGreaterThan(0.65);
    assertThat(((MixtureOfExperts) network.getLayer(1)).routing()).isPresent();
  }
}
