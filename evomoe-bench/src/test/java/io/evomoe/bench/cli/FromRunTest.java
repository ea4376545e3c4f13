package io.evomoe.bench.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.evomoe.evolution.EvolutionConfig;
import io.evomoe.run.Run;
import io.evomoe.run.internal.folder.RunFolder;
import io.evomoe.run.internal.task.Lineage;
import io.evomoe.run.record.CurveFile;
import io.evomoe.training.StepRecord;
import io.evomoe.training.checkpoint.Checkpoint;
import io.evomoe.training.checkpoint.CheckpointFolder;
import io.evomoe.training.internal.tensors.SafeTensors;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A run that starts from another one. */
class FromRunTest {
  /** Rates that do not depend on the length of the run, and phases that are over after 12 steps. */
  private static final String[] SAME_AT_ANY_LENGTH = {
    "--set", "training.schedule=constant",
    "--set", "training.warmupShare=0",
    "--set", "evolution.diversifySteps=4",
    "--set", "evolution.temperatureSteps=8",
    "--set", "training.evalEvery=5"
  };

  @TempDir static Path shared;
  private static List<TinyRuns> tasks;
  private static TinyRuns gpt;
  private static final String PRIOR = "blocks.1.feedForward.gate.prior";

  private static Path mixture;
  private static Path dense;
  private static Path young;

  @TempDir Path folder;

  @BeforeAll
  static void train_models() throws IOException {
    tasks = TinyRuns.everyTask(shared);
    gpt = tasks.get(0);
    mixture = trained("evomoe", "evolution.hardFrom=10");
    dense = trained("dense", "model.dropout=0");
    young = trained("evomoe", "evolution.diversifySteps=50");
  }

  private static Path trained(String gate, String setting) {
    Path out = shared.resolve(gate + setting.length());
    CommandRun run =
        gpt.train(out, gate, "20", "--set", setting, "--set", "training.checkpointEvery=8");
    assertThat(run.code()).as(run.err()).isZero();
    return out;
  }

  @Tag("long")
  @ParameterizedTest
  @CsvSource({"0, evomoe", "0, topk", "0, lossfree", "0, dense", "1, dts", "2, switch"})
  void with_moments_it_should_take_the_very_steps_of_a_longer_run(int task, String gate)
      throws IOException {
    TinyRuns tiny = tasks.get(task);
    Path whole = folder.resolve("whole");
    Path half = folder.resolve("half");
    Path rest = folder.resolve("rest");
    assertThat(tiny.train(whole, gate, "40", SAME_AT_ANY_LENGTH).code()).isZero();
    assertThat(tiny.train(half, gate, "20", SAME_AT_ANY_LENGTH).code()).isZero();

    assertWorks(from(half, rest, "--with-moments"));

    List<StepRecord> wanted = rows(whole).subList(20, 40);
    List<StepRecord> found = rows(rest);
    assertThat(found).hasSize(20);
    for (int i = 0; i < found.size(); i++) {
      assertThat(found.get(i).trainLoss()).isEqualTo(wanted.get(i).trainLoss());
      assertThat(found.get(i).validLoss()).isEqualTo(Double.valueOf(wanted.get(i).validLoss()));
      assertThat(found.get(i).temperature()).isEqualTo(Double.valueOf(wanted.get(i).temperature()));
    }
    assertThat(model(rest)).hasSameBinaryContentAs(model(whole));
  }

  /** A run of schedule wsd, and its decay alone from the checkpoint before it. */
  @ParameterizedTest
  @CsvSource({"evomoe, adamw", "topk, muon"})
  void a_decay_from_a_stable_run_should_take_the_very_steps_of_the_run_that_decayed_at_once(
      String gate, String optimizer) throws IOException {
    Path whole = folder.resolve("whole");
    Path decay = folder.resolve("decay");
    List<String> words = new ArrayList<>(List.of(SAME_AT_ANY_LENGTH));
    words.replaceAll(
        w -> w.replace("schedule=constant", "schedule=wsd").replace("Share=0", "Share=0.1"));
    words.addAll(List.of("--set", "training.scheduleOptions.decaySteps=15"));
    words.addAll(List.of("--set", "training.scheduleOptions.decay=linear"));
    words.addAll(List.of("--set", "training.checkpointEvery=25"));
    words.addAll(List.of("--set", "training.optimizer=" + optimizer));
    assertWorks(gpt.train(whole, gate, "40", words.toArray(String[]::new)));
    Path stable = whole.resolve("checkpoints/step-00000025");

    assertWorks(from(stable, decay, "--decay-steps", "15"));

    List<StepRecord> wanted = rows(whole).subList(25, 40);
    List<StepRecord> found = rows(decay);
    assertThat(found).hasSize(15);
    for (int i = 0; i < found.size(); i++) {
      assertThat(found.get(i).trainLoss()).isEqualTo(wanted.get(i).trainLoss());
      assertThat(Double.valueOf(found.get(i).validLoss()))
          .isEqualTo(Double.valueOf(wanted.get(i).validLoss()));
    }
    assertThat(model(decay)).hasSameBinaryContentAs(model(whole));
    CommandRun refused = from(whole, folder.resolve("refused"), "--decay-steps", "5");
    assertThat(refused.err())
        .contains("a decay must start from a run at its highest learning rate, 0.004, " + whole);
  }

  @Test
  void weights_alone_should_begin_where_the_run_ended_and_then_go_another_way() {
    Path weights = folder.resolve("weights");
    Path moments = folder.resolve("moments");
    assertWorks(from(mixture, weights, "--steps", "3"));
    assertWorks(from(mixture, moments, "--steps", "3", "--with-moments"));

    assertThat(rows(weights).get(0).trainLoss()).isEqualTo(rows(moments).get(0).trainLoss());
    assertThat(rows(weights).get(2).trainLoss()).isNotEqualTo(rows(moments).get(2).trainLoss());
  }

  @Test
  void it_should_go_on_when_it_was_interrupted_with_the_steps_it_would_have_taken() {
    Path whole = folder.resolve("whole");
    Path again = folder.resolve("again");
    String[] often = {"--set", "training.checkpointEvery=5", "--with-moments"};
    assertWorks(from(mixture, whole, often));
    assertWorks(from(mixture, again, often));
    Path saved = again.resolve("checkpoints/step-00000015");

    CommandRun resumed = CommandRun.of("train", "--resume", saved.toString());

    assertThat(resumed.out()).contains("Resuming after step 15 of 20");
    assertThat(TinyRuns.losses(again)).isEqualTo(TinyRuns.losses(whole));
    assertThat(Lineage.of(Checkpoint.open(newest(again)).config()).from()).hasSize(1);
  }

  @Test
  void a_finished_mixture_should_keep_its_experts_and_its_phase() {
    Path on = folder.resolve("on");

    CommandRun run = from(mixture, on);

    assertWorks(run);
    assertThat(run.out())
        .contains("Starts from " + mixture + " after step 20: its weights; moments begin at zero")
        .contains("Experts are not spawned again; hard from step 1 on, 1 a token");
    assertThat(run.err()).doesNotContain("Spawned experts");
    EvolutionConfig phases = RunFolder.open(on).config().evolution();
    assertThat(phases.diversifySteps()).hasValue(0);
    assertThat(phases.hardFrom()).hasValue(0);
    double last = rows(mixture).get(19).temperature();
    assertThat(rows(on))
        .allSatisfy(row -> assertThat(row.activeExperts()).isEqualTo(1))
        .allSatisfy(row -> assertThat(row.temperature()).isCloseTo(last, within(0.1)));
  }

  @Test
  void what_is_left_of_the_phases_of_an_unfinished_run_should_follow() {
    Path late = folder.resolve("late");
    Path one = folder.resolve("one");
    assertWorks(from(mixture.resolve("checkpoints/step-00000016"), late, "--steps", "4"));
    assertWorks(from(young, one, "--steps", "32"));

    assertThat(rows(one).get(29).activeExperts()).isEqualTo(1);
    EvolutionConfig left = RunFolder.open(one).config().evolution();
    assertThat(left.diversifySteps()).hasValue(30);
    assertThat(rows(late).get(0).temperature())
        .isCloseTo(rows(mixture).get(16).temperature(), within(1e-9));
  }

  @ParameterizedTest
  @CsvSource({
    "topk, blocks.1.feedForward.gate.weight, ;",
    "dts, blocks.1.feedForward.gate.weight, ;",
    "lossfree, blocks.1.feedForward.gate.weight,"
        + " ', and as new with blocks.1.feedForward.gate.bias'"
  })
  void another_gate_should_take_the_experts_and_what_it_has_in_common(
      String gate, String taken, String made) throws IOException {
    Path on = folder.resolve(gate);

    CommandRun run = from(mixture, on, "--gate", gate, "--steps", "3", "--with-moments");

    assertWorks(run);
    assertThat(run.out())
        .contains(
            "Gate %s begins with %s of gate evomoe%s".formatted(gate, taken, made),
            "; it leaves out " + PRIOR);
    Path first = on.resolve("checkpoints/step-00000000/model.safetensors");
    try (SafeTensors before = SafeTensors.open(model(mixture));
        SafeTensors after = SafeTensors.open(first)) {
      assertThat(before.names()).contains(taken, "blocks.1.feedForward.experts.3.expand.weight");
      for (String name : before.names()) {
        if (name.equals(PRIOR)) {
          assertThat(after.names()).doesNotContain(name);
        } else {
          assertThat(after.read(name)).as(name).isEqualTo(before.read(name));
        }
      }
    }
    assertThat(CommandRun.of("eval", "--checkpoint", on.toString()).code()).isZero();
  }

  @Test
  void another_gate_should_take_the_prior_where_it_is_asked_for() throws IOException {
    Path on = folder.resolve("topk-with-prior");

    CommandRun run =
        from(
            mixture,
            on,
            "--gate",
            "topk",
            "--steps",
            "3",
            "--set",
            "gateOptions.topk.prior=learned");

    assertWorks(run);
    assertThat(run.out()).doesNotContain("leaves out");
    try (SafeTensors before = SafeTensors.open(model(mixture));
        SafeTensors after =
            SafeTensors.open(on.resolve("checkpoints/step-00000000/model.safetensors"))) {
      assertThat(after.read(PRIOR)).isEqualTo(before.read(PRIOR));
    }
  }

  @Test
  void a_gate_that_spawns_should_take_experts_that_another_has_trained() {
    Path topk = folder.resolve("topk");
    Path evomoe = folder.resolve("evomoe");
    gpt.train(topk, "topk", "10");

    CommandRun run = from(topk, evomoe, "--gate", "evomoe");

    assertWorks(run);
    assertThat(run.err()).doesNotContain("Spawned experts");
    assertThat(rows(evomoe).get(0).activeExperts()).isGreaterThan(1.5);
    assertThat(CommandRun.of("eval", "--checkpoint", evomoe.toString()).code()).isZero();
  }

  @Test
  void the_lineage_should_be_kept_from_run_to_run() throws IOException {
    Path second = folder.resolve("second");
    Path third = folder.resolve("third");
    assertWorks(from(mixture, second, "--steps", "5"));
    assertWorks(from(second, third, "--steps", "5", "--set", "training.batch=8"));

    Lineage lineage = Lineage.of(Checkpoint.open(newest(third)).config());
    assertThat(lineage.from()).extracting("run").containsExactly("" + second, "" + mixture);
    assertThat(lineage.from()).extracting("step").containsExactly(5L, 20L);
    assertThat(lineage.batches()).as("25 of half the size").isEqualTo(13);
    assertThat(Files.readString(third.resolve(Lineage.NAME)))
        .contains("\"model_sha256\"", "\"" + mixture + "\"");
    assertThat(mixture.resolve(Lineage.NAME)).doesNotExist();

    Path fourth = folder.resolve("fourth");
    assertWorks(from(third, fourth, "--steps", "1", "--set", "training.microBatches=4"));
    assertThat(Lineage.of(Checkpoint.open(newest(fourth)).config()).batches())
        .as("13 and 5, in steps of 4")
        .isEqualTo(20);
  }

  @Test
  void other_data_should_be_read_with_the_runs_tokenizer_from_its_beginning() throws IOException {
    String text = Files.readString(gpt.data()).replace("roads", "lakes");
    Path other = Files.writeString(folder.resolve("other.txt"), text);
    Path on = folder.resolve("on");

    CommandRun run = from(mixture, on, "--data", other.toString());

    assertWorks(run);
    assertThat(run.out()).contains("other.txt", "vocabulary 300").doesNotContain("data goes on");
    assertThat(on.resolve("tokenizer/vocab.json"))
        .hasSameBinaryContentAs(mixture.resolve("tokenizer/vocab.json"));
  }

  /** Half of one order and the other half of another one are not the whole. */
  @Test
  void data_in_another_order_should_be_read_from_its_beginning() {
    CommandRun same = from(mixture, folder.resolve("same"), "--steps", "1");
    CommandRun other = from(mixture, folder.resolve("order"), "--steps", "1", "--seed", "2");

    assertWorks(same);
    assertWorks(other);
    assertThat(same.out()).contains("The data continues after the ");
    assertThat(other.out()).doesNotContain("The data continues after the ");
  }

  @Test
  void a_program_should_start_the_run_that_the_command_starts() {
    Path command = folder.resolve("command");
    Path program = folder.resolve("program");
    assertWorks(from(mixture, command, "--with-moments", "--steps", "6", "--gate", "topk"));

    try (Run<?> run =
        Run.from(mixture).withMoments().gate("topk").training(t -> t.steps(6)).in(program)) {
      run.train();
    }

    assertThat(TinyRuns.losses(program)).isEqualTo(TinyRuns.losses(command));
    assertThat(model(program)).hasSameBinaryContentAs(model(command));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "mixture --set model.experts=8|model.experts must be that of MIXTURE, 4, was 8; convert",
        "mixture --set model.hiddenSize=32|model.hiddenSize must be that of MIXTURE, 16, was 32",
        "mixture --set model.sequence=32|model.sequence must be at most architecture.positions, 16",
        "mixture --gate dense|gate must be one with experts, as MIXTURE has them, was dense; convert",
        "mixture --gate base|gate must be one whose experts stand where those of MIXTURE do",
        "mixture --set evolution.diversifySteps=3|evolution.diversifySteps must be 0",
        "mixture --spawn copy|spawning cannot be asked for",
        "mixture --task mt|--task must be that of MIXTURE, gpt, was mt",
        "mixture --valid-share 0.2|split.validShare must be that of MIXTURE, whose data is used, 0.05, was 0.2",
        "mixture --text-field body|data.textField must be that of MIXTURE, whose data is used, text, was body",
        "mixture --data absent.txt|file or folder absent.txt does not exist",
        "mixture --set gateOptions.evomoe.prior=annealed|option prior must be none, fixed or learned",
        "mixture --preset small|--preset cannot be given with --from",
        "mixture --init x|--init cannot be given with --from",
        "mixture --resume x|--resume cannot be given with --from",
        "mixture --decay-steps 3 --steps 4|--steps cannot be given with --decay-steps",
        "mixture --decay-steps 0|decay steps must be at least 1, was 0",
        "dense --gate topk|has no experts yet, was topk; train --init makes experts",
        "young --gate topk|has no experts yet, was topk; train --init makes experts",
      })
  void what_does_not_fit_should_be_refused(String line) {
    String[] parts = line.split("\\|", -1);
    String[] words = parts[0].split(" ", -1);
    Path run = words[0].equals("mixture") ? mixture : words[0].equals("dense") ? dense : young;
    Path out = folder.resolve("refused");

    CommandRun refused = from(run, out, Arrays.copyOfRange(words, 1, words.length));

    assertThat(refused.code()).as(refused.err()).isEqualTo(2);
    assertThat(refused.err())
        .contains(parts[1].replace("MIXTURE", mixture.toString()))
        .doesNotContain("\tat ");
    assertThat(out).doesNotExist();
  }

  @Test
  void moments_without_a_run_should_be_refused() {
    CommandRun refused = gpt.train(folder.resolve("refused"), "topk", "3", "--with-moments");

    assertThat(refused.code()).isEqualTo(2);
    assertThat(refused.err()).contains("--with-moments needs --from");
    assertThat(gpt.train(folder.resolve("refused"), "topk", "3", "--decay-steps", "3").err())
        .contains("--decay-steps needs --from");
  }

  private static CommandRun from(Path run, Path out, String... more) {
    List<String> words =
        new ArrayList<>(List.of("train", "--from", run.toString(), "--out", out.toString()));
    words.addAll(Arrays.asList(more));
    return CommandRun.of(words.toArray(String[]::new));
  }

  private static void assertWorks(CommandRun run) {
    assertThat(run.code()).as(run.err()).isZero();
  }

  private static List<StepRecord> rows(Path run) {
    return CurveFile.read(run.resolve(CurveFile.NAME));
  }

  private static Path newest(Path run) {
    return CheckpointFolder.latest(run.resolve("checkpoints")).orElseThrow();
  }

  private static Path model(Path run) {
    return newest(run).resolve("model.safetensors");
  }
}
