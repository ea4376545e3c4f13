package io.evomoe.models.dl4j;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.evomoe.evolution.EvolutionConfig;
import io.evomoe.step.StepContext.Phase;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.deeplearning4j.earlystopping.EarlyStoppingConfiguration;
import org.deeplearning4j.earlystopping.EarlyStoppingResult;
import org.deeplearning4j.earlystopping.saver.InMemoryModelSaver;
import org.deeplearning4j.earlystopping.scorecalc.DataSetLossCalculator;
import org.deeplearning4j.earlystopping.termination.MaxEpochsTerminationCondition;
import org.deeplearning4j.earlystopping.trainer.EarlyStoppingTrainer;
import org.deeplearning4j.nn.api.Model;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.WorkspaceMode;
import org.deeplearning4j.nn.conf.constraint.MaxNormConstraint;
import org.deeplearning4j.nn.conf.constraint.NonNegativeConstraint;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.deeplearning4j.optimize.api.BaseTrainingListener;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.learning.config.Adam;
import org.nd4j.linalg.lossfunctions.LossFunctions;

/** DL4J's own fit loop with the layer in it. */
class MixtureTrainingTest {
  private static final int EPOCHS = 24;
  private static final int BATCHES = 25;

  /** Accuracy of the network without the layer, and with one expert in its place. */
  private static double without;

  private static double single;

  @BeforeAll
  static void train_what_is_to_be_beaten() {
    without = accuracy(trained(null));
    single = accuracy(trained(expertsBehind("dense")));
  }

  @Tag("long")
  @ParameterizedTest
  @ValueSource(strings = "evomoe")
  void should_beat_the_same_network_without_it_and_one_expert_of_the_same_size(String gate) {
    requireBetter(gate);
  }

  @Tag("long")
  @ParameterizedTest
  @ValueSource(strings = {"dts", "switch", "topk"})
  void so_should_other_gates(String gate) {
    requireBetter(gate);
  }

  private static void requireBetter(String gate) {
    double mixture = accuracy(trained(expertsBehind(gate)));

    assertThat(mixture).isGreaterThan(without + 0.1).isGreaterThan(single + 0.02);
  }

  private static MixtureOfExpertsLayer expertsBehind(String gate) {
    return new MixtureOfExpertsLayer.Builder()
        .gate(gate)
        .experts(6)
        .hidden(12)
        .residual(true)
        .iterations(EPOCHS * BATCHES)
        .build();
  }

  private static MultiLayerNetwork trained(@Nullable MixtureOfExpertsLayer mixture) {
    NeuralNetConfiguration.ListBuilder layers =
        Networks.configuration(DataType.FLOAT, new Adam(0.01))
            .list()
            .layer(
                new DenseLayer.Builder()
                    .nOut(Regions.DIMENSIONS)
                    .activation(Activation.IDENTITY)
                    .build());
    if (mixture != null) {
      layers.layer(mixture);
    }
    MultiLayerNetwork network =
        new MultiLayerNetwork(
            layers
                .layer(
                    new OutputLayer.Builder(LossFunctions.LossFunction.MCXENT)
                        .nOut(Regions.CLASSES)
                        .activation(Activation.SOFTMAX)
                        .build())
                .setInputType(InputType.feedForward(Regions.DIMENSIONS))
                .build());
    network.init();
    network.fit(Regions.batches(BATCHES, 1), EPOCHS);
    return network;
  }

  private static double accuracy(MultiLayerNetwork network) {
    return network.evaluate(Regions.batches(16, 90_000)).accuracy();
  }

  @Test
  void should_anneal_with_the_iterations_of_dl4j() {
    EvolutionConfig evolution =
        EvolutionConfig.defaults().with(e -> e.diversifySteps(4).temperatureSteps(27));
    MultiLayerNetwork network =
        network(Networks.mixture("evomoe", Map.of()).evolution(evolution).build());
    List<Phase> phases = new ArrayList<>();
    List<Double> temperatures = new ArrayList<>();
    List<Integer> iterations = new ArrayList<>();
    network.setListeners(
        listener(
            model -> {
              var context = mixture(network).context().orElseThrow();
              phases.add(context.phase());
              temperatures.add(context.temperature());
              iterations.add((int) context.step());
            }));

    network.fit(Networks.batches(20, 10, 1), 2);

    assertThat(iterations).hasSize(40).startsWith(0, 1, 2).endsWith(38, 39);
    assertThat(phases.subList(0, 4)).containsOnly(Phase.DIVERSIFY);
    assertThat(phases.subList(4, 40)).containsOnly(Phase.SOFT);
    assertThat(temperatures.get(4)).isEqualTo(2);
    assertThat(temperatures.get(20)).isEqualTo(2 * Math.pow(0.3 / 2, 16 / 27.0));
    assertThat(temperatures.get(39)).isCloseTo(0.3, within(1e-12));
    assertThat(mixture(network).routing().orElseThrow().meanActiveExperts()).isBetween(1.0, 3.0);
  }

  @Test
  void should_spawn_different_experts_from_one() {
    MultiLayerNetwork network =
        network(
            Networks.mixture("evomoe", Map.of())
                .evolution(
                    EvolutionConfig.defaults().with(e -> e.diversifySteps(4).temperatureSteps(27)))
                .build());

    network.fit(Networks.batches(4, 10, 1));
    assertThat(mixture(network).getParam("experts.1.expand.weight").amaxNumber().doubleValue())
        .isZero();
    assertThat(mixture(network).routing()).isEmpty();

    network.fit(Networks.batches(1, 10, 1));

    INDArray parent = mixture(network).getParam("experts.0.expand.weight");
    INDArray sibling = mixture(network).getParam("experts.1.expand.weight");
    assertThat(sibling.amaxNumber().doubleValue()).isPositive();
    assertThat(sibling).isNotEqualTo(parent);
    assertThat(mixture(network).routing()).isPresent();
  }

  @Test
  void should_add_the_auxiliary_loss_to_the_score_of_training_alone() {
    DataSet batch = Networks.batch(20, 1);
    MultiLayerNetwork with = network(Networks.mixture("switch", Map.of("alpha", "0.5")).build());
    MultiLayerNetwork without = network(Networks.mixture("switch", Map.of("alpha", "0")).build());

    double aux = with.score(batch, true) - without.score(batch, true);
    assertThat(aux).isGreaterThan(0.1);
    assertThat(aux).isCloseTo(mixture(with).routing().orElseThrow().auxLoss(), within(1e-6));
    assertThat(with.score(batch, false)).isEqualTo(without.score(batch, false));
  }

  @Test
  void should_balance_a_collapsed_gate_by_a_bias() {
    MultiLayerNetwork network =
        network(Networks.mixture("lossfree", Map.of("gamma", "0.01", "k", "1")).build());
    INDArray bias = mixture(network).getParam("gate.bias");
    INDArray start = bias.dup();

    network.fit(Networks.batches(20, 30, 1));

    assertThat(bias).isNotEqualTo(start);
    assertThat(network.getUpdater().getStateViewArray().length())
        .as("Adam keeps no moments for state")
        .isEqualTo(2 * (network.numParams() - stateLength(network)));
  }

  private static long stateLength(MultiLayerNetwork network) {
    return mixture(network).paramTable().entrySet().stream()
        .filter(e -> e.getKey().startsWith("gate.bias") || e.getKey().equals("iteration"))
        .mapToLong(e -> e.getValue().length())
        .sum();
  }

  @ParameterizedTest
  @EnumSource(
      value = WorkspaceMode.class,
      names = {"ENABLED", "NONE"})
  void should_learn_the_same_in_and_outside_of_workspaces(WorkspaceMode mode) {
    MultiLayerNetwork network =
        Networks.feedForward(
            Networks.configuration(DataType.FLOAT, Networks.ADAM)
                .trainingWorkspaceMode(mode)
                .inferenceWorkspaceMode(mode),
            Networks.mixture("topk", Map.of("k", "2")).build());
    MultiLayerNetwork other = network(Networks.mixture("topk", Map.of("k", "2")).build());

    network.fit(Networks.batches(5, 10, 1));
    other.fit(Networks.batches(5, 10, 1));

    assertThat(network.params()).isEqualTo(other.params());
  }

  @Test
  void should_obey_constraints_and_regularisation() {
    MultiLayerNetwork network =
        network(
            Networks.mixture("switch", Map.of())
                .nIn(Networks.WIDTH)
                .constrainWeights(new MaxNormConstraint(0.3, 1))
                .build());
    network.fit(Networks.batches(5, 10, 1));
    INDArray weight = mixture(network).getParam("experts.0.expand.weight");
    assertThat(weight.norm2(1).maxNumber().doubleValue()).isLessThan(0.3001);

    MultiLayerNetwork decayed =
        Networks.feedForward(
            Networks.configuration(DataType.FLOAT, Networks.ADAM).l2(10),
            Networks.mixture("switch", Map.of()).build());
    decayed.fit(Networks.batches(40, 10, 1));
    assertThat(normOf("experts.1.contract.weight", decayed))
        .isLessThan(
            0.7
                * normOf(
                    "experts.1.contract.weight",
                    network(Networks.mixture("switch", Map.of()).build())));
    assertThat(mixture(decayed).getParam("iteration").getDouble(0)).isEqualTo(39);
  }

  @Test
  void should_keep_state_that_constraints_of_all_parameters_would_change() {
    MultiLayerNetwork free = network(balanced().build());
    MultiLayerNetwork constrained =
        network(balanced().constrainAllParameters(new NonNegativeConstraint()).build());
    free.fit(Networks.batches(2, 10, 1));
    constrained.fit(Networks.batches(2, 10, 1));

    INDArray bias = mixture(constrained).getParam("gate.bias");
    assertThat(bias.minNumber().doubleValue()).isNegative();
    assertThat(bias).isEqualTo(mixture(free).getParam("gate.bias"));
    assertThat(mixture(constrained).getParam("experts.0.expand.weight").minNumber().doubleValue())
        .isNotNegative();
  }

  private static MixtureOfExpertsLayer.Builder balanced() {
    return Networks.mixture("lossfree", Map.of("gamma", "0.05", "k", "1")).nIn(Networks.WIDTH);
  }

  @Test
  void should_give_the_same_twice_with_an_activation_that_is_random_in_training() {
    MultiLayerNetwork network =
        network(Networks.mixture("switch", Map.of()).activation(Activation.RRELU).build());
    INDArray x = Networks.batch(20, 1).getFeatures();

    assertThat(network.output(x)).isEqualTo(network.output(x));
  }

  private static double normOf(String key, MultiLayerNetwork network) {
    return mixture(network).getParam(key).norm2Number().doubleValue();
  }

  @Test
  void should_stop_early_with_the_best_network() {
    MultiLayerNetwork network = network(Networks.mixture("dts", Map.of()).build());
    EarlyStoppingConfiguration<MultiLayerNetwork> stopping =
        new EarlyStoppingConfiguration.Builder<MultiLayerNetwork>()
            .epochTerminationConditions(new MaxEpochsTerminationCondition(6))
            .scoreCalculator(new DataSetLossCalculator(Networks.batches(4, 20, 500), true))
            .modelSaver(new InMemoryModelSaver<>())
            .build();

    EarlyStoppingResult<MultiLayerNetwork> result =
        new EarlyStoppingTrainer(stopping, network, Networks.batches(10, 10, 1)).fit();

    MultiLayerNetwork best = result.getBestModel();
    double score =
        new DataSetLossCalculator(Networks.batches(4, 20, 500), true).calculateScore(best);
    assertThat(score)
        .isCloseTo(result.getScoreVsEpoch().get(result.getBestModelEpoch()), within(1e-6));
    assertThat(result.getScoreVsEpoch().get(5)).isLessThan(result.getScoreVsEpoch().get(0));
    assertThat(result.getTotalEpochs()).isEqualTo(6);
  }

  private static BaseTrainingListener listener(Consumer<Model> onIteration) {
    return new BaseTrainingListener() {
      @Override
      public void iterationDone(Model model, int iteration, int epoch) {
        onIteration.accept(model);
      }
    };
  }

  private static MultiLayerNetwork network(MixtureOfExpertsLayer mixture) {
    return Networks.feedForward(Networks.configuration(DataType.FLOAT, Networks.ADAM), mixture);
  }

  private static MixtureOfExperts mixture(MultiLayerNetwork network) {
    return (MixtureOfExperts) network.getLayer(1);
  }
}
