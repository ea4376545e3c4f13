package io.evomoe.training;

import static io.evomoe.moe.GateProvider.ExpertLifecycle.SPAWNED;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.evomoe.evolution.EvolutionConfig;
import io.evomoe.evolution.EvolutionSchedule;
import io.evomoe.kernel.Kernels;
import io.evomoe.kernel.internal.nd4j.Nd4jKernels;
import io.evomoe.moe.Gate.GateState;
import io.evomoe.moe.GateProvider.ExpertLifecycle;
import io.evomoe.nn.NotFiniteException;
import io.evomoe.nn.Parameter;
import io.evomoe.nn.RoutingReport;
import io.evomoe.nn.Scope;
import io.evomoe.step.StepContext;
import io.evomoe.step.StepContext.Phase;
import io.evomoe.training.TrainingState.CheckpointWriter;
import io.evomoe.training.TrainingState.Progress;
import io.evomoe.training.optimizer.Optimizer.Moments;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongFunction;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.factory.Nd4j;

class TrainerTest {
  private static final long SPAWN_STEP = 20;
  private static final List<TinyBatch> HELD_OUT =
      List.of(new TinyBatch(16, -1), new TinyBatch(9, -2));
  private static final TrainerConfig CONFIG =
      TrainerConfig.defaults(60)
          .with(t -> t.learningRate(0.02).warmupShare(5.0 / 60).schedule("cosine").floorShare(0.1));

  private final Kernels kernels = new Nd4jKernels(DataType.DOUBLE);
  private final List<StepRecord> reports = new ArrayList<>();

  @Test
  void should_lower_the_held_out_loss_across_a_spawn() {
    TinyModel model = new TinyModel(kernels, 1);
    StepContext context = schedule(SPAWNED).context(0, false, 1);
    double before = new Evaluation<>(model, HELD_OUT).loss(context).orElseThrow();

    trainer(model, CONFIG, SPAWNED).run((step, training) -> reports.add(step));

    assertThat(reports).hasSize(60);
    assertThat(last().validLoss()).isLessThan(before / 2);
    assertThat(model.parameters()).hasSize(3 * TinyModel.EXPERTS);
  }

  @Test
  void should_spawn_before_its_step_and_report_the_phase_of_each_step() {
    trainer(new TinyModel(kernels, 1), CONFIG, SPAWNED).run((step, training) -> reports.add(step));

    assertThat(reports.get(19).phase()).isEqualTo(Phase.DIVERSIFY);
    assertThat(reports.get(20).phase()).isEqualTo(Phase.SOFT);
  }

  @Test
  void should_give_back_the_memory_of_the_experts_that_others_were_spawned_from() {
    TinyModel model = new TinyModel(kernels, 1);
    List<Parameter> parents = List.copyOf(model.parameters());
    Trainer<TinyBatch> trainer = trainer(model, CONFIG, SPAWNED);
    trainer.run((step, training) -> reports.add(step));

    assertThat(parents).allMatch(parent -> parent.value().wasClosed());
    assertThat(model.parameters()).noneMatch(parameter -> parameter.value().wasClosed());
  }

  @Test
  void should_take_the_same_steps_from_the_same_seed_and_others_from_another() {
    double first = finalLoss(1);

    assertThat(finalLoss(1)).isEqualTo(first);
    assertThat(finalLoss(2)).isNotEqualTo(first);
  }

  @Test
  void should_give_every_micro_batch_its_own_batch_and_seed() {
    Probe probe = new Probe(1);
    Set<Long> batches = new HashSet<>();
    LongFunction<TinyBatch> source =
        index -> {
          batches.add(index);
          return TinyBatch.number(index);
        };
    TrainerConfig config = CONFIG.with(t -> t.microBatches(3));

    Trainer<TinyBatch> trainer = trainer(probe, source, config);
    trainer.step();
    trainer.step();

    assertThat(batches).containsExactlyInAnyOrder(0L, 1L, 2L, 3L, 4L, 5L);
    assertThat(probe.seeds).hasSize(6);
  }

  @Test
  void should_average_micro_batches_and_clip_by_the_global_norm() {
    Probe probe = new Probe(3);
    TrainerConfig config = CONFIG.with(t -> t.microBatches(2)).with(t -> t.clipNorm(0.5));
    Trainer<TinyBatch> trainer = trainer(probe, TinyBatch::number, config);

    StepRecord report = trainer.step();

    assertThat(report.gradientNorm()).isCloseTo(3, within(1e-12));
    Moments moments = trainer.state().optimizer().moments(probe.parameter).orElseThrow();
    assertThat(moments.first().getDouble(0)).isCloseTo(0.1 * 0.5, within(1e-12));
  }

  @Test
  void should_count_tokens_and_flops_by_active_parameters() {
    Trainer<TinyBatch> trainer = trainer(new Probe(1), TinyBatch::number, CONFIG);

    trainer.step();
    StepRecord report = trainer.step();

    assertThat(report.step()).isEqualTo(2);
    assertThat(report.tokens()).isEqualTo(20);
    assertThat(report.activeExperts()).isEqualTo(1.5);
    assertThat(report.trainFlops()).isCloseTo(6 * 1000 * 1.5 * 20, within(1e-6));
  }

  @Test
  void should_weigh_held_out_batches_by_their_tokens() {
    TinyModel model = new TinyModel(kernels, 1);
    StepContext context = schedule(ExpertLifecycle.NEVER).context(0, true, 1);
    double large = model.loss(HELD_OUT.get(0), context.evaluating()).value();
    double small = model.loss(HELD_OUT.get(1), context.evaluating()).value();

    assertThat(new Evaluation<>(model, HELD_OUT).loss(context).orElseThrow())
        .isCloseTo((16 * large + 9 * small) / 25, within(1e-12));
    assertThat(new Evaluation<>(model, List.of()).loss(context)).isEmpty();
  }

  @Test
  void should_measure_every_so_many_steps_and_at_the_end() {
    trainer(new TinyModel(kernels, 1), CONFIG.with(t -> t.evalEvery(25)), ExpertLifecycle.NEVER)
        .run((step, training) -> reports.add(step));

    assertThat(reports)
        .filteredOn(report -> report.evaluated())
        .extracting(StepRecord::step)
        .containsExactly(25L, 50L, 60L);
  }

  @Test
  void should_finish_the_step_and_return_when_asked_to_stop() {
    Trainer<TinyBatch> trainer = trainer(new TinyModel(kernels, 1), CONFIG, SPAWNED);
    List<Long> saved = new ArrayList<>();
    CheckpointWriter checkpoints =
        state -> {
          saved.add(state.progress().step());
          return Path.of("somewhere");
        };

    trainer.runSaving(checkpoints, (report, training) -> stopAfter(trainer, report, 7));
    assertThat(trainer.progress().step()).isEqualTo(7);
    trainer.runSaving(checkpoints);

    assertThat(trainer.progress().step()).isEqualTo(60);
    assertThat(saved).containsExactly(7L, 60L);
  }

  @ParameterizedTest
  @CsvSource({"5, 0, 5 10 12", "0, 0, 12", "4, 6, 4 6 10 12", "100, 6, 6 12"})
  void should_save_when_so_many_minutes_have_passed_since_the_last_checkpoint(
      int minutes, long every, String steps) {
    TrainerConfig config =
        CONFIG.with(t -> t.steps(12).checkpointEvery(every).checkpointMinutes(minutes));
    Trainer<TinyBatch> trainer = trainer(new TinyModel(kernels, 1), config, SPAWNED);
    List<String> saved = new ArrayList<>();
    AtomicLong clock = new AtomicLong(Long.MAX_VALUE - 1); // as one that overflows
    CheckpointWriter checkpoints =
        state -> {
          clock.addAndGet(TimeUnit.MINUTES.toNanos(9)); // which does not count
          saved.add("" + state.progress().step());
          return Path.of("somewhere");
        };

    trainer.runSaving(
        checkpoints,
        clock::get,
        (report, training) -> clock.addAndGet(TimeUnit.MINUTES.toNanos(1)));

    assertThat(String.join(" ", saved)).isEqualTo(steps);
  }

  @Test
  void should_tell_the_end_of_a_run_that_failed() {
    List<String> told = new ArrayList<>();
    Probe probe = new Probe(Double.NaN);

    assertThatThrownBy(
            () ->
                trainer(probe, TinyBatch::number, CONFIG)
                    .run(new CallbackTest.Diary(told, Long.MAX_VALUE)))
        .isInstanceOf(TrainingDivergedException.class);

    assertThat(told).startsWith("start 0", "batch 1").hasSize(4).endsWith("end 0");
  }

  @Test
  void should_refuse_a_loss_or_gradient_that_is_not_finite_and_leave_all_as_it_was() {
    for (double[] poison : new double[][] {{Double.NaN, 1}, {1, Double.POSITIVE_INFINITY}}) {
      Probe probe = new Probe(1);
      Trainer<TinyBatch> trainer = trainer(probe, TinyBatch::number, CONFIG);
      trainer.runSaving(
          state -> Path.of("step-4"), (report, training) -> stopAfter(trainer, report, 4));
      double before = probe.parameter.value().getDouble(0);
      probe.loss = poison[0];
      probe.gradient = poison[1];

      assertThatThrownBy(trainer::step)
          .isInstanceOfSatisfying(
              TrainingDivergedException.class,
              e -> assertThat(e.lastCheckpoint()).hasValue(Path.of("step-4")))
          .hasMessageContainingAll(
              "step 4",
              "step-4",
              Double.isNaN(poison[0])
                  ? "the loss was NaN"
                  : "the gradient of number was not finite");
      assertThat(probe.parameter.value().getDouble(0)).isEqualTo(before);
      assertThat(trainer.progress().step()).isEqualTo(4);
      assertThat(trainer.state().optimizer().moments(probe.parameter).orElseThrow().updates())
          .isEqualTo(4);
    }
  }

  @Test
  void should_skip_and_count_as_many_steps_that_are_not_finite_as_it_is_allowed() {
    Probe probe = new Probe(1);
    TrainerConfig config = CONFIG.withGuards(new SafetyConfig(2, 2, 0, 1));
    Trainer<TinyBatch> trainer = trainer(probe, TinyBatch::number, config);
    StepRecord good = trainer.step();
    double before = probe.parameter.value().getDouble(0);
    probe.loss = Double.NaN;

    StepRecord skipped = trainer.step();
    probe.loss = 1;
    probe.gradient = Double.NaN;
    trainer.step();

    assertThat(good.skipped()).isFalse();
    assertThat(skipped.skipped()).isTrue();
    assertThat(skipped.step()).isEqualTo(2);
    assertThat(trainer.progress().skipped()).isEqualTo(2);
    assertThat(probe.parameter.value().getDouble(0)).isEqualTo(before);
    assertThat(probe.passes.value().getDouble(0)).isEqualTo(1);
    assertThat(trainer.state().optimizer().moments(probe.parameter).orElseThrow().updates())
        .isEqualTo(1);
    assertThatThrownBy(trainer::step)
        .isInstanceOf(TrainingDivergedException.class)
        .hasMessageContaining("step 3");
    probe.gradient = 1;
    assertThat(trainer.step().step()).isEqualTo(4);
    assertThat(probe.parameter.value().getDouble(0)).isNotEqualTo(before);
  }

  @ParameterizedTest
  @CsvSource({"true, logits were not finite", "false, the loss was NaN"})
  void should_say_the_step_and_the_last_checkpoint_when_held_out_data_gives_no_finite_loss(
      boolean fails, String reason) {
    Probe probe = new Probe(1);
    probe.heldOutFails = fails;
    probe.heldOutLoss = Double.NaN;
    Trainer<TinyBatch> trainer =
        new Trainer<>(
            probe,
            new TrainingData<>(TinyBatch::number, HELD_OUT),
            CONFIG.with(t -> t.evalEvery(3)),
            schedule(ExpertLifecycle.FROM_START));
    trainer.runSaving(
        state -> Path.of("step-2"), (report, training) -> stopAfter(trainer, report, 2));

    assertThatThrownBy(trainer::step)
        .isInstanceOf(TrainingDivergedException.class)
        .hasMessageContainingAll("step 3", "step-2", "on validation data, " + reason);
  }

  /** A network that is never to have experts would train on as it is, and nobody would notice. */
  @Test
  void should_refuse_a_schedule_that_grows_otherwise_than_the_model() {
    TrainingData<TinyBatch> data = new TrainingData<>(TinyBatch::number, List.of());

    assertThatIllegalArgumentException()
        .isThrownBy(
            () ->
                new Trainer<>(
                    new TinyModel(kernels, 1), data, CONFIG, schedule(ExpertLifecycle.FROM_START)))
        .withMessage("growth of the schedule must be the model's, SPAWNED, was FROM_START");
    assertThat(new Trainer<>(new TinyModel(kernels, 1), data, CONFIG, schedule(SPAWNED)).progress())
        .isEqualTo(Progress.START);
  }

  @Test
  void a_closed_model_should_have_given_its_memory_back() {
    TinyModel model = new TinyModel(kernels, 1);
    trainer(model, CONFIG, SPAWNED).run();

    model.close();

    assertThat(model.parameters())
        .isNotEmpty()
        .allSatisfy(parameter -> assertThat(parameter.value().wasClosed()).isTrue());
    assertThat(model.state()).allSatisfy(state -> assertThat(state.value().wasClosed()).isTrue());
  }

  private static void stopAfter(Trainer<?> trainer, StepRecord report, long step) {
    if (report.step() == step) {
      trainer.requestStop();
    }
  }

  private double finalLoss(long seed) {
    trainer(new TinyModel(kernels, seed), CONFIG, SPAWNED)
        .run((step, training) -> reports.add(step));
    return last().validLoss();
  }

  private StepRecord last() {
    return reports.get(reports.size() - 1);
  }

  private Trainer<TinyBatch> trainer(
      TinyModel model, TrainerConfig config, ExpertLifecycle growth) {
    return new Trainer<>(
        model.growing(growth),
        new TrainingData<>(TinyBatch::number, HELD_OUT),
        config,
        schedule(growth));
  }

  private Trainer<TinyBatch> trainer(
      Probe probe, LongFunction<TinyBatch> source, TrainerConfig config) {
    return new Trainer<>(
        probe, new TrainingData<>(source, List.of()), config, schedule(ExpertLifecycle.FROM_START));
  }

  private static EvolutionSchedule schedule(ExpertLifecycle growth) {
    return new EvolutionSchedule(
        EvolutionConfig.defaults()
            .with(e -> e.diversifySteps(SPAWN_STEP).spawn("copy").temperatureSteps(40)),
        60,
        growth);
  }

  /** One number with a gradient that the test chooses, and one MoE layer of 1.5 experts a token. */
  private final class Probe extends OneNumberModel {
    private final Set<Long> seeds = new HashSet<>();
    private double loss = 1;
    private boolean heldOutFails;
    private double heldOutLoss = 1;
    private final GateState passes =
        new GateState(Scope.root(1, kernels).place("passes"), Nd4j.createFromArray(0.0));
    private double gradient;

    Probe(double gradient) {
      super(kernels);
      this.gradient = gradient;
    }

    @Override
    public Loss loss(TinyBatch batch, StepContext context) {
      if (heldOutFails && !context.training()) {
        throw new NotFiniteException("logits were not finite");
      }
      seeds.add(context.seed());
      RoutingReport report =
          new RoutingReport("layer", 10, List.of(10, 5), List.of(0, 5, 5), 0, 0, List.of());
      double flops = Loss.trainFlops(activeParameters(1.5), 10);
      double value = context.training() ? loss : heldOutLoss;
      return new Loss(value, 0, 7, 10, flops, List.of(report), this::backward);
    }

    @Override
    public List<GateState> state() {
      return List.of(passes);
    }

    private void backward() {
      passes.value().addi(1);
      boolean first = !parameter.hasGradient();
      double sum = (first ? 0 : parameter.gradient().getDouble(0)) + gradient;
      parameter.accumulator().array().assign(sum);
    }
  }
}
