package io.evomoe.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.within;

import io.evomoe.models.causal.GenerationConfig;
import io.evomoe.models.gpt.Gpt;
import io.evomoe.models.text.ChatMessage;
import io.evomoe.models.transformer.Search;
import io.evomoe.models.transformer.Transformer;
import io.evomoe.nn.TokenBatch;
import io.evomoe.run.TextStream.Generated;
import io.evomoe.run.TextStream.Generated.FinishReason;
import io.evomoe.run.finetune.Classifier;
import io.evomoe.run.finetune.FineTuning;
import io.evomoe.run.task.Task.TrainedModel;
import io.evomoe.testing.OtherThread;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Predicate;
import java.util.stream.IntStream;
import org.apache.commons.io.FileUtils;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

@Timeout(120)
class PredictorTest {
  private static final int REQUESTS = 50;

  /** So many tokens that the text does not end before the test has it ended. */
  private static final int ENDLESS = 1_000_000;

  @TempDir static Path folder;
  private static Path writing;

  @BeforeAll
  static void train() throws IOException {
    writing = folder.resolve("writing");
    try (Run<Gpt> run = SmallTexts.gpt(folder).training(t -> t.steps(10)).in(writing)) {
      run.train();
    }
  }

  @Test
  void requests_of_many_threads_should_give_the_same_texts_as_one_by_one() throws Exception {
    List<Generated> alone = new ArrayList<>();
    try (Predictor predictor = Predictor.open(writing)) {
      for (int i = 0; i < REQUESTS; i++) {
        alone.add(predictor.generate(prompt(i), config(i)));
      }
    }
    ExecutorService threads = Executors.newFixedThreadPool(REQUESTS);
    try (Predictor predictor = Predictor.open(writing)) {
      List<Future<Generated>> together =
          IntStream.range(0, REQUESTS)
              .mapToObj(i -> threads.submit(() -> predictor.generate(prompt(i), config(i))))
              .toList();
      for (int i = 0; i < REQUESTS; i++) {
        assertThat(together.get(i).get()).isEqualTo(alone.get(i));
      }
    } finally {
      threads.shutdownNow();
    }
    assertThat(alone.stream().map(Generated::finishReason)).contains(FinishReason.LENGTH);
    assertThat(alone.stream().map(Generated::text).distinct().count()).isGreaterThan(40);
  }

  @Test
  void more_requests_than_a_batch_has_places_should_all_be_answered() {
    try (Predictor predictor = Predictor.open(writing)) {
      List<TextStream> streams =
          IntStream.range(0, 150).mapToObj(i -> predictor.stream(prompt(i), config(i))).toList();
      for (int i = 149; i >= 0; i -= 7) {
        assertThat(streams.get(i).await()).isEqualTo(predictor.generate(prompt(i), config(i)));
      }
    }
  }

  @Test
  void messages_should_be_answered_as_the_template_says() throws IOException {
    Path tokenizer = Files.createDirectory(folder.resolve("chatty"));
    try (Run<Gpt> run = SmallTexts.gpt(folder).training(t -> t.steps(1)).in(folder.resolve("x"))) {
      run.train();
    }
    FileUtils.copyDirectory(folder.resolve("x/tokenizer").toFile(), tokenizer.toFile());
    Files.writeString(
        tokenizer.resolve("chat_template.jinja"),
        "{% for m in messages %}{{ m.content }}<|endoftext|>{% endfor %}The");
    Path chatty = folder.resolve("answering");
    try (Run<Gpt> run =
        SmallTexts.gpt(folder).tokenizer(tokenizer).training(t -> t.steps(10)).in(chatty)) {
      run.train();
    }
    try (Predictor predictor = Predictor.open(chatty)) {
      List<ChatMessage> messages = List.of(ChatMessage.user("A"), ChatMessage.assistant("b"));

      assertThat(predictor.generate(messages, config(1)))
          .isEqualTo(predictor.generate("A<|endoftext|>b<|endoftext|>The", config(1)));
      assertThat(predictor.stream(messages, config(1)).await())
          .isEqualTo(predictor.generate(messages, config(1)));
      assertThatIllegalArgumentException()
          .isThrownBy(() -> predictor.stream(List.of(), config(1)))
          .withMessage("messages must be at least 1, were 0");
    }
    try (Predictor predictor = Predictor.open(writing)) {
      assertThatIllegalArgumentException()
          .isThrownBy(() -> predictor.stream(List.of(ChatMessage.user("A")), config(1)))
          .withMessageContaining("has no chat template");
    }
  }

  @Test
  void increments_should_join_to_the_text() {
    try (Predictor predictor = Predictor.open(writing)) {
      for (int i = 0; i < 10; i++) {
        List<String> given = new ArrayList<>();
        Generated all = predictor.generate(prompt(i), config(i), given::add);
        TextStream stream = predictor.stream(prompt(i), config(i));
        StringBuilder read = new StringBuilder();
        for (var more = stream.next(); more.isPresent(); more = stream.next()) {
          read.append(more.get());
        }

        assertThat(String.join("", given)).isEqualTo(all.text()).isEqualTo(read.toString());
        assertThat(stream.isDone()).isTrue();
        assertThat(stream.next()).isEmpty();
        assertThat(all).isEqualTo(predictor.generate(prompt(i), config(i)));
      }
    }
  }

  @Test
  void a_text_should_be_the_decoded_tokens_and_what_a_run_gives() {
    try (Run<Gpt> run = Run.open(writing, Gpt.class)) {
      GenerationConfig config = config(3);
      Generated generated = run.predictor().generate("Message 12", config);
      int[] ids = generated.tokenIds().stream().mapToInt(Integer::intValue).toArray();

      assertThat(run.tokenizer().decode(ids)).isEqualTo(generated.text());
      assertThat(run.generate("Message 12", config)).isEqualTo("Message 12" + generated.text());
      assertThat(run.predictor()).isSameAs(run.predictor());
      assertThat(run.predictor().generate("").text()).isNotEmpty();
      assertThat(run.predictor().generate("a", config.with(g -> g.maxNewTokens(0))))
          .isEqualTo(new Generated("", List.of(), FinishReason.LENGTH));
    }
  }

  @Test
  void a_text_should_end_before_a_stop_string() {
    try (Predictor predictor = Predictor.open(writing)) {
      GenerationConfig config = config(4).with(g -> g.maxNewTokens(60));
      String whole = predictor.generate("Message", config).text();
      String stop = whole.substring(whole.length() / 2, whole.length() / 2 + 4);
      List<String> given = new ArrayList<>();
      Generated stopped =
          predictor.generate(
              "Message",
              config.with(g -> g.stopStrings(List.of("no such text", stop))),
              given::add);

      assertThat(stopped.text()).isEqualTo(whole.substring(0, whole.indexOf(stop)));
      assertThat(stopped.finishReason()).isEqualTo(FinishReason.STOP);
      assertThat(String.join("", given)).isEqualTo(stopped.text());
    }
  }

  @Test
  void cancelled_and_late_texts_should_leave_the_others_unharmed() {
    try (Predictor predictor = Predictor.open(writing)) {
      List<Generated> alone =
          IntStream.range(0, 12).mapToObj(i -> predictor.generate(prompt(i), config(i))).toList();
      GenerationConfig endless = config(1).with(g -> g.maxNewTokens(ENDLESS).topK(0));
      TextStream cancelled = predictor.stream("Message", endless);
      TextStream late =
          predictor.stream("On roads", endless.with(g -> g.timeout(Duration.ofMillis(50))));
      TextStream tooLate =
          predictor.stream("On", endless.with(g -> g.timeout(Duration.ofNanos(1))));
      List<TextStream> others =
          IntStream.range(0, 12).mapToObj(i -> predictor.stream(prompt(i), config(i))).toList();
      assertThat(cancelled.next()).isPresent();
      cancelled.cancel();

      assertThat(cancelled.await().finishReason()).isIn(FinishReason.CANCELLED, FinishReason.END);
      assertThat(late.await().finishReason()).isIn(FinishReason.TIMEOUT, FinishReason.END);
      assertThat(tooLate.await()).isEqualTo(new Generated("", List.of(), FinishReason.TIMEOUT));
      assertThat(others.stream().map(TextStream::await)).isEqualTo(alone);
    }
  }

  @Test
  void a_text_should_take_any_number_of_tokens_and_any_time() {
    try (Predictor predictor = Predictor.open(writing)) {
      GenerationConfig most =
          config(1).with(g -> g.maxNewTokens(Integer.MAX_VALUE).stopStrings(List.of("e")));
      GenerationConfig longest = most.with(g -> g.timeout(Duration.ofSeconds(Long.MAX_VALUE)));

      Generated expected = predictor.generate("Message", most.with(g -> g.maxNewTokens(2000)));
      assertThat(expected.finishReason()).isEqualTo(FinishReason.STOP);
      assertThat(predictor.generate("Message", most)).isEqualTo(expected);
      assertThat(predictor.generate("Message", longest)).isEqualTo(expected);
    }
  }

  @Test
  void a_listener_should_cancel_its_text() {
    try (Predictor predictor = Predictor.open(writing)) {
      GenerationConfig config = config(2).with(g -> g.maxNewTokens(ENDLESS));
      Generated generated = predictor.generate("Message", config, more -> false);

      assertThat(generated.finishReason()).isIn(FinishReason.CANCELLED, FinishReason.END);
      Predicate<String> failing =
          more -> {
            throw new IllegalStateException("of the listener");
          };
      Predicate<String> closing =
          more -> {
            predictor.close();
            return true;
          };
      assertThatIllegalStateException()
          .isThrownBy(() -> predictor.generate("Message", config, failing))
          .withMessage("of the listener");
      assertThatIllegalStateException()
          .isThrownBy(() -> predictor.generate("Message", config, closing))
          .withMessageContaining("cannot be trained or closed from inside one of its own calls");
    }
  }

  @Test
  void an_interrupt_should_cancel_a_generation_and_be_kept() {
    try (Predictor predictor = Predictor.open(writing)) {
      GenerationConfig config = config(2).with(g -> g.maxNewTokens(ENDLESS).topK(0).temperature(9));
      List<FinishReason> reasons = new ArrayList<>();
      OtherThread waiting =
          OtherThread.doing(
              () -> {
                reasons.add(predictor.generate("Message", config).finishReason());
                assertThat(Thread.currentThread().isInterrupted()).isTrue();
              });
      waiting.awaitWaiting().interrupt();

      assertThat(waiting.thrown()).isNull();
      assertThat(reasons).containsExactly(FinishReason.CANCELLED);
    }
  }

  @Test
  void closing_should_wait_for_calls_cancel_streams_and_reject_later_calls() {
    Predictor predictor = Predictor.open(writing);
    CountDownLatch reached = new CountDownLatch(1);
    CountDownLatch release = new CountDownLatch(1);
    GenerationConfig config = config(5);
    String whole = predictor.generate("Message", config).text();
    List<String> texts = new ArrayList<>();
    OtherThread generating =
        OtherThread.doing(
            () ->
                texts.add(
                    predictor
                        .generate(
                            "Message",
                            config,
                            more -> {
                              reached.countDown();
                              OtherThread.await(release);
                              return true;
                            })
                        .text()));
    OtherThread.await(reached);
    TextStream open =
        predictor.stream(
            "Message", config.with(g -> g.maxNewTokens(ENDLESS).topK(0).temperature(9)));

    OtherThread closing = OtherThread.doing(predictor::close).awaitWaiting();
    String says =
        "the predictor of %s is closed: open it again with Predictor.open".formatted(writing);
    assertThat(OtherThread.doing(() -> predictor.generate("a")).thrown()).hasMessage(says);
    release.countDown();

    assertThat(generating.thrown()).isNull();
    assertThat(closing.thrown()).isNull();
    assertThat(texts).containsExactly(whole);
    assertThat(open.await().finishReason()).isEqualTo(FinishReason.CANCELLED);
    assertThatIllegalStateException()
        .isThrownBy(() -> predictor.stream("a", config))
        .withMessage(says);
    predictor.close();
  }

  @Test
  void a_training_should_close_the_predictor_of_its_run() {
    try (Run<Gpt> run = Run.opening(writing).set("training.steps", "11").open(Gpt.class)) {
      Predictor before = run.predictor();
      run.train();

      assertThatIllegalStateException()
          .isThrownBy(() -> before.generate("a"))
          .withMessageContaining("is closed");
      assertThat(run.predictor().generate("a").text()).isNotEmpty();
    }
  }

  @Test
  void a_failure_of_the_model_should_end_its_texts_alone() {
    try (Run<Gpt> run = Run.open(writing, Gpt.class)) {
      Predictor predictor = run.predictor();
      Generated before = predictor.generate("Message", config(1));
      INDArray weights = run.model().parameters().get(0).value();
      INDArray kept = weights.dup();
      weights.assign(Double.NaN);
      assertThatIllegalStateException()
          .isThrownBy(() -> predictor.generate("Message", config(1)))
          .withMessageStartingWith("the generation failed: ");
      weights.assign(kept);

      assertThat(predictor.generate("Message", config(1))).isEqualTo(before);
    }
  }

  @Test
  void an_embedding_should_be_the_mean_of_the_last_hidden_states() {
    try (Run<Gpt> run = Run.open(writing, Gpt.class)) {
      List<String> texts = List.of("Message 7 of the year", "", "on roads ".repeat(40));
      List<float[]> vectors = run.predictor().embed(texts, false);
      List<float[]> normalized = run.predictor().embed(texts, true);
      TrainedModel<Gpt> trained = run.trained();
      int[] ids = run.tokenizer().encode(texts.get(0));
      INDArray mean =
          trained.model().hiddenStates(TokenBatch.of(ids.length, ids), trained.context()).mean(0);

      assertThat(Nd4j.getWorkspaceManager().getAllWorkspacesIdsForCurrentThread())
          .doesNotContain("EVOMOE_EMBEDDING");
      assertThat(vectors).hasSize(3).allMatch(vector -> vector.length == 16);
      for (int j = 0; j < 16; j++) {
        assertThat(vectors.get(0)[j]).isCloseTo(mean.getFloat(j), within(1e-5f));
      }
      float[] unit = normalized.get(2);
      assertThat(IntStream.range(0, 16).mapToDouble(j -> unit[j] * unit[j]).sum())
          .isCloseTo(1, within(1e-5));
      assertThat(unit[3] / unit[4]).isCloseTo(vectors.get(2)[3] / vectors.get(2)[4], within(1e-3f));
    }
  }

  @Test
  void should_translate_classify_and_embed_as_runs_and_classifiers_do() throws IOException {
    Path masked = folder.resolve("masked");
    try (Run<?> run = SmallTexts.roberta(folder).training(t -> t.steps(1)).in(masked)) {
      run.train();
      assertThat(run.predictor().embed(List.of("on roads"), true).get(0)).hasSize(16);
      assertThat(run.predictor().limit()).isEqualTo(16);
      assertThatIllegalArgumentException()
          .isThrownBy(() -> run.predictor().generate("a"))
          .withMessage(masked + " is a run of task roberta; generate needs task gpt");
      assertThatIllegalArgumentException()
          .isThrownBy(() -> run.predictor().classify(List.of("a")))
          .withMessage(
              masked + " is a run of task roberta; classify needs a fine-tuned classifier");
    }
    Path translating = folder.resolve("translating");
    try (Run<Transformer> run =
        SmallTexts.translation(folder).training(t -> t.steps(1)).in(translating)) {
      run.train();
    }
    List<String> sentences = List.of("The road 1 is long.", "", "The road 2");
    try (Predictor predictor = Predictor.open(translating);
        Run<Transformer> run = Run.open(translating, Transformer.class)) {
      assertThat(predictor.translate(sentences, Search.greedy()))
          .isEqualTo(run.translate(sentences, Search.greedy()));
      assertThatIllegalArgumentException()
          .isThrownBy(() -> predictor.embed(sentences, true))
          .withMessage(translating + " is a run of task mt; embed needs task gpt or roberta");
    }
    Path naming = folder.resolve("naming");
    try (FineTuning tuning =
        FineTuning.of(masked)
            .data(SmallTexts.classes(60))
            .training(t -> t.steps(2).batch(8))
            .withoutBaseline()
            .in(naming)) {
      tuning.train();
    }
    try (Predictor predictor = Predictor.open(naming);
        Classifier classifier = Classifier.open(naming)) {
      assertThat(predictor.classify(sentences)).isEqualTo(classifier.classify(sentences));
      assertThat(predictor.limit()).isEqualTo(classifier.limit());
      assertThatIllegalArgumentException()
          .isThrownBy(() -> predictor.generate("a"))
          .withMessageContaining("classify");
    }
  }

  private static String prompt(int request) {
    return "Message %d of the year 1850, on roads".formatted(request).substring(0, request % 33);
  }

  private static GenerationConfig config(int request) {
    double temperature = request % 5 == 0 ? 0 : 1;
    double topP = request % 2 == 0 ? 1 : 0.95;
    return GenerationConfig.defaults()
        .with(g -> g.maxNewTokens(1 + request * 7 % 30).temperature(temperature).seed(request))
        .with(g -> g.topK(request % 3 * 20).topP(topP));
  }
}
