package io.evomoe.spark;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import io.evomoe.models.text.TextProgress;
import io.evomoe.nn.Parameter;
import io.evomoe.random.CounterRandom;
import io.evomoe.run.PreparedData;
import io.evomoe.run.config.ConfigFile;
import io.evomoe.run.config.RunConfig;
import io.evomoe.run.data.Dataset;
import io.evomoe.run.record.RunFiles;
import io.evomoe.run.task.TaskData;
import io.evomoe.run.task.TaskData.TokenizerSource;
import io.evomoe.run.task.Tasks;
import io.evomoe.training.Model;
import io.evomoe.training.StepRecord;
import io.evomoe.training.Trainer;
import io.evomoe.training.TrainingData;
import io.evomoe.training.internal.rounds.Coordinator;
import io.evomoe.training.internal.rounds.RoundConfig;
import io.evomoe.training.optimizer.Sgd;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.LongFunction;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import java.util.zip.GZIPOutputStream;
import org.apache.spark.SparkConf;
import org.apache.spark.api.java.JavaSparkContext;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Shares and rounds with Spark's scheduler in this process. */
@SuppressWarnings("NullAway.Init") // set before the first test
class LocalSparkTest {
  private static final int DOCUMENTS = 120;

  private static JavaSparkContext context;
  @TempDir private static Path directory;
  private static Path text;

  @BeforeAll
  static void start() throws IOException {
    SparkConf conf =
        new SparkConf()
            .setMaster("local[2]")
            .setAppName("test")
            .set("spark.ui.enabled", "false")
            .set("spark.driver.host", "localhost");
    context = new JavaSparkContext(conf);
    text = directory.resolve("all.txt");
    Files.writeString(text, String.join("\n\n", documents()), StandardCharsets.UTF_8);
  }

  @AfterAll
  static void stop() {
    context.close();
  }

  private static List<String> documents() {
    return IntStream.range(0, DOCUMENTS)
        .mapToObj(i -> "Document %d\nsays that %d is after %d, and ends.".formatted(i, i, i - 1))
        .toList();
  }

  @ParameterizedTest
  @ValueSource(ints = {64, 1000, 1 << 20})
  void should_cut_the_same_shares_however_the_file_is_split(int bytes) {
    context.hadoopConfiguration().setInt("mapreduce.input.fileinputformat.split.maxsize", bytes);
    List<Texts> shares = open(text).shares(3).collect();
    context.hadoopConfiguration().unset("mapreduce.input.fileinputformat.split.maxsize");

    List<String> train = documents().stream().filter(document -> !isHeldOut(document)).toList();
    assertThat(train).hasSizeBetween(DOCUMENTS * 8 / 10, DOCUMENTS - 1);
    for (int share = 0; share < 3; share++) {
      int number = share;
      assertThat(written(shares.get(share), directory.resolve("cut-%d-%d".formatted(bytes, share))))
          .isEqualTo(
              IntStream.range(0, train.size())
                      .filter(i -> i % 3 == number)
                      .mapToObj(train::get)
                      .collect(Collectors.joining("\n\n"))
                  + "\n");
    }
  }

  @Test
  void should_hold_out_what_it_does_not_train_on() {
    Texts valid = open(text).validSample();

    assertThat(written(valid, directory.resolve("valid")))
        .isEqualTo(
            documents().stream()
                    .filter(LocalSparkTest::isHeldOut)
                    .collect(Collectors.joining("\n\n"))
                + "\n");
  }

  private static boolean isHeldOut(String document) {
    return Math.floorMod(CounterRandom.fold(0, document), 20) == 0;
  }

  private static String written(Texts texts, Path folder) {
    try {
      return Files.readString(texts.write(folder, texts).get(0).resolve("part.train.txt"));
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void should_equal_one_process_on_the_union_batch_with_one_plain_step_and_averaging() {
    RoundConfig rounds =
        RoundConfig.DEFAULT
            .with(r -> r.workers(2).localSteps(1))
            .withOuterRate(1)
            .withOuterMomentum(0)
            .withInner(RoundConfig.Inner.SGD);
    RunConfig config = config();
    try (Staging staging = new Staging();
        PreparedData data = staging.prepare(open(text), config)) {
      compare(data.data(), config, rounds, Setup.of(staging.path(), config, rounds));
    }
  }

  private static <B, M extends Model<B>> void compare(
      TaskData<B, M> data, RunConfig config, RoundConfig rounds, Setup setup) {
    M model = data.model(config);
    Coordinator coordinator;
    SparkText all = open(text);
    try (Workers workers = new Workers(context, all, setup)) {
      assertThat(workers.prepare()).allMatch(facts -> facts.problem().isEmpty());
      coordinator =
          new Coordinator(model, config.trainer(), config.schedule(), rounds, null) {
            @Override
            public StepRecord next() {
              return finish(workers.round(nextStart(), nextSpan()));
            }
          };
      while (!coordinator.isFinished()) {
        coordinator.next();
      }
    }
    M alone = data.model(config);
    Trainer<B> trainer =
        new Trainer<>(
            alone,
            new TrainingData<>(union(config, setup, all), List.of()),
            config
                .trainer()
                .with(t -> t.microBatches(2))
                .withOptimizer(spec -> new Sgd(spec.kernels(), 0)),
            config.schedule());
    trainer.run();

    assertThat(coordinator.progress().spawned()).isTrue();
    assertThat(coordinator.progress().tokens()).isEqualTo(trainer.progress().tokens());
    for (int p = 0; p < alone.parameters().size(); p++) {
      Parameter parameter = model.parameters().get(p);
      double[] wanted = alone.parameters().get(p).value().ravel().toDoubleVector();
      double[] found = parameter.value().ravel().toDoubleVector();
      for (int i = 0; i < found.length; i++) {
        assertThat(found[i])
            .as(parameter.name())
            .isCloseTo(wanted[i], within(1e-5 * Math.max(1, Math.abs(wanted[i]))));
      }
    }
  }

  @SuppressWarnings("unchecked") // tasks of one configuration have batches of one type
  private static <B> LongFunction<B> union(RunConfig config, Setup setup, SparkText all) {
    List<LongFunction<B>> sources = new ArrayList<>();
    for (Texts share : all.shares(2).collect()) {
      Path folder = directory.resolve("union-" + sources.size());
      TaskData<B, ?> data =
          (TaskData<B, ?>)
              Tasks.named(config.task())
                  .read(
                      Dataset.files(share.write(folder.resolve("text"), share)),
                      config,
                      TokenizerSource.of(setup.loadTokenizer(folder.resolve(RunFiles.TOKENIZER))),
                      folder,
                      TextProgress.NONE);
      sources.add(data.batches(config).training());
    }
    return index -> sources.get((int) (index % 2)).apply(index / 2);
  }

  /** A GPT whose experts are spawned in mid-run; neither noise nor clipping, which are local. */
  private static RunConfig config() {
    RunConfig config = Tasks.preset("gpt", "quick").config("gpt", "evomoe", 1);
    for (String[] field :
        new String[][] {
          {"model.numHiddenLayers", "2"},
          {"model.hiddenSize", "16"},
          {"model.intermediateSize", "32"},
          {"model.experts", "3"},
          {"model.vocabulary", "300"},
          {"model.sequence", "16"},
          {"training.batch", "4"},
          {"training.steps", "6"},
          {"training.clipNorm", "1.0e9"},
          {"training.learningRate", "0.1"},
          {"training.evalEvery", "0"},
          {"evolution.diversifySteps", "3"},
          {"gateOptions.evomoe.noise", "false"}
        }) {
      config = ConfigFile.set(config, field[0], field[1]);
    }
    return Tasks.checked(config);
  }

  @Test
  void should_refuse_more_workers_than_documents() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> open(text).shares(DOCUMENTS))
        .withMessageMatching(
            "workers must be at most the \\d+ documents of \\[.*all.txt], was " + DOCUMENTS);
  }

  @Test
  void should_name_text_that_is_not_there_and_text_of_two_forms() throws IOException {
    Path mixed = Files.createDirectory(directory.resolve("mixed"));
    Files.writeString(mixed.resolve("a.txt"), "text");
    Files.writeString(mixed.resolve("b.tsv"), "text\ttext");

    assertThatIllegalArgumentException()
        .isThrownBy(() -> open(directory.resolve("none")))
        .withMessageMatching("text .*none does not exist");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> open(mixed))
        .withMessageMatching(
            "text .*mixed must be all lines \\(.tsv\\) or all documents, has both");
  }

  @Test
  void should_refuse_json_and_csv_by_ending_and_by_look() throws IOException {
    Path other = Files.createDirectory(directory.resolve("other"));
    Path json = Files.writeString(other.resolve("a.jsonl"), "text");
    assertRefused(other, "text file .*a.jsonl is JSON Lines, which is not read: give plain text.*");

    Files.move(json, other.resolve("a.txt"));
    try (var out = new GZIPOutputStream(Files.newOutputStream(other.resolve("b.txt.gz")))) {
      out.write("{\"text\": \"One.\"}\n".repeat(3).getBytes(StandardCharsets.UTF_8));
    }
    assertRefused(other, "text file .*b.txt.gz looks like JSON, which is not read: .*");
  }

  private static void assertRefused(Path path, String says) {
    assertThatIllegalArgumentException().isThrownBy(() -> open(path)).withMessageMatching(says);
  }

  /** What is measured must not have been trained on. */
  @Test
  void should_refuse_a_text_without_documents_to_hold_out_beside_one_that_has_some()
      throws IOException {
    Path small = trainedOn("small.txt", 3);

    assertThatIllegalArgumentException()
        .isThrownBy(() -> open(text, small).validSample())
        .withMessageMatching("text .*small.txt must have documents for validation .*");
  }

  @Test
  void should_give_each_worker_some_of_several_small_texts() throws IOException {
    List<Texts> shares = open(trainedOn("a.txt", 3), trainedOn("b.txt", 3)).shares(5).collect();

    assertThat(shares).hasSize(5).allMatch(share -> share.has(0) || share.has(1));
  }

  /** By the text, not by its class: whole classes would be on one side, equal texts on both. */
  @ParameterizedTest
  @CsvSource({"roberta, 1", "mt, 0"})
  void should_hold_out_texts_of_all_classes_and_translations_of_one_sentence(String task, int of)
      throws IOException {
    Path lines = directory.resolve(task + ".tsv");
    Files.write(
        lines,
        IntStream.range(0, 400)
            .mapToObj(
                i ->
                    of == 1
                        ? "class %d\ttext %d".formatted(i % 2, i / 2)
                        : "text %d\tText %d".formatted(i / 2, i))
            .toList());
    SparkText text = open(task, lines);
    List<String> held = texts(text.validSample(), directory.resolve("held-" + task), of);
    List<String> trained = texts(text.trainSample(), directory.resolve("trained-" + task), of);

    assertThat(held).hasSizeBetween(4, 60).doesNotContainAnyElementsOf(trained);
    assertThat(held.size() + trained.size()).isEqualTo(400);
  }

  private static List<String> texts(Texts texts, Path folder, int field) throws IOException {
    Path file = texts.write(folder, texts).get(0).resolve("part.train.tsv");
    return Files.readAllLines(file).stream().map(line -> line.split("\t", -1)[field]).toList();
  }

  private static Path trainedOn(String name, int count) throws IOException {
    List<String> all = documents().stream().filter(d -> !isHeldOut(d)).limit(count).toList();
    return Files.writeString(directory.resolve(name), String.join("\n\n", all));
  }

  private static SparkText open(Path... paths) {
    return open("gpt", paths);
  }

  private static SparkText open(String task, Path... paths) {
    return SparkText.open(context, Stream.of(paths).map(Path::toString).toList(), task);
  }
}
