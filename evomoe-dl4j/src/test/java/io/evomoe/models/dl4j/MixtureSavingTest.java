package io.evomoe.models.dl4j;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.stream.Stream;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.deeplearning4j.util.ModelSerializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.learning.config.Adam;

/** What ModelSerializer wrote and read goes on as if it had never been away. */
class MixtureSavingTest {
  private static final int STEPS = 6;
  private static final INDArray PROBE = Networks.batch(40, 99).getFeatures();

  @TempDir Path folder;

  static Stream<Arguments> gates() {
    return Stream.of(
        Arguments.of("switch", Map.of()),
        Arguments.of("dts", Map.of()),
        Arguments.of("evomoe", Map.of()),
        Arguments.of("lossfree", Map.of("gamma", "0.05")),
        Arguments.of("remoe", Map.of()),
        Arguments.of("base", Map.of()),
        Arguments.of("topk", Map.of()));
  }

  @ParameterizedTest
  @MethodSource("gates")
  void should_give_identical_output_and_continue_identically(
      String gate, Map<String, String> options) throws IOException {
    MultiLayerNetwork network = network(gate, options);
    fit(network, 0);
    MultiLayerNetwork restored = saved(network);

    assertThat(restored.output(PROBE)).isEqualTo(network.output(PROBE));

    fit(network, STEPS);
    fit(restored, STEPS);
    assertThat(restored.params()).isEqualTo(network.params());
    assertThat(restored.output(PROBE)).isEqualTo(network.output(PROBE));
  }

  @Test
  void should_save_a_network_between_two_phases() throws IOException {
    MultiLayerNetwork network = network("evomoe", Map.of());
    for (int step = 0; step < 3; step++) {
      network.fit(Networks.batch(20, step));
    }
    MultiLayerNetwork restored = saved(network);
    assertThat(spawned(restored)).isZero();

    for (MultiLayerNetwork each : new MultiLayerNetwork[] {network, restored}) {
      for (int step = 3; step < 15; step++) {
        each.fit(Networks.batch(20, step));
      }
    }

    assertThat(spawned(restored)).isEqualTo(1);
    assertThat(restored.params()).isEqualTo(network.params());
  }

  @Test
  void should_save_a_bias_that_no_gradient_trains() throws IOException {
    MultiLayerNetwork network = network("lossfree", Map.of("gamma", "0.05"));
    fit(network, 0);

    INDArray bias = saved(network).getLayer(1).getParam("gate.bias");

    assertThat(bias.amaxNumber().doubleValue()).isGreaterThan(0.04);
    assertThat(bias).isEqualTo(network.getLayer(1).getParam("gate.bias"));
  }

  @Test
  void should_keep_a_frozen_router_as_it_is_whatever_the_updater_does() {
    ComputationGraph graph =
        Networks.graphWithIds(
            Networks.configuration(DataType.FLOAT, new Adam(0.05)).l2(0.5),
            Networks.mixture("stablemoe", Map.of("stageOneSteps", "3")).tokenIds(9).build());
    String router = "gate.distilled.centroids";
    for (int step = 0; step < 3; step++) {
      graph.fit(IdBatches.of(step));
    }
    INDArray learned = graph.getLayer("moe").getParam(router).dup();
    INDArray centroids = graph.getLayer("moe").getParam("gate.centroids").dup();

    for (int step = 3; step < 8; step++) {
      graph.fit(IdBatches.of(step));
    }

    assertThat(graph.getLayer("moe").getParam(router)).isEqualTo(learned);
    assertThat(graph.getLayer("moe").getParam("gate.centroids")).isNotEqualTo(centroids);
  }

  @ParameterizedTest
  @CsvSource({"fixed, false", "learned, true"})
  void should_regularise_a_prior_that_is_trained_alone(String kind, boolean counted) {
    ComputationGraph graph =
        Networks.graphWithIds(
            Networks.configuration(DataType.FLOAT, new Adam(0.05)).l2(0.5),
            Networks.mixture("switch", Map.of("prior", kind)).tokenIds(9).build());
    double before = graph.getLayer("moe").calcRegularizationScore(false);
    graph.getLayer("moe").getParam("gate.prior").muli(2);

    assertThat(graph.getLayer("moe").calcRegularizationScore(false) > before).isEqualTo(counted);
  }

  @ParameterizedTest
  @CsvSource({"fixed, true", "learned, false"})
  void should_keep_a_fixed_prior_as_it_is_and_train_a_learned_one(String kind, boolean kept)
      throws IOException {
    ComputationGraph graph =
        Networks.graphWithIds(
            Networks.configuration(DataType.FLOAT, new Adam(0.05)).l2(0.5),
            Networks.mixture("switch", Map.of("prior", kind)).tokenIds(9).build());
    INDArray drawn = graph.getLayer("moe").getParam("gate.prior").dup();
    for (int step = 0; step < 5; step++) {
      graph.fit(IdBatches.of(step));
    }
    Path file = folder.resolve("graph.zip");
    ModelSerializer.writeModel(graph, file.toFile(), true);
    ComputationGraph restored = ModelSerializer.restoreComputationGraph(file.toFile());

    assertThat(graph.getLayer("moe").getParam("gate.prior").equals(drawn)).isEqualTo(kept);
    assertThat(restored.getLayer("moe").getParam("gate.prior"))
        .isEqualTo(graph.getLayer("moe").getParam("gate.prior"));
    INDArray[] inputs = IdBatches.of(5).getFeatures();
    assertThat(restored.output(inputs)[0]).isEqualTo(graph.output(inputs)[0]);
  }

  @Test
  void should_restore_a_graph_with_its_hash_table() throws IOException {
    ComputationGraph graph =
        Networks.graphWithIds(
            Networks.configuration(DataType.FLOAT, Networks.ADAM),
            Networks.mixture("hash", Map.of()).tokenIds(9).build());
    graph.fit(IdBatches.of(0));
    Path file = folder.resolve("graph.zip");
    ModelSerializer.writeModel(graph, file.toFile(), true);

    ComputationGraph restored = ModelSerializer.restoreComputationGraph(file.toFile());

    INDArray[] inputs = IdBatches.of(5).getFeatures();
    assertThat(restored.output(inputs)[0]).isEqualTo(graph.output(inputs)[0]);
    assertThat(restored.getLayer("moe").getParam("gate.table"))
        .isEqualTo(graph.getLayer("moe").getParam("gate.table"));
  }

  private static double spawned(MultiLayerNetwork network) {
    return network.getLayer(1).getParam("spawned").getDouble(0);
  }

  private static MultiLayerNetwork network(String gate, Map<String, String> options) {
    return Networks.feedForward(
        Networks.configuration(DataType.FLOAT, Networks.ADAM),
        Networks.mixture(gate, options).iterations(gate.equals("evomoe") ? 50 : 10).build());
  }

  private static void fit(MultiLayerNetwork network, int from) {
    for (int step = from; step < from + STEPS; step++) {
      network.fit(Networks.batch(20, step));
    }
  }

  private MultiLayerNetwork saved(MultiLayerNetwork network) throws IOException {
    Path file = folder.resolve("network.zip");
    ModelSerializer.writeModel(network, file.toFile(), true);
    return ModelSerializer.restoreMultiLayerNetwork(file.toFile(), true);
  }
}
