package io.evomoe.bench.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Wrong input is one clear line, exit code 2, and leaves nothing behind. */
class BadInputTest {
  @TempDir Path folder;

  @ParameterizedTest
  @ValueSource(strings = {"doctor --out", "generate --checkpoint", "compare --data"})
  void a_name_that_is_no_text_should_not_become_another_name(String command) {
    CommandRun run = CommandRun.of((command + " bad\uFFFDname").split(" "));

    assertThat(run.code()).isEqualTo(2);
    assertThat(run.err().lines())
        .singleElement()
        .asString()
        .contains("must be valid UTF-8, was bad\uFFFDname: choose another name");
    assertThat(run.out()).isEmpty();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "--gates nonesuch | nonesuch",
        "--task nonesuch | task must be one of",
        "--preset nonesuch | preset must be one of",
        "--steps 0 | steps must be at least 1, was 0",
        "--steps many | many",
        "--seeds one | one",
        "--set model.experts=0 | experts must be in 1..65536, was 0",
        "--set model.numAttentionHeads=3 | numAttentionHeads must divide hiddenSize",
        "--set gateOptions.switch={capacityFactor: 0} | capacityFactor",
        "--set gateOptions.switch={capacity: 1} | capacity",
        "--set gateOptions.switch.capacityFactor=0 | above 0 or infinite, was 0",
        "--set gateOptions.switch.capacity=1 | capacity",
        "--set gateOptions.nonesuch.k=1 | nonesuch",
        "--gates topk --set gateOptions.topk.k=5 | k of gate topk must be a whole number",
        "--set model.moeEvery=3 | model.moeEvery must be at most model.numHiddenLayers (2)",
        "--gates switch,dense,switch | gates must have each entry once, were [switch, dense, switch]",
        "--seeds 1,2,1 | seeds must have each entry once, were [1, 2, 1]",
        "--set gateOptions.nonesuch={a: 1} | nonesuch",
        "--set evolution.maxTemperature=0 | emperature",
        "--set evolution.minTemperature=3 | emperature",
        "--set evolution.spawn=mask:2 | mask ratio must be in 0..1",
        "--set evolution.finalTopK=2 | evolution.finalTopK must be 1 if neither hardFrom nor hardShare is set, was 2",
        "--set evolution.finalTopK=0 | evolution.finalTopK must be at least 1, was 0",
        "--set evolution.hardFrom=9 --set evolution.finalTopK=5 | evolution.finalTopK must be at most model.experts (4) for gate evomoe, was 5",
        "--set training.learningRate=-1 | learningRate must be above 0",
        "--set training.nonesuch=1 | nonesuch",
        "--set guards.keepCheckpoints=0 | keepCheckpoints must be at least 1, was 0",
        "--set guards.collapseEntropy=2 | collapseEntropy must be in 0..1, was 2.0",
        "--set model.experts=1000000 | experts must be in 1..65536, was 1000000",
        "--set model.hiddenSize=1000000 --set model.intermediateSize=1000000 | more than this machine's memory",
        "--set nonesuch.steps=1 | nonesuch",
        "--nonesuch | unknown option --nonesuch (see evomoe compare --help)",
        "--stpes 5 | unknown option --stpes; did you mean --steps? (see evomoe compare --help)",
        "--task robrta | was robrta; did you mean roberta?",
        "--preset smal | was smal; did you mean small?",
        "--set training.stesp=5 | did you mean training.steps?",
        "--set model.architecture=lama | was lama; did you mean llama?",
        "--gates evomoe, swich | was swich; did you mean switch?",
        "--seeds 1, 2, 1 | seeds must have each entry once, were [1, 2, 1]",
        "--batch 0 | batch must be at least 1, was 0",
        "--learning-rate -1 | learningRate must be above 0",
        "--set gate=switch | gate is switch by --config or --set, but the command has evomoe: use --gates",
        "--set seed=3 | seed is 3 by --config or --set, but the command has 1: use --seeds",
        "--set task=mt | task is mt by --config or --set, but the command has gpt: use --task",
        "--config {dir}/whole.yaml | gate is switch by --config or --set, but the command has evomoe: use --gates, or remove it there",
        "--config {dir}/mt.yaml | task is mt by --config or --set, but the command has gpt: use --task",
        "--data {dir}/missing.txt | missing.txt",
        "--data {dir}/empty.txt | empty.txt",
        "--data {dir}/binary.txt | UTF-8",
        "--data {dir}/short.txt | token",
        "--data {dir}/lines.jsonl | lines.jsonl, line 1: has no field text",
        "--data {dir}/lines.jsonl --text-field bod | line 1: has no field bod",
        "--data {dir}/lines.jsonl --text-field body | lines.jsonl has too few different texts for a validation set",
        "--data {dir}/lines.jsonl --text-field= | textField must not be blank, was ''",
        "--data {dir}/lines.jsonl --skip-bad-lines | lines.jsonl must hold text, had none: 1 bad line left out: 1",
        "--data {dir}/lines.xyz | lines.xyz must have an ending that is read, .txt, .md, .jsonl, .csv, .tsv, .parquet, or its form be given (--data-format), has .xyz",
        "--data {dir}/lines.xyz --data-format jsonl | lines.xyz, line 1: has no field text",
        "--data-format json | must be one of [text, markdown, jsonl, csv, tsv, parquet], was json",
        "--set data.format=json | data.format must be one of [text, markdown, jsonl, csv, tsv, parquet], was json",
        "--set data.skipBadLines=maybe | data.skipBadLines must be true or false, was maybe",
        "--task mt --source-field target | targetField must not be that of sourceField, was target",
        "--data {dir}/folder | folder must hold files that are read, .txt, .md, .jsonl, .csv, .tsv, .parquet, has none",
        "--task roberta --data {dir}/json.txt | json.txt looks like JSON, of which JSON Lines are read",
        "--task mt --data {dir}/table.csv | table.csv must name the columns source and target in its first line, which has one, eins",
        "--config {dir}/missing.yaml | missing.yaml",
        "--config {dir}/broken.yaml | not YAML",
        "--config {dir}/list.yaml | must be a mapping",
        "--out {dir}/file.txt/inside | file.txt",
        "--task mt --data {dir}/column.tsv | line 2: must be source TAB target, has no TAB",
        "--task mt --data {dir}/side.tsv | line 1: must be source TAB target, has no target",
        "--task mt --data {dir}/text.txt | has no TAB",
        "--task mt --gates expertchoice --data {dir}/pairs.tsv | causal",
        "--task mt --set training.labelSmoothing=1 --data {dir}/pairs.tsv | labelSmoothing",
        "--task roberta --data {dir}/binary.txt | UTF-8",
        "--task roberta --set model.vocabulary=260 | vocabulary",
      })
  void should_be_refused_in_one_line(String arguments, String says) throws IOException {
    writeInputs();
    List<Path> before = everything();
    List<String> command = new ArrayList<>(List.of("compare"));
    if (!arguments.contains("--preset")) {
      command.addAll(List.of("--preset", "quick"));
    }
    for (String option : arguments.replace("{dir}", folder.toString()).split(" (?=--)", -1)) {
      command.addAll(List.of(option.split(" ", 2)));
    }
    if (!arguments.contains("--out")) {
      command.addAll(List.of("--out", folder.resolve("out").toString()));
    }
    if (!arguments.contains("--data")) {
      command.addAll(List.of("--data", folder.resolve("text.txt").toString()));
    }

    CommandRun run = CommandRun.of(command.toArray(String[]::new));

    assertThat(errors(run))
        .as(run.err())
        .hasSize(1)
        .first()
        .asString()
        .contains(says.replace("{dir}", folder.toString()));
    assertThat(run.err()).doesNotContain("Exception", "\tat ");
    assertThat(run.code()).isEqualTo(2);
    assertThat(everything()).isEqualTo(before);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "trian | unknown command trian; commands are train, compare, study, | did you mean train?",
        "trian --help | unknown command trian; commands are train, compare, study, | did you mean train?",
        "bench stpe --help | unknown command stpe; commands are step, | did you mean step?",
        "nonesuch | unknown command nonesuch; commands are train, compare, | bench (see evomoe --help)",
        "gates all | unexpected argument all | (see evomoe gates --help)",
      })
  void should_be_refused_as_a_command(String line, String says, String also) {
    CommandRun run = CommandRun.of(line.split(" ", -1));

    assertThat(run.code()).isEqualTo(2);
    assertThat(run.out()).isEmpty();
    assertThat(errors(run)).as(run.err()).hasSize(1).first().asString().contains(says, also);
  }

  @Test
  void should_refuse_what_is_not_a_run() throws IOException {
    writeInputs();
    for (String command : List.of("eval", "generate")) {
      CommandRun run = CommandRun.of(command, "--checkpoint", folder.toString());
      assertThat(run.code()).isEqualTo(2);
      assertThat(run.err()).contains("is not the folder of a training run");
    }
    assertThat(CommandRun.of("train", "--resume", folder.toString()).code()).isEqualTo(2);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"--preset=small", "--gate=dense", "--seed=2", "--experts=2", "--config=mine.yaml"})
  void should_refuse_to_resume_with_another_configuration(String option) {
    CommandRun run = CommandRun.of("train", "--resume", folder.toString(), option);

    assertThat(run.code()).isEqualTo(2);
    assertThat(errors(run))
        .containsExactly(
            "evomoe: "
                + option.replaceFirst("=.*", "")
                + " cannot be given with --resume, which keeps the configuration of the run");
  }

  @Test
  void should_refuse_a_folder_that_cannot_be_written() throws IOException {
    Path file = Files.writeString(folder.resolve("file.txt"), "text");
    CommandRun run =
        CommandRun.of(
            "train", "--preset", "quick", "--out", file.toString(), "--data", text().toString());
    assertThat(run.code()).isEqualTo(2);
    assertThat(errors(run)).as(run.err()).hasSize(1);
    assertThat(file).hasContent("text");
  }

  @Test
  void options_of_other_evaluations_should_not_be_ignored_beside_questions() {
    CommandRun.of("eval", "--checkpoint", "x", "--choices", "y", "--beam", "4")
        .refused("--beam cannot be given with --choices");
    CommandRun.of("eval", "--checkpoint", "x", "--choices", "y", "--text-field", "z")
        .refused("questions have one form");
  }

  @Test
  void a_mistyped_option_should_be_said_before_the_one_that_is_missing_for_it() {
    CommandRun.of("eval", "--chekpoint", "x")
        .refused("unknown option --chekpoint; did you mean --checkpoint? (see evomoe eval --help)");
    CommandRun.of("eval", "x").refused("Missing required option: '--checkpoint=");
    CommandRun.of("eval").refused("Missing required option: '--checkpoint=");
  }

  @Test
  void should_refuse_bad_sizes_of_a_benchmark() {
    assertThat(CommandRun.of("bench", "step", "--heads", "7").code()).isEqualTo(2);
    assertThat(CommandRun.of("bench", "step", "--experts", "0").code()).isEqualTo(2);
    assertThat(CommandRun.of("bench", "step", "--temperature", "0").code()).isEqualTo(2);
    assertThat(CommandRun.of("bench", "step", "--precision", "f8").code()).isEqualTo(2);
  }

  private static List<String> errors(CommandRun run) {
    return run.err().lines().filter(line -> line.startsWith("evomoe: ")).toList();
  }

  private Path text() throws IOException {
    return Files.writeString(folder.resolve("text.txt"), TinyRuns.sentences("We the people"));
  }

  private void writeInputs() throws IOException {
    text();
    Files.writeString(folder.resolve("empty.txt"), "");
    Files.writeString(folder.resolve("short.txt"), "A word or two.\n\nAnd another.\n");
    Files.write(folder.resolve("binary.txt"), new byte[] {'a', (byte) 0xff, (byte) 0xfe, 'b'});
    Files.writeString(folder.resolve("broken.yaml"), "training: [1, {");
    Files.writeString(folder.resolve("whole.yaml"), "task: gpt\ngate: switch\nseed: 1\n");
    Files.writeString(folder.resolve("mt.yaml"), "task: mt\n");
    Files.writeString(folder.resolve("list.yaml"), "- 1\n- 2\n");
    Files.writeString(folder.resolve("column.tsv"), "one\teins\ntwo\n");
    Files.writeString(folder.resolve("side.tsv"), "one\t \ntwo\tzwei\n");
    Files.writeString(folder.resolve("pairs.tsv"), "one\teins\ntwo\tzwei\n");
    Files.writeString(folder.resolve("lines.jsonl"), "{\"body\": \"One two.\"}\n");
    Files.writeString(folder.resolve("lines.xyz"), "{\"body\": \"One two.\"}\n");
    Files.createDirectories(folder.resolve("folder"));
    Files.writeString(folder.resolve("json.txt"), "{\"text\": \"One.\"}\n");
    Files.writeString(folder.resolve("table.csv"), "one,eins\ntwo,zwei\n");
    Files.writeString(folder.resolve("file.txt"), "a file, not a folder");
  }

  private List<Path> everything() throws IOException {
    try (var files = Files.walk(folder)) {
      return files.sorted().toList();
    }
  }
}
