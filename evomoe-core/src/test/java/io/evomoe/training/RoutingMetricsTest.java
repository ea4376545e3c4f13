package io.evomoe.training;

import static org.assertj.core.api.Assertions.assertThat;

import io.evomoe.evolution.EvolutionConfig;
import io.evomoe.evolution.EvolutionSchedule;
import io.evomoe.kernel.Kernels;
import io.evomoe.kernel.internal.nd4j.Nd4jKernels;
import io.evomoe.moe.GateProvider.ExpertLifecycle;
import io.evomoe.nn.RoutingReport;
import io.evomoe.step.StepContext;
import io.evomoe.training.checkpoint.Checkpoint;
import io.evomoe.training.checkpoint.CheckpointFolder;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.nd4j.linalg.api.buffer.DataType;

class RoutingMetricsTest {
  private static final int TOKENS = 8;
  private static final TrainingData<TinyBatch> DATA =
      new TrainingData<>(TinyBatch::number, List.of(new TinyBatch(TOKENS, -1)));
  private static final TrainerConfig CONFIG = TrainerConfig.defaults(7).with(t -> t.evalEvery(2));
  private static final EvolutionSchedule EVOLUTION =
      new EvolutionSchedule(
          EvolutionConfig.defaults().with(e -> e.diversifySteps(0).temperatureSteps(7)),
          7,
          ExpertLifecycle.FROM_START);

  @TempDir private Path folder;
  private final Kernels kernels = new Nd4jKernels(DataType.DOUBLE);

  @Test
  void should_compare_each_evaluation_with_the_one_before() {
    List<Double> fluctuation =
        trained(new Scripted(true)).stream().map(StepRecord::routingFluctuation).toList();

    // Evaluated after steps 2, 4, 6 and 7, at moments 1, 3, 5 and 6: so many of 8 tokens have
    // moved.
    double none = Double.NaN;
    assertThat(fluctuation).containsExactly(none, none, none, 2.0 / 8, none, 2.0 / 8, 1.0 / 8);
  }

  @Test
  void should_be_exactly_zero_where_no_token_moves() {
    assertThat(trained(new Scripted(false)))
        .extracting(StepRecord::routingFluctuation)
        .filteredOn(Double::isFinite)
        .hasSize(3)
        .containsOnly(0.0);
  }

  @Test
  void should_know_no_fluctuation_at_the_first_evaluation_after_a_resumption() {
    Trainer<TinyBatch> trainer = trainer(new Scripted(true));
    IntStream.range(0, 4).forEach(i -> trainer.step());
    Path saved = new CheckpointFolder(folder, 1, Map.of()).write(trainer.state());
    List<StepRecord> reports = new ArrayList<>();

    Trainer.resumed(Checkpoint.open(saved), new Scripted(true), DATA, CONFIG, EVOLUTION)
        .run((step, training) -> reports.add(step));

    assertThat(reports.get(1).step()).isEqualTo(6);
    assertThat(reports.get(1).evaluated()).isTrue();
    assertThat(reports.get(1).routingFluctuation()).isNaN();
    assertThat(reports.get(2).routingFluctuation()).isEqualTo(1.0 / 8);
  }

  @Test
  void should_average_dead_experts_over_layers() {
    assertThat(trained(new Scripted(true)))
        .extracting(StepRecord::deadExperts)
        .containsOnly((2 + 1) / 2.0);
  }

  private List<StepRecord> trained(Scripted model) {
    List<StepRecord> reports = new ArrayList<>();
    trainer(model).run((step, training) -> reports.add(step));
    return reports;
  }

  private Trainer<TinyBatch> trainer(Scripted model) {
    return new Trainer<>(model, DATA, CONFIG, EVOLUTION);
  }

  /** Two layers of four experts; at context t the first t tokens have another expert than at 0. */
  private final class Scripted extends OneNumberModel {
    private final boolean moving;

    Scripted(boolean moving) {
      super(kernels);
      this.moving = moving;
    }

    @Override
    public Loss loss(TinyBatch batch, StepContext context) {
      RoutingReport a =
          new RoutingReport("a", TOKENS, List.of(4, 4, 0, 0), List.of(), 0, 0, List.of());
      RoutingReport b =
          new RoutingReport("b", TOKENS, List.of(2, 4, 0, 2), List.of(), 0, 0, List.of());
      List<RoutingReport> reports =
          context.training()
              ? List.of(a, b)
              : List.of(a.withFirstExperts(first(context)), b.withFirstExperts(first(context)));
      return new Loss(
          1, 0, TOKENS, TOKENS, 0, reports, () -> parameter.accumulator().array().assign(1));
    }

    private List<Integer> first(StepContext context) {
      long moved = moving ? context.step() : 0;
      return IntStream.range(0, TOKENS).mapToObj(s -> s < moved ? 1 : 0).toList();
    }
  }
}
