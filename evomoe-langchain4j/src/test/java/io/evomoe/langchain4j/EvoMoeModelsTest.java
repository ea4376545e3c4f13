package io.evomoe.langchain4j;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.langchain4j.agent.tool.ToolSpecification;
import dev.langchain4j.data.message.ImageContent;
import dev.langchain4j.data.message.SystemMessage;
import dev.langchain4j.data.message.UserMessage;
import dev.langchain4j.data.segment.TextSegment;
import dev.langchain4j.exception.UnsupportedFeatureException;
import dev.langchain4j.model.chat.request.ChatRequest;
import dev.langchain4j.model.chat.response.ChatResponse;
import dev.langchain4j.model.chat.response.PartialResponse;
import dev.langchain4j.model.chat.response.PartialResponseContext;
import dev.langchain4j.model.chat.response.StreamingChatResponseHandler;
import dev.langchain4j.model.output.FinishReason;
import io.evomoe.models.causal.GenerationConfig;
import io.evomoe.models.gpt.Gpt;
import io.evomoe.models.text.ChatMessage;
import io.evomoe.models.text.ChatTemplate;
import io.evomoe.models.text.Tokenizer;
import io.evomoe.run.Predictor;
import io.evomoe.run.Run;
import io.evomoe.run.TextStream.Generated;
import io.evomoe.run.data.Dataset;
import io.evomoe.run.finetune.Classifier.Classified;
import io.evomoe.run.finetune.FineTuning;
import io.evomoe.run.record.RunFiles;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** LangChain4j's interfaces give what the predictor gives. */
@Timeout(60)
class EvoMoeModelsTest {
  private static final GenerationConfig CONFIG =
      GenerationConfig.greedy().with(g -> g.maxNewTokens(12));

  @TempDir static Path folder;
  private static Predictor predictor;

  @BeforeAll
  static void train_a_model() throws Exception {
    Path run = folder.resolve("run");
    try (Run<Gpt> trained =
        Run.gpt(Files.writeString(folder.resolve("text.txt"), text()))
            .preset("quick")
            .model(m -> m.vocabulary(300).sequence(256).hiddenSize(16).intermediateSize(32))
            .gate("switch")
            .training(t -> t.steps(2).batch(2))
            .set("split.validShare", "0.4")
            .in(run)) {
      trained.train();
    }
    predictor = Predictor.open(run);
    Path tokenizer = run.resolve(RunFiles.TOKENIZER);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new EvoMoeChatModel(predictor, CONFIG))
        .withMessageContaining("must have a chat template");
    ChatTemplate.plain(Tokenizer.load(tokenizer)).write(tokenizer);
  }

  private static String text() {
    SplittableRandom random = new SplittableRandom(1);
    return IntStream.range(0, 1000)
        .mapToObj(i -> Integer.toString(random.nextInt(1 << 24), 36) + (i % 5 > 0 ? " " : ".\n\n"))
        .collect(Collectors.joining());
  }

  @AfterAll
  static void close() {
    predictor.close();
  }

  @Test
  void should_answer_as_the_predictor_does() throws Exception {
    List<ChatMessage> messages =
        List.of(new ChatMessage("system", "Be short."), ChatMessage.user("A road?"));
    Generated expected = predictor.generate(messages, CONFIG);
    ChatRequest request =
        ChatRequest.builder()
            .messages(SystemMessage.from("Be short."), UserMessage.from("A road?"))
            .build();

    ChatResponse whole = new EvoMoeChatModel(predictor, CONFIG).chat(request);
    Recorder recorder = new Recorder(Integer.MAX_VALUE);
    new EvoMoeStreamingChatModel(predictor, CONFIG).chat(request, recorder);
    ChatResponse streamed = recorder.response.get(20, TimeUnit.SECONDS);

    assertThat(whole.aiMessage().text()).isEqualTo(expected.text());
    assertThat(whole.tokenUsage().inputTokenCount()).isEqualTo(predictor.countTokens(messages));
    assertThat(whole.tokenUsage().outputTokenCount()).isEqualTo(expected.tokenIds().size());
    assertThat(whole.finishReason())
        .isEqualTo(
            expected.finishReason() == Generated.FinishReason.LENGTH
                ? FinishReason.LENGTH
                : FinishReason.STOP);
    assertThat(streamed).isEqualTo(whole);
    assertThat(String.join("", recorder.parts)).isEqualTo(expected.text());
  }

  @Test
  void a_request_should_override_the_settings() {
    ChatRequest request =
        ChatRequest.builder()
            .messages(UserMessage.from("A road?"))
            .maxOutputTokens(3)
            .temperature(0.5)
            .topK(7)
            .build();

    assertThat(new EvoMoeChatModel(predictor, CONFIG).chat(request).aiMessage().text())
        .isEqualTo(
            predictor
                .generate(
                    List.of(ChatMessage.user("A road?")),
                    CONFIG.with(g -> g.maxNewTokens(3).temperature(0.5).topK(7)))
                .text());
  }

  @Test
  void a_cancelled_answer_should_end() throws Exception {
    Recorder recorder = new Recorder(1);
    Thread[] reader = new Thread[1];
    new EvoMoeStreamingChatModel(
            predictor,
            CONFIG.with(g -> g.maxNewTokens(100_000)),
            task -> {
              reader[0] = new Thread(task);
              reader[0].start();
            })
        .chat("A", recorder);
    reader[0].join();

    assertThat(recorder.parts).hasSize(1);
    assertThat(recorder.response).isNotDone();
  }

  @Test
  void an_answer_without_a_reader_should_end() {
    EvoMoeStreamingChatModel model =
        new EvoMoeStreamingChatModel(
            predictor,
            CONFIG.with(g -> g.maxNewTokens(Integer.MAX_VALUE)),
            task -> {
              throw new RejectedExecutionException("no thread is left");
            });

    assertThatThrownBy(() -> model.chat("A", new Recorder(1))).hasMessage("no thread is left");
    assertThat(predictor.generate("A", CONFIG).tokenIds()).isNotEmpty();
  }

  @Test
  void should_reject_what_it_does_not_support() {
    EvoMoeChatModel model = new EvoMoeChatModel(predictor, CONFIG);
    ChatRequest tools =
        ChatRequest.builder()
            .messages(UserMessage.from("A"))
            .toolSpecifications(ToolSpecification.builder().name("t").build())
            .build();
    ChatRequest penalty =
        ChatRequest.builder().messages(UserMessage.from("A")).presencePenalty(0.5).build();
    UserMessage image = UserMessage.from(ImageContent.from("http://a/b.png"));

    ChatRequest other =
        ChatRequest.builder().messages(UserMessage.from("A")).modelName("gpt-9").build();

    assertThatThrownBy(() -> model.chat(other)).hasMessageContaining("a model name");
    assertThatThrownBy(() -> model.chat(UserMessage.from("Ann", "A")))
        .hasMessageContaining("messages with a name");
    assertThatThrownBy(() -> model.chat(tools))
        .isInstanceOf(UnsupportedFeatureException.class)
        .hasMessage("EvoMoE does not support tools");
    assertThatThrownBy(() -> model.chat(penalty)).hasMessageContaining("presence penalty");
    assertThatThrownBy(() -> model.chat(image)).hasMessageContaining("messages with IMAGE");
  }

  @Test
  void should_embed_as_the_predictor_does() {
    EvoMoeEmbeddingModel model = new EvoMoeEmbeddingModel(predictor);

    assertThat(model.embedAll(List.of(TextSegment.from("a"), TextSegment.from("bc"))).content())
        .extracting(e -> e.vector())
        .containsExactlyElementsOf(predictor.embed(List.of("a", "bc"), true));
    assertThat(model.dimension()).isEqualTo(16);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> model.embed("xq".repeat(300)))
        .withMessageContaining("text 0 must have at most 256 tokens");
  }

  @Test
  void should_classify_as_the_predictor_does() throws Exception {
    Path encoder = folder.resolve("encoder");
    try (Run<?> run =
        Run.roberta(folder.resolve("text.txt"))
            .preset("quick")
            .model(m -> m.vocabulary(300).sequence(16).hiddenSize(16).intermediateSize(32))
            .gate("switch")
            .training(t -> t.steps(2).batch(2))
            .in(encoder)) {
      run.train();
    }
    List<List<String>> rows =
        IntStream.range(0, 60)
            .mapToObj(
                i -> List.of(i % 2 == 0 ? "road" : "river", (i % 2 == 0 ? "long " : "wet ") + i))
            .toList();
    Path tuned = folder.resolve("tuned");
    try (FineTuning tuning =
        FineTuning.of(encoder)
            .data(Dataset.rows("rows", rows::stream))
            .training(t -> t.steps(3).batch(4))
            .withoutBaseline()
            .in(tuned)) {
      tuning.train();
    }
    try (Predictor classifier = Predictor.open(tuned)) {
      Classified expected = classifier.classify(List.of("long 7")).get(0);
      EvoMoeTextClassifier model = new EvoMoeTextClassifier(classifier);

      assertThat(model.classify("long 7")).containsExactly(expected.label());
      assertThat(model.classifyWithScores("long 7").scoredLabels().get(0).score())
          .isEqualTo(expected.probability());
    }
  }

  /** Cancels after some parts. */
  private static final class Recorder implements StreamingChatResponseHandler {
    private final int limit;
    private final List<String> parts = new ArrayList<>();
    private final CompletableFuture<ChatResponse> response = new CompletableFuture<>();

    Recorder(int limit) {
      this.limit = limit;
    }

    @Override
    public void onPartialResponse(PartialResponse part, PartialResponseContext context) {
      parts.add(part.text());
      if (parts.size() == limit) {
        context.streamingHandle().cancel();
      }
    }

    @Override
    public void onCompleteResponse(ChatResponse whole) {
      response.complete(whole);
    }

    @Override
    public void onError(Throwable error) {
      response.completeExceptionally(error);
    }
  }
}
