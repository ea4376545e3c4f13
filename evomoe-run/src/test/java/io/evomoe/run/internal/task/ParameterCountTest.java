package io.evomoe.run.internal.task;

import static org.assertj.core.api.Assertions.assertThat;

import io.evomoe.evolution.SpawnMethod;
import io.evomoe.moe.GateProvider;
import io.evomoe.moe.GateRegistry;
import io.evomoe.moe.Growth;
import io.evomoe.moe.TrainingFacts;
import io.evomoe.nn.Parameter;
import io.evomoe.run.config.ConfigFile;
import io.evomoe.run.config.RunConfig;
import io.evomoe.training.Model;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class ParameterCountTest {
  private static final int VOCABULARY = 37;

  static Stream<Arguments> tasksAndGates() {
    return Tasks.names().stream()
        .flatMap(
            task ->
                GateRegistry.installed().providers().stream()
                    .filter(gate -> gate.refusal(Tasks.named(task).causal()).isEmpty())
                    .map(gate -> Arguments.of(task, gate.name())));
  }

  @ParameterizedTest
  @MethodSource("tasksAndGates")
  void should_be_that_of_the_model(String task, String gate) {
    RunConfig config = tiny(task, gate);
    TrainingFacts facts = TrainingFacts.ofSteps(config.training().steps());
    Model<?> model = Tasks.named(task).fresh(config, VOCABULARY, facts);
    GateProvider provider = config.provider();
    if (provider.growth() == Growth.SPAWNED) {
      model.spawn(SpawnMethod.mask(0.3), 1);
    }

    assertThat(Tasks.named(task).parameters(config, VOCABULARY))
        .isEqualTo(
            new ParameterTotal(
                model.parameters().stream().mapToLong(Parameter::length).sum(),
                model.parameters().size()));
  }

  /** The paper's model, about four times as large as this machine could train. */
  @Test
  void should_count_a_model_that_does_not_fit_into_memory() {
    RunConfig base = Tasks.preset("gpt", "base").config("gpt", "evomoe", 1);

    assertThat(Tasks.named("gpt").parameters(base, base.model().vocabulary()).numbers())
        .isBetween(1_800_000_000L, 1_900_000_000L);
  }

  private static RunConfig tiny(String task, String gate) {
    RunConfig config = Tasks.preset(task, "quick").config(task, gate, 1);
    for (String field :
        new String[] {
          "layers=3", "width=8", "hidden=12", "heads=2", "sequence=8", "sharedExperts=1"
        }) {
      String[] parts = field.split("=", 2);
      config = ConfigFile.set(config, "model." + parts[0], parts[1]);
    }
    return config;
  }
}
