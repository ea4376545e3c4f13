package io.evomoe.bench.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.evomoe.run.internal.folder.RunFolder;
import io.evomoe.run.internal.task.RunCheckpoint;
import io.evomoe.training.CheckpointException;
import io.evomoe.training.Model;
import io.evomoe.training.checkpoint.CheckpointFolder;
import io.evomoe.training.internal.tensors.SafeTensors;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.api.ndarray.INDArray;

/** Checkpoints of one number of experts, made into those of another. */
class ConvertCommandTest extends TrainedGpt {
  private static final String EXPERT = "blocks.1.feedForward.experts.%d.expand.weight";
  private static final String GATE = "blocks.1.feedForward.gate.weight";
  private static final String PRIOR = "blocks.1.feedForward.gate.prior";

  @BeforeAll
  static void train_a_model() {
    assertThat(gpt.train(trained, "evomoe", "20").code()).isZero();
  }

  @Test
  void selected_experts_should_be_those_that_were_asked_for() throws IOException {
    Path out = convert("--select", "3,1");

    assertThat(tensor(out, EXPERT.formatted(0))).isEqualTo(tensor(trained, EXPERT.formatted(3)));
    assertThat(tensor(out, EXPERT.formatted(1))).isEqualTo(tensor(trained, EXPERT.formatted(1)));
    INDArray gate = tensor(trained, GATE);
    assertThat(tensor(out, GATE).getColumn(0)).isEqualTo(gate.getColumn(3));
    assertThat(tensor(out, GATE).getColumn(1)).isEqualTo(gate.getColumn(1));
    assertThat(RunFolder.open(out).config().model().experts()).isEqualTo(2);
    assertWorks(out);
  }

  @Test
  void merged_experts_should_be_the_means() throws IOException {
    Path one = convert("--merge", "all");
    Path two = convert("--merge", "0+2,1+3");

    INDArray sum = tensor(trained, EXPERT.formatted(0));
    for (int e = 1; e < 4; e++) {
      sum = sum.add(tensor(trained, EXPERT.formatted(e)));
    }
    assertThat(tensor(one, EXPERT.formatted(0)).equalsWithEps(sum.div(4), 1e-6)).isTrue();
    assertThat(RunFolder.open(one).config().gate()).isEqualTo("dense");
    INDArray pair =
        tensor(trained, EXPERT.formatted(1)).add(tensor(trained, EXPERT.formatted(3))).div(2);
    assertThat(tensor(two, EXPERT.formatted(1)).equalsWithEps(pair, 1e-6)).isTrue();
    assertWorks(one);
    assertWorks(two);
  }

  @Test
  void spawned_experts_should_be_copies_that_differ() throws IOException {
    Path out = convert("--experts", "8", "--spawn", "noise:0.001");

    INDArray old = tensor(trained, EXPERT.formatted(2));
    assertThat(tensor(out, EXPERT.formatted(2))).isEqualTo(old);
    INDArray copy = tensor(out, EXPERT.formatted(6));
    assertThat(copy).isNotEqualTo(old);
    assertThat(copy.equalsWithEps(old, 0.01)).isTrue();
    INDArray gate = tensor(out, GATE);
    assertThat(gate.getColumn(6)).isNotEqualTo(gate.getColumn(2));
    assertThat(gate.getColumn(6).equalsWithEps(gate.getColumn(2), 0.01)).isTrue();
    assertWorks(out);
  }

  @Test
  void a_checkpoint_should_not_load_into_a_model_of_another_number_of_experts() {
    Path out = convert("--select", "0,1");
    RunCheckpoint four = RunCheckpoint.open(trained);
    RunCheckpoint two = RunCheckpoint.open(out);
    Model<?> model = four.fresh();
    four.grow(model);
    assertThatThrownBy(() -> two.checkpoint().loadModel(model))
        .isInstanceOf(CheckpointException.class)
        .hasMessageContainingAll(
            "has 2 experts in layer blocks.1.feedForward, the model has 4", "convert");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "--select 4|experts must be in 0..3, was 4",
        "--select -1|experts must be at least 0",
        "--merge 0+0|experts of one mean must be different ones, were [0, 0]",
        "--merge 0+x|--merge must be all, or groups such as 0+1,2+3, was 0+x",
        "--experts 4|spawned experts must be more than the 4 there are, was 4",
        "--experts 8 --spawn mask:2|mask ratio",
        "--spawn mask:0.3|Missing required argument (specify one of these): (--select",
        "--select 0 --merge all|mutually exclusive",
        "--select 0 --average 2|mutually exclusive",
        "--average 1|average must be at least 2, was 1",
        "--average 99|average must be at most ",
      })
  void what_cannot_be_should_be_refused(String line) {
    String[] parts = line.split("\\|", -1);
    CommandRun run = command(folder.resolve("refused"), parts[0].split(" ", -1));
    assertThat(run.code()).as(run.err()).isEqualTo(2);
    assertThat(run.err()).contains(parts[1]).doesNotContain("\tat ");
    assertThat(folder.resolve("refused")).doesNotExist();
  }

  @Test
  void an_average_should_be_the_mean_of_the_last_checkpoints_and_take_gates_from_the_last()
      throws IOException {
    Path from = folder.resolve("often");
    String[] often = {
      "--set", "training.checkpointEvery=4",
      "--set", "guards.keepCheckpoints=5",
      "--set", "evolution.diversifySteps=6"
    };
    assertThat(gpt.train(from, "lossfree", "20", often).code()).isZero();
    Path stopped = from.resolve("checkpoints/step-00000016");
    Path out = folder.resolve("mean");

    CommandRun run =
        CommandRun.of("convert", "--checkpoint", "" + stopped, "--average", "3", "--out", "" + out);

    assertWorks(run, out);
    assertThat(run.out()).contains("The checkpoints after steps [16, 12, 8] were averaged: " + out);
    INDArray sum = tensor(from, 16, EXPERT.formatted(1));
    sum = sum.add(tensor(from, 12, EXPERT.formatted(1))).add(tensor(from, 8, EXPERT.formatted(1)));
    INDArray mean = tensor(out, 16, EXPERT.formatted(1));
    assertThat(mean.equalsWithEps(sum.div(3), 1e-7)).isTrue();
    String bias = "blocks.1.feedForward.gate.bias";
    assertThat(tensor(out, 16, bias)).isEqualTo(tensor(from, 16, bias));
    assertThat(tensor(out, 16, bias)).isNotEqualTo(tensor(from, 12, bias));
    Path moments = Path.of("checkpoints/step-00000016/optimizer.safetensors");
    assertThat(out.resolve(moments)).hasSameBinaryContentAs(from.resolve(moments));
  }

  private static void assertWorks(CommandRun run, Path out) {
    assertThat(run.code()).as(run.err()).isZero();
    assertWorks(out);
  }

  private static INDArray tensor(Path run, long step, String name) throws IOException {
    Path model = run.resolve("checkpoints/" + CheckpointFolder.name(step) + "/model.safetensors");
    try (SafeTensors saved = SafeTensors.open(model)) {
      return saved.read(name);
    }
  }

  @Test
  void experts_in_another_order_should_take_their_columns_of_the_gate_along() throws IOException {
    Path out = convert("--select", "3,2,1,0");

    for (int i = 0; i < 4; i++) {
      assertThat(tensor(out, EXPERT.formatted(i)))
          .isEqualTo(tensor(trained, EXPERT.formatted(3 - i)));
      assertThat(tensor(out, GATE).getColumn(i)).isEqualTo(tensor(trained, GATE).getColumn(3 - i));
    }
  }

  @Test
  void further_copies_should_differ_and_the_first_of_each_expert_should_not() throws IOException {
    Path out = convert("--select", "0,0,1");

    INDArray first = tensor(trained, EXPERT.formatted(0));
    assertThat(tensor(out, EXPERT.formatted(0))).isEqualTo(first);
    assertThat(tensor(out, EXPERT.formatted(1))).isNotEqualTo(first);
    assertThat(tensor(out, EXPERT.formatted(2))).isEqualTo(tensor(trained, EXPERT.formatted(1)));
    INDArray gate = tensor(out, GATE);
    assertThat(gate.getColumn(1)).isNotEqualTo(gate.getColumn(0));
    assertThat(gate.getColumn(2)).isEqualTo(tensor(trained, GATE).getColumn(1));
  }

  @Test
  void a_prior_should_go_with_its_experts_and_stay_nothing_where_it_is_nothing()
      throws IOException {
    Path from = folder.resolve("prior");
    String option = "gateOptions.switch.prior=learned";
    assertThat(gpt.train(from, "switch", "3", "--set", option).code()).isZero();
    Path two = folder.resolve("two");
    Path eight = folder.resolve("eight");
    String[] convert = {"convert", "--checkpoint", "" + from, "--out"};
    assertThat(CommandRun.of(with(convert, "" + two, "--select", "3,1")).code()).isZero();
    assertThat(CommandRun.of(with(convert, "" + eight, "--experts", "8")).code()).isZero();

    INDArray prior = tensor(from, PRIOR);
    assertThat(tensor(two, PRIOR).getColumn(0)).isEqualTo(prior.getColumn(3));
    assertThat(tensor(two, PRIOR).getColumn(1)).isEqualTo(prior.getColumn(1));
    INDArray copied = tensor(eight, PRIOR);
    int special = (int) prior.size(0) - 1;
    for (int id = 0; id < prior.size(0); id++) {
      assertThat(copied.getDouble(id, 2)).isEqualTo(prior.getDouble(id, 2));
      assertThat(copied.getDouble(id, 6) == prior.getDouble(id, 2)).isEqualTo(id == special);
    }
    assertThat(prior.getRow(special).amaxNumber().doubleValue()).isZero();
    assertWorks(two);
    assertWorks(eight);
  }

  private static String[] with(String[] first, String... more) {
    return Stream.concat(Arrays.stream(first), Arrays.stream(more)).toArray(String[]::new);
  }

  @ParameterizedTest
  @CsvSource({"random, --select, '0,1'", "balanced, --select, '0,1'", "balanced, --experts, 8"})
  void a_table_of_experts_should_be_refused_by_name(String table, String how, String experts) {
    Path hash = folder.resolve("hash");
    String option = "gateOptions.hash.table=" + table;
    assertThat(gpt.train(hash, "hash", "3", "--set", option).code()).isZero();

    CommandRun run =
        CommandRun.of("convert", "--checkpoint", "" + hash, how, experts, "--out", hash + "-2");

    assertThat(run.code()).isEqualTo(1);
    assertThat(run.err()).contains("blocks.1.feedForward.gate", "cannot be converted");
  }

  @ParameterizedTest
  @ValueSource(strings = {"switch", "base", "lossfree", "stablemoe", "remoe"})
  void every_gate_with_an_axis_for_its_experts_should_be_converted(String gate) {
    Path from = folder.resolve(gate);
    assertThat(gpt.train(from, gate, "6").code()).isZero();
    Path to = folder.resolve(gate + "-converted");
    CommandRun run =
        CommandRun.of("convert", "--checkpoint", "" + from, "--experts", "6", "--out", "" + to);
    assertThat(run.code()).as(run.err()).isZero();
    assertWorks(to);
  }

  @Test
  void a_run_converted_at_its_end_should_say_that_more_steps_are_needed() throws IOException {
    Path out = convert("--merge", "all");

    CommandRun resumed = CommandRun.of("train", "--resume", out.toString());

    assertThat(resumed.code()).as(resumed.err()).isEqualTo(2);
    assertThat(resumed.err()).contains("has taken all of its 20 steps", "--steps 21");
  }

  @Test
  void a_conversion_should_keep_what_the_run_was_started_with_and_read_none_of_it()
      throws IOException {
    TinyRuns own = TinyRuns.everyTask(folder).get(0);
    Path from = folder.resolve("from");
    own.train(from, "switch", "3").succeeded();
    String text = Files.readString(own.data());
    Path changed = folder.resolve("changed");
    Path gone = folder.resolve("gone");
    String[] convert = {"convert", "--checkpoint", "" + from, "--select", "0,1", "--out"};

    String other = Files.readString(Files.writeString(own.data(), "Other text.\n".repeat(400)));
    CommandRun.of(with(convert, "" + changed)).succeeded();
    Files.delete(own.data());
    CommandRun.of(with(convert, "" + gone)).succeeded();

    for (Path run : List.of(changed, gone)) {
      Files.writeString(own.data(), other);
      CommandRun.of("eval", "--checkpoint", run).refused("is not what the run was started with");
      Files.writeString(own.data(), text);
      assertWorks(run);
    }
  }

  private static void assertWorks(Path run) {
    CommandRun eval = CommandRun.of("eval", "--checkpoint", run.toString());
    assertThat(eval.code()).as(eval.err()).isZero();
    assertThat(eval.out()).contains("perplexity").doesNotContain("NaN");
  }

  private Path convert(String... options) {
    Path out = folder.resolve("out" + String.join("", options).replaceAll("\\W", ""));
    CommandRun run = command(out, options);
    assertThat(run.code()).as(run.err()).isZero();
    return out;
  }

  private static CommandRun command(Path out, String... options) {
    List<String> command =
        new ArrayList<>(
            List.of("convert", "--checkpoint", trained.toString(), "--out", out.toString()));
    command.addAll(Arrays.asList(options));
    return CommandRun.of(command.toArray(String[]::new));
  }

  private static INDArray tensor(Path run, String name) throws IOException {
    Path checkpoint = CheckpointFolder.latest(run.resolve("checkpoints")).orElseThrow();
    try (SafeTensors tensors = SafeTensors.open(checkpoint.resolve("model.safetensors"))) {
      return tensors.read(name);
    }
  }
}
