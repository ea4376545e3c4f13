package io.evomoe.models.dl4j;

import static org.assertj.core.api.Assertions.assertThat;

import io.evomoe.evolution.EvolutionConfig;
import io.evomoe.testing.GradientCheck;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.deeplearning4j.gradientcheck.GradientCheckUtil;
import org.deeplearning4j.nn.api.Layer;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.RNNFormat;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.deeplearning4j.nn.updater.graph.ComputationGraphUpdater;
import org.deeplearning4j.nn.workspace.LayerWorkspaceMgr;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.learning.config.NoOp;

/**
 * Gradients of whole networks in double, by DL4J's own check where it can take some numbers of each
 * array.
 */
class MixtureGradientTest {
  private static final int EXAMPLES = 7;
  private static final int PER_ARRAY = 2;

  /** Spawned before the first step, so that there is a gate whose gradient can be checked. */
  private static final EvolutionConfig SPAWNED_AT_ONCE =
      EvolutionConfig.defaults()
          .with(e -> e.diversifySteps(0).temperatureSteps(1).copyMoments(false))
          .with(e -> e.maxTemperature(0.5).minTemperature(0.5));

  @BeforeAll
  static void compute_in_double() {
    Nd4j.setDefaultDataTypes(DataType.DOUBLE, DataType.DOUBLE);
  }

  @AfterAll
  static void compute_in_float_again() {
    Nd4j.setDefaultDataTypes(DataType.FLOAT, DataType.FLOAT);
  }

  static Stream<Arguments> gates() {
    return Stream.of(
        Arguments.of("switch", Map.of("alpha", "0.3", "zLoss", "0.1")),
        Arguments.of(
            "dts",
            Map.of("balance", "0.5", "noise", "true", "renormalize", "false", "threshold", "0.2")),
        Arguments.of("evomoe", Map.of("balance", "0.5", "threshold", "0.2")),
        Arguments.of("top2", Map.of()),
        Arguments.of("topk", Map.of("k", "2")),
        Arguments.of("lossfree", Map.of("gamma", "0.1")),
        Arguments.of("remoe", Map.of("lambda", "0.1")),
        Arguments.of("expertchoice", Map.of()),
        Arguments.of("softmix", Map.of()),
        Arguments.of("dense", Map.of()),
        Arguments.of("base", Map.of()));
  }

  @ParameterizedTest
  @MethodSource("gates")
  void should_pass_the_gradient_check_with_every_gate(String gate, Map<String, String> options) {
    MultiLayerNetwork network =
        Networks.feedForward(
            configuration().l2(0.1).l2Bias(0.2),
            Networks.mixture(gate, options).evolution(SPAWNED_AT_ONCE).build());
    sharpenGate(network);

    assertPasses(network, features(), labels(), null);
  }

  @Test
  void should_pass_it_with_activation_residual_and_shared_experts() {
    MultiLayerNetwork network =
        Networks.feedForward(
            configuration(),
            Networks.mixture("switch", Map.of("alpha", "0.5"))
                .activation(Activation.TANH)
                .residual(true)
                .sharedExperts(1)
                .build());

    assertPasses(network, features(), labels(), null);
  }

  @Test
  void should_pass_it_where_gradients_are_sums_over_the_batch() {
    MultiLayerNetwork network =
        Networks.feedForward(
            configuration().miniBatch(false),
            Networks.mixture("switch", Map.of("alpha", "0.5")).build());

    assertPasses(network, features(), labels(), null);
  }

  @ParameterizedTest
  @EnumSource(RNNFormat.class)
  void should_pass_it_over_time_with_a_mask(RNNFormat format) {
    MultiLayerNetwork network =
        Networks.recurrent(
            configuration(),
            Networks.mixture("dts", Map.of("balance", "0.5", "threshold", "0.25")).build(),
            format);
    long[] shape =
        format == RNNFormat.NCW
            ? new long[] {4, Networks.FEATURES, Networks.TIME}
            : new long[] {4, Networks.TIME, Networks.FEATURES};
    INDArray labels = Networks.labelsInTime(DataType.DOUBLE, 4, format, 5);

    assertPasses(network, Networks.features(DataType.DOUBLE, 2, shape), labels, Masks.ragged(4));
  }

  @Tag("long")
  @ParameterizedTest
  @CsvSource({"hash, table, random", "stablemoe, stageOneSteps, 5", "switch, prior, learned"})
  void should_pass_it_with_gates_that_look_at_token_ids(String gate, String option, String value) {
    ComputationGraph graph =
        Networks.graphWithIds(
            configuration(), Networks.mixture(gate, Map.of(option, value)).tokenIds(9).build());
    INDArray ids = Masks.ids(4, 9).castTo(DataType.DOUBLE);

    assertPasses(graph, labelsInTime(), featuresInTime(), ids);
  }

  @Test
  void should_pass_it_in_a_graph_with_two_moe_layers() {
    ComputationGraph graph =
        Networks.graph(
            configuration(),
            Networks.mixture("switch", Map.of("alpha", "0.5")).build(),
            Networks.mixture("topk", Map.of("k", "2")).build());

    assertPasses(graph, labels(), features());
  }

  /**
   * The layer is given the time steps of all examples, and DL4J divides by the examples; gates
   * without an auxiliary loss, which has another weight there.
   */
  @Tag("long")
  @ParameterizedTest
  @ValueSource(strings = {"dense", "softmix"})
  void should_pass_it_in_a_graph_behind_a_layer_that_takes_time_steps_one_by_one(String gate) {
    ComputationGraph graph =
        Networks.graphBehindDense(configuration(), Networks.mixture(gate, Map.of()).build());

    assertPasses(graph, labelsInTime(), featuresInTime());
  }

  private static NeuralNetConfiguration.Builder configuration() {
    return Networks.configuration(DataType.DOUBLE, new NoOp());
  }

  private static INDArray features() {
    return Networks.features(DataType.DOUBLE, 1, EXAMPLES, Networks.FEATURES);
  }

  private static INDArray labels() {
    return Networks.labels(DataType.DOUBLE, EXAMPLES, 3);
  }

  private static INDArray featuresInTime() {
    return Networks.features(DataType.DOUBLE, 2, 4, Networks.FEATURES, Networks.TIME);
  }

  private static INDArray labelsInTime() {
    return Networks.labelsInTime(DataType.DOUBLE, 4, RNNFormat.NCW, 5);
  }

  /** Choices far from a tie, which a difference of 1e-6 must not cross. */
  private static void sharpenGate(MultiLayerNetwork network) {
    network
        .getLayer(1)
        .paramTable()
        .forEach(
            (key, value) -> {
              if (key.equals("gate.weight") || key.equals("gate.centroids")) {
                value.assign(Networks.features(DataType.DOUBLE, 77, value.shape()));
              }
            });
  }

  /** Arrays that are saved but have no gradient; some of them have no meaning off whole numbers. */
  private static Stream<String> state(Layer layer, String name) {
    return layer.conf().getLayer() instanceof MixtureOfExpertsLayer mixture
        ? mixture.layout().keys(ParameterLayout.Kind.STATE).stream().map(key -> name + "_" + key)
        : Stream.empty();
  }

  /** DL4J's own check takes every number of a graph. */
  private static void assertPasses(ComputationGraph graph, INDArray labels, INDArray... inputs) {
    graph.setInputs(inputs);
    graph.setLabels(labels);
    Set<String> state =
        Arrays.stream(graph.getLayers())
            .flatMap(layer -> state(layer, layer.conf().getLayer().getLayerName()))
            .collect(Collectors.toSet());
    gradients(graph)
        .forEach(
            (name, gradient) -> {
              if (!state.contains(name)) {
                GradientCheck.DEFAULT
                    .withSample(1)
                    .check(() -> score(graph), name, inRows(graph.getParam(name)), gradient);
              }
            });
  }

  /** What the updater makes of them, which divides by the examples. */
  private static Map<String, INDArray> gradients(ComputationGraph graph) {
    score(graph);
    new ComputationGraphUpdater(graph)
        .update(
            graph.gradient(), 0, 0, graph.batchSize(), LayerWorkspaceMgr.noWorkspacesImmutable());
    Map<String, INDArray> gradients = new LinkedHashMap<>();
    graph
        .gradient()
        .gradientForVariable()
        .forEach((name, gradient) -> gradients.put(name, inRows(gradient).dup()));
    return gradients;
  }

  /** DL4J's arrays lie in columns. */
  private static INDArray inRows(INDArray array) {
    return array.ordering() == 'c' || array.rank() == 1 ? array : array.transpose();
  }

  private static double score(ComputationGraph graph) {
    graph.computeGradientAndScore();
    return graph.score();
  }

  private static void assertPasses(
      MultiLayerNetwork network, INDArray features, INDArray labels, @Nullable INDArray mask) {
    assertThat(
            GradientCheckUtil.checkGradients(
                new GradientCheckUtil.MLNConfig()
                    .subset(true)
                    .maxPerParam(PER_ARRAY)
                    .excludeParams(state(network.getLayer(1), "1").collect(Collectors.toSet()))
                    .net(network)
                    .input(features)
                    .labels(labels)
                    .inputMask(mask)
                    .labelMask(mask)))
        .isTrue();
  }
}
