package io.evomoe.training.internal.rounds;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import io.evomoe.nn.Parameter;
import io.evomoe.nn.RoutingReport;
import io.evomoe.training.TinyBatch;
import io.evomoe.training.TinyModel;
import io.evomoe.training.Trainer;
import io.evomoe.training.TrainingData;
import io.evomoe.training.checkpoint.Checkpoint;
import io.evomoe.training.checkpoint.CheckpointFolder;
import io.evomoe.training.optimizer.Sgd;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class RoundsTest {
  private static final RoundConfig DILOCO =
      RoundConfig.DEFAULT.with(r -> r.workers(3).localSteps(2));
  private static final RoundConfig AVERAGES =
      RoundConfig.DEFAULT
          .with(r -> r.workers(3).localSteps(1))
          .withOuterRate(1)
          .withOuterMomentum(0)
          .withInner(RoundConfig.Inner.SGD);

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 5})
  void should_equal_one_process_on_the_union_batch_with_one_plain_step_and_averaging(int workers) {
    RoundScene scene =
        new RoundScene(
            RoundConfig.DEFAULT
                .with(r -> r.workers(workers).localSteps(1))
                .withOuterRate(1)
                .withOuterMomentum(0)
                .withInner(RoundConfig.Inner.SGD),
            0);
    TinyModel model = scene.model();
    Coordinator coordinator = scene.coordinator(model);
    TinyModel alone = scene.model();
    Trainer<TinyBatch> trainer =
        new Trainer<>(
            alone,
            new TrainingData<>(TinyBatch::number, List.of()),
            RoundScene.CONFIG
                .with(t -> t.microBatches(workers))
                .withOptimizer(spec -> new Sgd(spec.kernels(), 0)),
            scene.evolution);

    while (!coordinator.isFinished()) {
      scene.round(coordinator);
      trainer.step();
    }

    assertThat(coordinator.progress().spawned()).isTrue();
    assertThat(coordinator.progress().tokens()).isEqualTo(trainer.progress().tokens());
    Map<String, List<Float>> expected = RoundScene.values(alone);
    RoundScene.values(model)
        .forEach(
            (name, values) -> {
              for (int i = 0; i < values.size(); i++) {
                float wanted = expected.getOrDefault(name, List.of()).get(i);
                assertThat(values.get(i))
                    .as(name)
                    .isCloseTo(wanted, within(1e-5f * Math.max(1, Math.abs(wanted))));
              }
            });
  }

  @Test
  void should_give_the_same_bits_again_and_other_draws_to_each_worker() {
    RoundScene scene = new RoundScene(DILOCO, 0.3);
    ModelSnapshot start = scene.coordinator(scene.model()).nextStart();
    RoundPlan.Span span = new RoundPlan.Span(0, 2);

    Contribution first = scene.local(start, span, 0);
    Contribution again = scene.local(RoundScene.sent(start), span, 0);
    Contribution other =
        new LocalRound(RoundScene.CONFIG, scene.evolution, DILOCO)
            .run(scene.model(), scene.share(0), start, span, 1);

    String name = scene.model().parameters().get(0).name();
    assertThat(again.mean(name)).isEqualTo(first.mean(name));
    assertThat(other.mean(name)).isNotEqualTo(first.mean(name));
  }

  @Test
  void should_add_two_contributions_to_the_same_bits_in_both_orders() {
    RoundScene scene = new RoundScene(DILOCO, 0.3);
    ModelSnapshot start = scene.coordinator(scene.model()).nextStart();
    RoundPlan.Span span = new RoundPlan.Span(0, 2);
    String name = scene.model().parameters().get(0).name();

    Contribution ab = scene.local(start, span, 0).plus(scene.local(start, span, 1));
    Contribution ba = scene.local(start, span, 1).plus(scene.local(start, span, 0));

    assertThat(ab.mean(name)).isEqualTo(ba.mean(name));
    assertThat(ab.sums()).isEqualTo(ba.sums());
  }

  @ParameterizedTest
  @ValueSource(longs = {2, 4, 5, 6, 10})
  void should_go_on_from_a_checkpoint_to_the_same_bits(long cut, @TempDir Path directory) {
    RoundScene scene = new RoundScene(DILOCO, 0.1);
    TinyModel whole = scene.model();
    Coordinator uninterrupted = scene.coordinator(whole);
    TinyModel first = scene.model();
    Coordinator killed = scene.coordinator(first);
    while (killed.progress().step() < cut) {
      scene.round(killed);
    }
    Path saved = new CheckpointFolder(directory, 2, Map.of()).write(killed.state());
    TinyModel second = scene.model();
    Coordinator resumed = scene.resumed(Checkpoint.open(saved), second);
    while (!uninterrupted.isFinished()) {
      scene.round(uninterrupted);
    }
    while (!resumed.isFinished()) {
      scene.round(resumed);
    }

    assertThat(resumed.progress()).isEqualTo(uninterrupted.progress());
    assertThat(RoundScene.values(second)).isEqualTo(RoundScene.values(whole));
  }

  @Test
  void should_lower_the_loss_across_the_spawn() {
    RoundScene scene = new RoundScene(DILOCO.withOuterRate(0.7).withOuterMomentum(0.5), 0);
    Coordinator coordinator = scene.coordinator(scene.model());

    double first = scene.round(coordinator).sums().meanLoss();
    double last = first;
    while (!coordinator.isFinished()) {
      last = scene.round(coordinator).sums().meanLoss();
    }

    assertThat(coordinator.progress().spawned()).isTrue();
    assertThat(last).isLessThan(0.8 * first);
  }

  @Test
  void should_freeze_at_the_mean_and_move_by_no_momentum_after_that() {
    RoundScene scene = new RoundScene(DILOCO, 0);
    TinyModel model = scene.model();
    Coordinator coordinator = scene.coordinator(model);
    scene.round(coordinator);
    String name = model.parameters().get(0).name();
    float[] before = ModelSnapshot.Flat.floats(model.parameters().get(0).value());
    ModelSnapshot start = coordinator.nextStart();
    Contribution sum = scene.local(start, coordinator.nextSpan(), 0);
    sum.addFrozen(name);
    float[] mean = sum.mean(name);

    coordinator.finish(sum);

    float[] after = ModelSnapshot.Flat.floats(model.parameters().get(0).value());
    for (int i = 0; i < after.length; i++) {
      assertThat(after[i]).isEqualTo(before[i] - mean[i]);
    }
    assertThat(coordinator.state().optimizer().moments(model.parameters().get(0))).isEmpty();
    assertThat(ModelSnapshot.of(coordinator.state()).progress().step()).isEqualTo(4);
  }

  @Test
  void should_leave_alone_what_no_worker_gave_weight_to() {
    RoundScene scene = new RoundScene(DILOCO, 0);
    TinyModel model = scene.model();
    Coordinator coordinator = scene.coordinator(model);
    scene.round(coordinator);
    Parameter still = model.parameters().get(0);
    float[] before = ModelSnapshot.Flat.floats(still.value());
    Contribution sum = scene.local(coordinator.nextStart(), coordinator.nextSpan(), 0);
    sum.add(still.name(), new float[before.length], 0);

    coordinator.finish(sum);

    assertThat(ModelSnapshot.Flat.floats(still.value())).isEqualTo(before);
  }

  @Test
  void should_take_the_routing_and_the_loss_of_the_workers_that_have_them() {
    List<RoutingReport> routed =
        List.of(new RoutingReport("layer", 2, List.of(1, 1), List.of(0, 2), 0, 1, List.of()));
    Contribution.Sums skipped = new Contribution.Sums(1, 0, 0, 0, 8, 0, 1);
    Contribution.Sums done = new Contribution.Sums(1, 1, 3, 1, 8, 1, 0);

    for (boolean first : new boolean[] {true, false}) {
      Contribution none = Contribution.of(WireFormat.F32, skipped, List.of());
      Contribution one = RoundScene.sent(Contribution.of(WireFormat.F32, done, routed));
      Contribution sum = first ? none.plus(one) : one.plus(none);

      assertThat(sum.routing()).hasSize(1);
      assertThat(sum.sums().meanLoss()).isEqualTo(3);
      assertThat(sum.sums().meanAuxLoss()).isEqualTo(1);
    }
  }

  @Test
  void should_average_gate_states() {
    RoundScene scene = new RoundScene(AVERAGES, 0);
    TinyModel model = scene.model();

    scene.round(scene.coordinator(model));

    assertThat(model.state().get(0).value().getDouble(0)).isEqualTo(1);
  }

  @Test
  void should_count_the_bytes_that_were_received() {
    RoundScene scene = new RoundScene(DILOCO, 0);
    TinyModel model = scene.model();
    long numbers = model.parameters().stream().mapToLong(p -> p.length()).sum();
    Coordinator coordinator = scene.coordinator(model);
    ModelSnapshot start = RoundScene.sent(coordinator.nextStart());

    assertThat(start.received()).isEqualTo(4 * numbers + 8);
    assertThat(scene.round(coordinator).received()).isEqualTo(3 * (4 * numbers + 8));
    RoundScene half = new RoundScene(DILOCO.withWire(WireFormat.BF16), 0);
    assertThat(half.round(half.coordinator(half.model())).received())
        .isEqualTo(3 * (2 * numbers + 8));
  }

  @Test
  void should_lose_nothing_on_the_way_in_bfloat16() {
    RoundScene scene = new RoundScene(DILOCO.withWire(WireFormat.BF16), 0);
    ModelSnapshot start = scene.coordinator(scene.model()).nextStart();
    Contribution sum = scene.local(start, new RoundPlan.Span(0, 2), 0);
    sum.plus(scene.local(start, new RoundPlan.Span(0, 2), 1));
    String name = scene.model().parameters().get(0).name();

    assertThat(RoundScene.sent(sum).mean(name)).isEqualTo(sum.mean(name));
  }

  @ParameterizedTest
  @CsvSource({
    "12, 4, -1, 1: 0-4 2: 4-8 3: 8-12",
    "10, 4, -1, 1: 0-4 2: 4-8 3: 8-10",
    "12, 4, 4, 1: 0-4 2: 4-8 3: 8-12",
    "12, 4, 5, 1: 0-4 2: 4-5 cut 2: 5-8 3: 8-12",
    "12, 4, 0, 1: 0-4 2: 4-8 3: 8-12",
    "12, 4, 99, 1: 0-4 2: 4-8 3: 8-12",
    "3, 5, 2, 1: 0-2 cut 1: 2-3"
  })
  void should_cut_a_round_at_the_spawn(long steps, long local, long spawn, String expected) {
    RoundPlan plan =
        new RoundPlan(
            steps,
            local,
            spawn < 0 ? java.util.OptionalLong.empty() : java.util.OptionalLong.of(spawn));
    StringBuilder spans = new StringBuilder();
    long number = 0;
    for (long step = 0; step < steps; ) {
      RoundPlan.Span span = plan.spanFrom(step);
      number = plan.number(span);
      spans.append(" %d: %d-%d".formatted(number, span.from(), span.to()));
      spans.append(plan.isCutAfter(span) ? " cut" : "");
      step = span.to();
    }

    assertThat(spans.toString().strip()).isEqualTo(expected);
    assertThat(plan.rounds()).isEqualTo(number);
  }

  @Test
  void should_refuse_to_go_on_inside_of_a_round(@TempDir Path directory) {
    RoundScene scene = new RoundScene(DILOCO, 0);
    Coordinator coordinator = scene.coordinator(scene.model());
    scene.round(coordinator);
    Path saved = new CheckpointFolder(directory, 2, Map.of()).write(coordinator.state());
    RoundScene other = new RoundScene(RoundConfig.DEFAULT.with(r -> r.workers(3).localSteps(4)), 0);

    assertThatIllegalArgumentException()
        .isThrownBy(() -> other.resumed(Checkpoint.open(saved), other.model()))
        .withMessageStartingWith("localSteps must divide the 2 steps of ");
  }
}
