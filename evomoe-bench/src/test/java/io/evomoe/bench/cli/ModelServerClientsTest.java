package io.evomoe.bench.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.langchain4j.model.chat.response.ChatResponse;
import dev.langchain4j.model.chat.response.StreamingChatResponseHandler;
import dev.langchain4j.model.openai.OpenAiChatModel;
import dev.langchain4j.model.openai.OpenAiEmbeddingModel;
import dev.langchain4j.model.openai.OpenAiLanguageModel;
import dev.langchain4j.model.openai.OpenAiStreamingChatModel;
import io.evomoe.bench.serve.ModelServer;
import io.evomoe.bench.serve.ServeConfig;
import io.evomoe.models.causal.GenerationConfig;
import io.evomoe.models.text.ChatMessage;
import io.evomoe.run.TextStream.Generated;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The server of a language model, asked by libraries that others write for OpenAI. */
@Timeout(60)
class ModelServerClientsTest extends ServedGpt {
  @Test
  void the_clients_of_langchain4j_should_work() throws Exception {
    String url = server.uri().toString();
    String expected =
        predictor
            .generate(
                "Message 9", GenerateCommand.USUAL.with(g -> g.temperature(0).maxNewTokens(16)))
            .text();
    OpenAiLanguageModel model =
        OpenAiLanguageModel.builder()
            .baseUrl(url)
            .apiKey(KEY)
            .modelName("trained")
            .temperature(0.0)
            .build();
    OpenAiStreamingChatModel streaming =
        OpenAiStreamingChatModel.builder()
            .baseUrl(url)
            .apiKey(KEY)
            .modelName("trained")
            .temperature(0.0)
            .maxTokens(9)
            .build();
    OpenAiChatModel chat =
        OpenAiChatModel.builder()
            .baseUrl(url)
            .apiKey(KEY)
            .modelName("trained")
            .temperature(0.0)
            .maxTokens(9)
            .build();
    OpenAiEmbeddingModel embedding =
        OpenAiEmbeddingModel.builder().baseUrl(url).apiKey(KEY).modelName("trained").build();

    assertThat(model.generate("Message 9").content()).isEqualTo(expected);
    String answer = chat.chat("Which road?");
    assertThat(answer)
        .isEqualTo(
            predictor
                .generate(
                    List.of(ChatMessage.user("Which road?")),
                    GenerateCommand.USUAL.with(g -> g.temperature(0).maxNewTokens(9)))
                .text());
    CompletableFuture<ChatResponse> streamed = new CompletableFuture<>();
    StringBuilder parts = new StringBuilder();
    streaming.chat(
        "Which road?",
        new StreamingChatResponseHandler() {
          @Override
          public void onPartialResponse(String more) {
            parts.append(more);
          }

          @Override
          public void onCompleteResponse(ChatResponse response) {
            streamed.complete(response);
          }

          @Override
          public void onError(Throwable error) {
            streamed.completeExceptionally(error);
          }
        });
    assertThat(streamed.get(20, TimeUnit.SECONDS).aiMessage().text()).isEqualTo(answer);
    assertThat(streamed.get().tokenUsage().outputTokenCount()).isPositive();
    assertThat(parts).hasToString(answer);
    assertThat(embedding.embed("a road").content().vector())
        .isEqualTo(predictor.embed(List.of("a road"), true).get(0));
  }

  @Tag("long")
  @Test
  void the_client_of_openai_for_node_should_work() throws Exception {
    Path peer = Path.of("peers/openai");
    assumeTrue(Files.isDirectory(peer.resolve("node_modules")), "npm's openai is not installed");
    try (ModelServer large = started(new ServeConfig(10_000, 4000, 100, 60))) {
      ProcessBuilder node =
          new ProcessBuilder("node", "client.mjs", large.uri().toString(), "trained")
              .directory(peer.toFile())
              .redirectErrorStream(true);
      node.environment().put("OPENAI_API_KEY", KEY);
      Process process = node.start();
      String printed = new String(process.getInputStream().readAllBytes(), UTF_8);
      assertThat(process.waitFor()).as(printed).isZero();

      JsonNode answers = HttpClients.parsed(printed);
      GenerationConfig config = GenerateCommand.USUAL.with(g -> g.temperature(0).maxNewTokens(12));
      String completion = predictor.generate("Message 9", config).text();
      Generated chat =
          predictor.generate(
              List.of(new ChatMessage("system", "Be short."), ChatMessage.user("Which road?")),
              config);
      assertThat(answers.get("completion").textValue()).isEqualTo(completion);
      assertThat(answers.get("completionStream").textValue()).isEqualTo(completion);
      assertThat(answers.get("chat").textValue()).isEqualTo(chat.text());
      assertThat(answers.get("chatStream").textValue()).isEqualTo(chat.text());
      assertThat(answers.get("tokens").intValue()).isEqualTo(chat.tokenIds().size());
      assertThat(answers.at("/models/0").textValue()).isEqualTo("trained");
      assertThat(answers.at("/embeddings/0/0").floatValue())
          .isEqualTo(predictor.embed(List.of("a road"), true).get(0)[0]);
    }
  }
}
