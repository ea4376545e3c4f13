package io.evomoe.langchain4j;

import dev.langchain4j.data.message.AiMessage;
import dev.langchain4j.data.message.Content;
import dev.langchain4j.data.message.SystemMessage;
import dev.langchain4j.data.message.TextContent;
import dev.langchain4j.data.message.UserMessage;
import dev.langchain4j.exception.UnsupportedFeatureException;
import dev.langchain4j.model.chat.request.ChatRequest;
import dev.langchain4j.model.chat.request.ChatRequestParameters;
import dev.langchain4j.model.chat.request.ResponseFormatType;
import dev.langchain4j.model.chat.response.ChatResponse;
import dev.langchain4j.model.output.FinishReason;
import dev.langchain4j.model.output.TokenUsage;
import io.evomoe.models.causal.GenerationConfig;
import io.evomoe.models.text.ChatMessage;
import io.evomoe.run.Predictor;
import io.evomoe.run.TextStream;
import io.evomoe.run.TextStream.Generated;
import java.util.List;
import java.util.Optional;

/** Requests and responses of LangChain4j as conversations with a model. */
final class Conversations {
  private final Predictor predictor;
  private final GenerationConfig config;

  Conversations(Predictor predictor, GenerationConfig config) {
    if (predictor.chatTemplate().isEmpty()) {
      throw new IllegalArgumentException(
          "the model must have a chat template: train it on chats, or import one that has it");
    }
    this.predictor = predictor;
    this.config = config;
  }

  ChatRequestParameters parameters() {
    return ChatRequestParameters.builder()
        .temperature(config.temperature())
        .topP(config.topP())
        .topK(config.topK())
        .maxOutputTokens(config.maxNewTokens())
        .stopSequences(config.stopStrings())
        .build();
  }

  /** Starts an answer. The parameters of the request include {@link #parameters()}. */
  TextStream stream(ChatRequest request) {
    ChatRequestParameters asked = request.parameters();
    reject("tools", !asked.toolSpecifications().isEmpty() || asked.toolChoice() != null);
    reject(
        "a response format",
        asked.responseFormat() != null && asked.responseFormat().type() != ResponseFormatType.TEXT);
    reject("a model name: there is one model", asked.modelName() != null);
    reject("a frequency penalty", asked.frequencyPenalty() != null);
    reject("a presence penalty", asked.presencePenalty() != null);
    GenerationConfig settings =
        config.with(
            g ->
                g.temperature(given(asked.temperature(), config.temperature()))
                    .topP(given(asked.topP(), config.topP()))
                    .topK(given(asked.topK(), config.topK()))
                    .maxNewTokens(given(asked.maxOutputTokens(), config.maxNewTokens()))
                    .stopStrings(given(asked.stopSequences(), config.stopStrings())));
    return predictor.stream(messages(request), settings);
  }

  private static <T> T given(T value, T usual) {
    return Optional.ofNullable(value).orElse(usual);
  }

  private static void reject(String feature, boolean given) {
    if (given) {
      throw new UnsupportedFeatureException("EvoMoE does not support " + feature);
    }
  }

  ChatResponse response(ChatRequest request, Generated generated) {
    int read = predictor.countTokens(messages(request));
    return ChatResponse.builder()
        .aiMessage(AiMessage.from(generated.text()))
        .finishReason(
            switch (generated.finishReason()) {
              case END, STOP -> FinishReason.STOP;
              case LENGTH -> FinishReason.LENGTH;
              case CANCELLED, TIMEOUT -> FinishReason.OTHER;
            })
        .tokenUsage(new TokenUsage(read, generated.tokenIds().size()))
        .build();
  }

  private static List<ChatMessage> messages(ChatRequest request) {
    return request.messages().stream().map(Conversations::message).toList();
  }

  private static ChatMessage message(dev.langchain4j.data.message.ChatMessage message) {
    if (message instanceof SystemMessage system) {
      return new ChatMessage("system", system.text());
    }
    if (message instanceof UserMessage user) {
      reject("messages with a name", user.name() != null);
      StringBuilder text = new StringBuilder();
      for (Content part : user.contents()) {
        reject("messages with " + part.type(), !(part instanceof TextContent));
        text.append(((TextContent) part).text());
      }
      return ChatMessage.user(text.toString());
    }
    if (message instanceof AiMessage answer && !answer.hasToolExecutionRequests()) {
      return ChatMessage.assistant(given(answer.text(), ""));
    }
    throw new UnsupportedFeatureException(
        "EvoMoE does not support messages of type " + message.type());
  }
}
