package io.evomoe.models.dl4j;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import io.evomoe.nn.RoutingReport;
import java.util.Map;
import org.deeplearning4j.nn.conf.RNNFormat;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.deeplearning4j.nn.workspace.LayerWorkspaceMgr;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.NDArrayIndex;

class MixtureMaskTest {
  private static final int EXAMPLES = 4;
  private static final INDArray MASK = Masks.ragged(EXAMPLES);

  @ParameterizedTest
  @EnumSource(RNNFormat.class)
  void should_neither_route_nor_count_masked_steps(RNNFormat format) {
    MultiLayerNetwork network = network("switch", format);
    INDArray x = features(format);

    INDArray y = network.getLayer(1).activate(false, noWorkspaces(network, x)).dup();

    RoutingReport report = mixture(network).routing().orElseThrow();
    assertThat(report.tokens()).isEqualTo(MASK.sumNumber().intValue());
    assertThat(report.assignments()).isEqualTo(report.tokens());
    for (int i = 0; i < EXAMPLES; i++) {
      for (int t = 0; t < Networks.TIME; t++) {
        INDArray step =
            format == RNNFormat.NCW
                ? y.get(NDArrayIndex.point(i), NDArrayIndex.all(), NDArrayIndex.point(t))
                : y.get(NDArrayIndex.point(i), NDArrayIndex.point(t), NDArrayIndex.all());
        assertThat(step.amaxNumber().doubleValue() > 0).isEqualTo(MASK.getDouble(i, t) > 0);
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"switch", "dts", "topk", "base"})
  void should_learn_the_same_whatever_stands_in_masked_steps(String gate) {
    INDArray labels = Networks.labelsInTime(DataType.FLOAT, EXAMPLES, RNNFormat.NCW, 5);
    INDArray x = features(RNNFormat.NCW);
    INDArray other = x.dup();
    for (int i = 0; i < EXAMPLES; i++) {
      for (int t = 0; t < Networks.TIME; t++) {
        if (MASK.getDouble(i, t) == 0) {
          other.get(NDArrayIndex.point(i), NDArrayIndex.all(), NDArrayIndex.point(t)).assign(3);
        }
      }
    }
    MultiLayerNetwork one = network(gate, RNNFormat.NCW);
    MultiLayerNetwork two = network(gate, RNNFormat.NCW);
    for (int step = 0; step < 3; step++) {
      one.fit(new DataSet(x, labels, MASK, MASK));
      two.fit(new DataSet(other, labels, MASK, MASK));
    }

    assertThat(two.params().distance2(one.params())).isCloseTo(0, within(1e-5));
    assertThat(one.params().distance2(network(gate, RNNFormat.NCW).params())).isGreaterThan(0.05);
  }

  @Test
  void should_mask_whole_examples() {
    MultiLayerNetwork network =
        Networks.feedForward(
            Networks.configuration(DataType.FLOAT, Networks.ADAM),
            Networks.mixture("switch", Map.of()).build());
    INDArray x = Networks.features(DataType.FLOAT, 1, EXAMPLES, Networks.FEATURES);
    INDArray mask = Nd4j.createFromArray(1f, 0f, 1f, 1f).reshape(EXAMPLES, 1);

    network.output(x, false, mask, null);

    assertThat(mixture(network).routing().orElseThrow().tokens()).isEqualTo(3);
  }

  @Test
  void should_refuse_a_mask_of_another_length() {
    MultiLayerNetwork network = network("switch", RNNFormat.NCW);
    network.setInput(features(RNNFormat.NCW));
    mixture(network).setMaskArray(Nd4j.ones(DataType.FLOAT, EXAMPLES, 2));

    assertThatIllegalArgumentException()
        .isThrownBy(() -> network.feedForward(features(RNNFormat.NCW)))
        .withMessage(
            "mask of layer layer1 must have one element a token (20), had the shape [4, 2]");
  }

  @Test
  void should_route_by_token_ids_through_time() {
    ComputationGraph graph =
        Networks.graphWithIds(
            Networks.configuration(DataType.FLOAT, Networks.ADAM),
            Networks.mixture("hash", Map.of()).tokenIds(1).build());

    INDArray[] y =
        graph.output(
            Networks.features(DataType.FLOAT, 2, EXAMPLES, Networks.FEATURES, Networks.TIME),
            Nd4j.zeros(DataType.FLOAT, EXAMPLES, 1, Networks.TIME));

    RoutingReport report = ((MixtureOfExperts) graph.getLayer("moe")).routing().orElseThrow();
    assertThat(report.deadExperts()).as("one id has one expert").isEqualTo(2);
    assertThat(y[0].shape()).containsExactly(EXAMPLES, Networks.CLASSES, Networks.TIME);
  }

  @ParameterizedTest
  @ValueSource(doubles = {0.3, Double.NaN})
  void should_refuse_ids_that_are_none(double id) {
    ComputationGraph graph =
        Networks.graphWithIds(
            Networks.configuration(DataType.FLOAT, Networks.ADAM),
            Networks.mixture("hash", Map.of()).tokenIds(1).build());
    INDArray ids = Nd4j.valueArrayOf(new long[] {EXAMPLES, 1, Networks.TIME}, id, DataType.FLOAT);

    assertThatIllegalArgumentException()
        .isThrownBy(
            () ->
                graph.output(
                    Networks.features(
                        DataType.FLOAT, 2, EXAMPLES, Networks.FEATURES, Networks.TIME),
                    ids))
        .withMessageStartingWith("token id of layer moe must be a whole number, was ");
  }

  @ParameterizedTest
  @ValueSource(strings = {"hash", "stablemoe"})
  void should_say_that_a_gate_needs_token_ids(String gate) {
    MixtureOfExpertsLayer layer = Networks.mixture(gate, Map.of()).build();

    assertThatIllegalArgumentException()
        .isThrownBy(
            () ->
                Networks.feedForward(Networks.configuration(DataType.FLOAT, Networks.ADAM), layer))
        .withMessage(
            "vocabulary of token ids must be at least 1 for gate "
                + gate
                + ", which looks at ids, was 0");
  }

  private static LayerWorkspaceMgr noWorkspaces(MultiLayerNetwork network, INDArray x) {
    LayerWorkspaceMgr none = LayerWorkspaceMgr.noWorkspaces();
    network.getLayer(1).setInput(network.getLayer(0).activate(x, false, none), none);
    network.getLayer(1).setMaskArray(MASK);
    return none;
  }

  private static MultiLayerNetwork network(String gate, RNNFormat format) {
    return Networks.recurrent(
        Networks.configuration(DataType.FLOAT, Networks.ADAM),
        Networks.mixture(gate, Map.of()).build(),
        format);
  }

  private static MixtureOfExperts mixture(MultiLayerNetwork network) {
    return (MixtureOfExperts) network.getLayer(1);
  }

  private static INDArray features(RNNFormat format) {
    INDArray x = Networks.features(DataType.FLOAT, 1, EXAMPLES, Networks.FEATURES, Networks.TIME);
    return format == RNNFormat.NCW ? x : x.permute(0, 2, 1).dup();
  }
}
