package io.evomoe.models.dl4j;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.conf.layers.misc.FrozenLayerWithBackprop;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.layers.FrozenLayer;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.deeplearning4j.nn.transferlearning.FineTuneConfiguration;
import org.deeplearning4j.nn.transferlearning.TransferLearning;
import org.deeplearning4j.nn.transferlearning.TransferLearningHelper;
import org.deeplearning4j.nn.weights.WeightInit;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.learning.config.Sgd;

/** A trained layer in another network. */
class MixtureTransferTest {
  private static final INDArray PROBE = Networks.batch(10, 77).getFeatures();

  @Test
  void should_serve_frozen_in_a_network_with_another_output() {
    MultiLayerNetwork source = trained("lossfree");

    MultiLayerNetwork target =
        transfer(source)
            .setFeatureExtractor(1)
            .removeOutputLayer()
            .addLayer(outputFrom(Networks.WIDTH))
            .build();

    assertThat(target.getLayer(1)).isInstanceOf(FrozenLayer.class);
    assertThat(activations(target)).isEqualTo(activations(source));
    INDArray frozen = target.getLayer(1).params().dup();
    INDArray output = target.getLayer(2).params().dup();
    target.fit(Networks.batches(5, 10, 1));
    assertThat(target.getLayer(1).params()).isEqualTo(frozen);
    assertThat(target.getLayer(2).params()).isNotEqualTo(output);
    assertThat(activations(target)).isEqualTo(activations(source));
  }

  private static TransferLearning.Builder transfer(MultiLayerNetwork source) {
    return new TransferLearning.Builder(source)
        .fineTuneConfiguration(
            new FineTuneConfiguration.Builder().updater(new Sgd(0.1)).seed(4).build());
  }

  @Test
  void should_train_on_in_another_network() {
    MultiLayerNetwork source = trained("evomoe");

    MultiLayerNetwork target =
        transfer(source)
            .setFeatureExtractor(0)
            .nOutReplace(2, Networks.CLASSES, WeightInit.XAVIER)
            .build();

    assertThat(activations(target)).isEqualTo(activations(source));
    INDArray before = target.getLayer(1).params().dup();
    double score = target.score(Networks.batch(200, 5));
    target.fit(Networks.batches(30, 20, 1));
    assertThat(target.getLayer(1).params()).isNotEqualTo(before);
    assertThat(target.score(Networks.batch(200, 5))).isLessThan(score);
  }

  @Test
  void should_give_gradients_to_layers_below_while_frozen() {
    MultiLayerNetwork network = frozen(DataType.FLOAT, Map.of());
    INDArray below = network.getLayer(0).params().dup();
    INDArray frozen = network.getLayer(1).params().dup();

    network.fit(Networks.batches(3, 10, 1));

    assertThat(network.getLayer(0).params()).isNotEqualTo(below);
    assertThat(network.getLayer(1).params()).isEqualTo(frozen);
  }

  @Test
  void should_hand_down_no_gradient_of_a_loss_that_is_not_in_the_score() {
    assertThat(gradientBelow("0.5")).isEqualTo(gradientBelow("0"));
  }

  private static INDArray gradientBelow(String alpha) {
    MultiLayerNetwork network = frozen(DataType.DOUBLE, Map.of("alpha", alpha));
    network.setInput(Networks.features(DataType.DOUBLE, 1, 10, Networks.FEATURES));
    network.setLabels(Networks.labels(DataType.DOUBLE, 10, 3));
    network.computeGradientAndScore();
    return network.gradient().getGradientFor("0_W").dup();
  }

  /** A trained layer below a frozen mixture. */
  private static MultiLayerNetwork frozen(DataType type, Map<String, String> options) {
    MixtureOfExpertsLayer inside = Networks.mixture("switch", options).nIn(Networks.WIDTH).build();
    return Networks.network(
        Networks.configuration(type, Networks.ADAM),
        InputType.feedForward(Networks.FEATURES),
        Networks.dense(Networks.WIDTH),
        new FrozenLayerWithBackprop(inside),
        outputFrom(Networks.WIDTH));
  }

  /** Its own count begins at 0 again: a router would be trained that is frozen for good. */
  @Test
  void should_go_on_in_time_where_the_other_network_begins() {
    ComputationGraph source =
        Networks.graphWithIds(
            Networks.configuration(DataType.FLOAT, Networks.ADAM),
            Networks.mixture("stablemoe", Map.of("stageOneSteps", "3")).tokenIds(9).build());
    for (int step = 0; step < 5; step++) {
      source.fit(IdBatches.of(step));
    }
    ComputationGraph target =
        new TransferLearning.GraphBuilder(source)
            .fineTuneConfiguration(
                new FineTuneConfiguration.Builder().updater(new Sgd(0.1)).build())
            .build();
    INDArray router = target.getLayer("moe").getParam("gate.distilled.centroids").dup();
    INDArray centroids = target.getLayer("moe").getParam("gate.centroids").dup();

    for (int step = 5; step < 7; step++) {
      target.fit(IdBatches.of(step));
    }

    assertThat(target.getLayer("moe").getParam("gate.distilled.centroids")).isEqualTo(router);
    assertThat(target.getLayer("moe").getParam("gate.centroids")).isNotEqualTo(centroids);
    assertThat(((MixtureOfExperts) target.getLayer("moe")).context().orElseThrow().step())
        .isEqualTo(6);
  }

  @Test
  void should_serve_in_a_graph() {
    ComputationGraph source =
        Networks.graph(
            Networks.configuration(DataType.FLOAT, Networks.ADAM),
            Networks.mixture("topk", Map.of("k", "1")).build(),
            Networks.mixture("dts", Map.of()).build());
    source.fit(Networks.batches(5, 10, 1));

    ComputationGraph target =
        new TransferLearning.GraphBuilder(source)
            .fineTuneConfiguration(
                new FineTuneConfiguration.Builder().updater(new Sgd(0.1)).build())
            .setFeatureExtractor("moe_1")
            .build();

    assertThat(target.output(PROBE)[0]).isEqualTo(source.output(PROBE)[0]);
    INDArray first = target.getLayer("moe_1").params().dup();
    INDArray second = target.getLayer("moe_2").params().dup();
    target.fit(Networks.batches(5, 10, 1));
    assertThat(target.getLayer("moe_1").params()).isEqualTo(first);
    assertThat(target.getLayer("moe_2").params()).isNotEqualTo(second);
  }

  @Test
  void should_feature_the_data_once_for_a_frozen_part() {
    MultiLayerNetwork source = trained("switch");
    TransferLearningHelper helper = new TransferLearningHelper(source, 1);
    DataSet featured = helper.featurize(Networks.batch(10, 77));

    helper.fitFeaturized(featured);

    assertThat(featured.getFeatures()).isEqualTo(activations(source));
  }

  private static OutputLayer outputFrom(int width) {
    OutputLayer output = Networks.classes();
    output.setNIn(width);
    return output;
  }

  private static INDArray activations(MultiLayerNetwork network) {
    return network.feedForwardToLayer(1, PROBE).get(2);
  }

  private static MultiLayerNetwork trained(String gate) {
    MultiLayerNetwork network =
        Networks.feedForward(
            Networks.configuration(DataType.FLOAT, Networks.ADAM),
            Networks.mixture(gate, Map.of()).iterations(20).build());
    network.fit(Networks.batches(10, 10, 1));
    return network;
  }
}
