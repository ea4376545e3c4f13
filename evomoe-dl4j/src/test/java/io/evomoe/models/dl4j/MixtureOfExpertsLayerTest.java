package io.evomoe.models.dl4j;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.evomoe.evolution.EvolutionConfig;
import io.evomoe.kernel.ActivationFunction;
import java.util.List;
import java.util.Map;
import org.deeplearning4j.nn.api.Layer;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.conf.MultiLayerConfiguration;
import org.deeplearning4j.nn.conf.RNNFormat;
import org.deeplearning4j.nn.conf.dropout.Dropout;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.weightnoise.DropConnect;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.deeplearning4j.nn.weights.WeightInitConstant;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

class MixtureOfExpertsLayerTest {
  @Test
  void should_come_back_from_json_and_yaml() {
    MultiLayerConfiguration configuration =
        Networks.feedForward(
                Networks.configuration(DataType.FLOAT, Networks.ADAM).l2(1e-3),
                new MixtureOfExpertsLayer.Builder()
                    .name("mixture")
                    .gate("evomoe")
                    .gateOptions(Map.of("balance", "0.05"))
                    .experts(5)
                    .sharedExperts(1)
                    .hidden(7)
                    .hiddenActivation(ActivationFunction.RELU)
                    .residual(true)
                    .moeLayers(2)
                    .evolution(
                        EvolutionConfig.defaults()
                            .with(e -> e.diversifySteps(30).temperatureSteps(202))
                            .with(e -> e.hardFrom(300).finalTopK(3)))
                    .dropOut(new Dropout(0.9))
                    .build())
            .getLayerWiseConfigurations();

    MultiLayerConfiguration json = MultiLayerConfiguration.fromJson(configuration.toJson());
    MultiLayerConfiguration yaml = MultiLayerConfiguration.fromYaml(configuration.toYaml());

    assertThat(json).isEqualTo(configuration);
    assertThat(yaml).isEqualTo(configuration);
    assertThat(json.getConf(1).getLayer().toString())
        .isEqualTo(configuration.getConf(1).getLayer().toString())
        .contains("gate=evomoe", "experts=5", "hidden=7", "spawn=mask:0.3", "residual=true")
        .contains("hardFrom=300", "finalTopK=3");
    assertThat(configuration.clone()).isEqualTo(configuration);
  }

  @Test
  void should_come_back_with_a_graph() {
    ComputationGraph graph =
        Networks.graph(
            Networks.configuration(DataType.FLOAT, Networks.ADAM),
            Networks.mixture("dts", Map.of()).build(),
            Networks.mixture("topk", Map.of("k", "1")).build());
    ComputationGraphConfiguration configuration = graph.getConfiguration();

    assertThat(ComputationGraphConfiguration.fromJson(configuration.toJson()))
        .isEqualTo(configuration);
    assertThat(ComputationGraphConfiguration.fromYaml(configuration.toYaml()))
        .isEqualTo(configuration);
  }

  @Test
  void should_differ_where_a_setting_differs() {
    MixtureOfExpertsLayer layer = Networks.mixture("switch", Map.of()).nIn(6).build();

    assertThat(Networks.mixture("switch", Map.of()).nIn(6).build())
        .isEqualTo(layer)
        .hasSameHashCodeAs(layer);
    assertThat(Networks.mixture("switch", Map.of("alpha", "1")).nIn(6).build()).isNotEqualTo(layer);
    assertThat(Networks.mixture("switch", Map.of()).nIn(7).build()).isNotEqualTo(layer);
    assertThat(Networks.mixture("switch", Map.of()).nIn(6).dataFormat(RNNFormat.NWC).build())
        .isNotEqualTo(layer);
  }

  @Test
  void should_keep_the_form_of_its_input() {
    MixtureOfExpertsLayer layer = Networks.mixture("switch", Map.of()).build();
    InputType time = InputType.recurrent(9, 5, RNNFormat.NWC);
    layer.setNIn(time, true);

    assertThat(layer.getOutputType(0, time)).isEqualTo(time);
    assertThat(layer.getPreProcessorForInputType(time)).isNull();
    assertThat(layer.getOutputType(0, InputType.feedForward(9)).arrayElementsPerExample())
        .isEqualTo(9);
    assertThat(layer.getNOut()).isEqualTo(9);
    layer.setIUpdater(Networks.ADAM);
    assertThat(layer.getMemoryReport(time).getParameterSize())
        .isEqualTo(1 + 3 * (9 * 6 + 6 + 6 * 9 + 9) + 9 * 3);
  }

  @Test
  void should_make_four_times_its_width_of_hidden_units_where_nothing_is_said() {
    MixtureOfExpertsLayer layer =
        new MixtureOfExpertsLayer.Builder().gate("dense").experts(1).nIn(5).build();

    assertThat(layer.initializer().numParams(layer)).isEqualTo(1 + 5 * 20 + 20 + 20 * 5 + 5);
  }

  @Test
  void should_initialize_experts_as_the_network_says() {
    MultiLayerNetwork network =
        Networks.feedForward(
            Networks.configuration(DataType.FLOAT, Networks.ADAM)
                .weightInit(new WeightInitConstant(0.25))
                .biasInit(0.5),
            Networks.mixture("base", Map.of()).build());

    Layer layer = network.getLayer(1);
    assertThat(layer.getParam("experts.1.expand.weight").minNumber().doubleValue()).isEqualTo(0.25);
    assertThat(layer.getParam("experts.1.expand.weight").maxNumber().doubleValue()).isEqualTo(0.25);
    assertThat(layer.getParam("experts.1.expand.bias").meanNumber().doubleValue()).isEqualTo(0.5);
    assertThat(layer.getParam("experts.1.contract.weight").amaxNumber().doubleValue())
        .as("BASE layers start as the identity")
        .isZero();
    assertThat(layer.getParam("experts.1.norm.gain").minNumber().doubleValue()).isEqualTo(1);
    assertThat(layer.getParam("gate.centroids").stdNumber().doubleValue()).isPositive();
  }

  @Test
  void should_hand_its_input_through_where_its_layer_takes_the_stream() {
    for (int shared = 0; shared < 2; shared++) {
      MultiLayerNetwork network = network(Networks.mixture("base", Map.of()).sharedExperts(shared));
      List<INDArray> layers =
          network.feedForward(Networks.features(DataType.FLOAT, 1, 5, Networks.FEATURES));

      assertThat(layers.get(2).equalsWithEps(layers.get(1), 1e-6)).isTrue();
    }
  }

  @Test
  void should_refuse_what_cannot_be() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Networks.mixture("base", Map.of()).residual(true).build())
        .withMessage(
            "residual must be false for gate base, whose output carries its input already, was"
                + " true");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Networks.mixture("nosuch", Map.of()).build())
        .withMessageStartingWith("gate must be one of base, ")
        .withMessageEndingWith("was nosuch");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Networks.mixture("switch", Map.of()).experts(0).build())
        .withMessage("experts must be at least 1, was 0");
    assertThatIllegalArgumentException()
        .isThrownBy(
            () ->
                Networks.mixture("dts", Map.of())
                    .iterations(0)
                    .evolution(EvolutionConfig.defaults())
                    .build())
        .withMessage(
            "iterations must be set if evolution does not set diversifySteps and"
                + " temperatureSteps, and hardFrom if there is a hard phase");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Networks.mixture("dts", Map.of()).iterations(0).build())
        .withMessage(
            "iterations or evolution must be given for gate dts, which changes with time, had"
                + " neither");
    EvolutionConfig hard = EvolutionConfig.defaults().with(e -> e.hardFrom(3).finalTopK(5));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Networks.mixture("dts", Map.of()).experts(4).evolution(hard).build())
        .withMessage("finalTopK must be at most experts, 4, was 5");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Networks.mixture("expertchoice", Map.of()).causal(true).build())
        .withMessageStartingWith("gate expertchoice ");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Networks.mixture("switch", Map.of()).nIn(6).nOut(5).build())
        .withMessageContaining("must be left out or be 6, what nIn gives, was 5");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> network(Networks.mixture("switch", Map.of("alhpa", "1"))))
        .withMessageStartingWith("gate switch has no option alhpa");
    assertThatIllegalArgumentException()
        .isThrownBy(
            () -> network(Networks.mixture("switch", Map.of()).weightNoise(new DropConnect(0.5))))
        .withMessageStartingWith("weight noise must not be set for layer layer1");
    assertThatIllegalArgumentException()
        .isThrownBy(
            () -> network(Networks.mixture("hash", Map.of()).tokenIds(9).dropOut(new Dropout(0.5))))
        .withMessageStartingWith(
            "input dropout must not be set for layer layer1, whose input has token ids");
  }

  @Test
  void should_refuse_arrays_of_another_shape() {
    MultiLayerNetwork network =
        Networks.recurrent(
            Networks.configuration(DataType.FLOAT, Networks.ADAM),
            Networks.mixture("switch", Map.of()).dataFormat(RNNFormat.NWC).build(),
            RNNFormat.NCW);

    assertThatIllegalArgumentException()
        .isThrownBy(
            () ->
                network.output(
                    Networks.features(DataType.FLOAT, 1, 2, Networks.FEATURES, Networks.TIME)))
        .withMessage("input of layer layer1 must be [batch, 6] or [batch, time, 6], was [2, 6, 5]");
  }

  private static MultiLayerNetwork network(MixtureOfExpertsLayer.Builder mixture) {
    return Networks.feedForward(
        Networks.configuration(DataType.FLOAT, Networks.ADAM), mixture.build());
  }
}
