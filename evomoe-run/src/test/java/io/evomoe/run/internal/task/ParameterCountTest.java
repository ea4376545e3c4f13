package io.evomoe.run.internal.task;

import static org.assertj.core.api.Assertions.assertThat;

import io.evomoe.evolution.SpawnMethod;
import io.evomoe.moe.GateProvider;
import io.evomoe.moe.GateProvider.ExpertLifecycle;
import io.evomoe.moe.TrainingFacts;
import io.evomoe.nn.Parameter;
import io.evomoe.run.config.ConfigFile;
import io.evomoe.run.config.ModelConfig.Architecture;
import io.evomoe.run.config.RunConfig;
import io.evomoe.run.task.MemoryLimit.ParameterTotal;
import io.evomoe.run.task.Task;
import io.evomoe.run.task.Tasks;
import io.evomoe.training.Model;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

class ParameterCountTest {
  private static final int VOCABULARY = 37;

  static Stream<Arguments> tasksAndGates() {
    return Tasks.names().stream()
        .flatMap(
            task ->
                GateProvider.installed().stream()
                    .filter(gate -> gate.refusal(Tasks.named(task).causal()).isEmpty())
                    .map(gate -> Arguments.of(task, gate.name())));
  }

  @ParameterizedTest
  @MethodSource("tasksAndGates")
  void should_be_that_of_the_model(String task, String gate) {
    requireThatOfTheModel(tiny(task, gate, Architecture.GPT));
  }

  static Stream<Arguments> llamas() {
    List<String> forms =
        List.of(
            "",
            "model.numKeyValueHeads=2",
            "model.headDim=6",
            "architecture.queryKeyNorm=HEAD",
            "model.numKeyValueHeads=2 architecture.queryKeyNorm=WHOLE",
            "architecture.attentionBias=true",
            "architecture.projectionBias=true",
            "architecture.feedForwardBias=true",
            "architecture.tiedHead=false",
            "model.moeIntermediateSize=20",
            "model.sharedExperts=2 model.sharedExpertIntermediateSize=7 model.sharedGate=true",
            "model.moeEvery=1 model.moeFrom=2");
    String all = String.join(" ", forms).strip();
    return Stream.concat(
        forms.stream()
            .flatMap(form -> Stream.of("evomoe", "dense").map(g -> Arguments.of(g, form))),
        tasksAndGates()
            .filter(row -> row.get()[0].equals("gpt"))
            .map(row -> Arguments.of(row.get()[1], all)));
  }

  @ParameterizedTest
  @MethodSource("llamas")
  void should_be_that_of_a_llama(String gate, String form) {
    RunConfig config = tiny("gpt", gate, Architecture.LLAMA);
    for (String field : form.isEmpty() ? new String[0] : form.split(" ")) {
      config = set(config, field);
    }
    requireThatOfTheModel(config);
  }

  @ParameterizedTest
  @CsvSource({
    "evomoe, hashLayers=1",
    "switch, hashLayers=9",
    "dts, prior=learned",
    "dts, prior=learned priorLayers=last"
  })
  void should_be_that_of_a_model_whose_gates_have_tables(String gate, String options) {
    for (String task : Tasks.names()) {
      RunConfig config = set(tiny(task, gate, Architecture.GPT), "model.moeEvery=1");
      for (String option : options.split(" ", -1)) {
        config = set(config, "gateOptions.%s.%s".formatted(gate, option));
      }
      requireThatOfTheModel(config);
    }
  }

  private static void requireThatOfTheModel(RunConfig config) {
    Task<?, ?> task = Tasks.named(config.task());
    TrainingFacts facts = TrainingFacts.ofSteps(config.training().steps());
    Model<?> model = task.fresh(config, VOCABULARY, facts);
    GateProvider provider = config.provider();
    if (provider.growth() == ExpertLifecycle.SPAWNED) {
      model.spawn(SpawnMethod.mask(0.3), 1);
    }

    long numbers = model.parameters().stream().mapToLong(Parameter::length).sum();
    long idle = Math.round(model.evolving().idleParameters(1));
    assertThat(task.parameters(config, VOCABULARY))
        .isEqualTo(new ParameterTotal(numbers, model.parameters().size(), numbers - idle));
  }

  /** The paper's model, about four times as large as this machine could train. */
  @Test
  void should_count_a_model_that_does_not_fit_into_memory() {
    RunConfig base = Tasks.preset("gpt", "base").config("gpt", "evomoe", 1);

    assertThat(Tasks.named("gpt").parameters(base, base.model().vocabulary()).numbers())
        .isBetween(1_800_000_000L, 1_900_000_000L);
  }

  private static RunConfig tiny(String task, String gate, Architecture architecture) {
    RunConfig config = Tasks.preset(task, "quick").config(task, gate, 1, architecture);
    for (String field :
        new String[] {
          "numHiddenLayers=3",
          "hiddenSize=8",
          "intermediateSize=12",
          "numAttentionHeads=4",
          "sequence=8",
          "sharedExperts=1"
        }) {
      config = set(config, "model." + field);
    }
    return config;
  }

  private static RunConfig set(RunConfig config, String field) {
    String[] parts = field.split("=", 2);
    return ConfigFile.set(config, parts[0], parts[1]);
  }
}
