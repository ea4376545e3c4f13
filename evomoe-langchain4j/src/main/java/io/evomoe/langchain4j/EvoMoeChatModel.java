package io.evomoe.langchain4j;

import dev.langchain4j.model.chat.ChatModel;
import dev.langchain4j.model.chat.request.ChatRequest;
import dev.langchain4j.model.chat.request.ChatRequestParameters;
import dev.langchain4j.model.chat.response.ChatResponse;
import io.evomoe.models.causal.GenerationConfig;
import io.evomoe.run.Predictor;

/**
 * A language model with a chat template, as a chat model of LangChain4j.
 *
 * <pre>{@code
 * try (Predictor predictor = Predictor.open(Path.of("runs/mine"))) {
 *   ChatModel model = new EvoMoeChatModel(predictor, GenerationConfig.defaults());
 *   System.out.println(model.chat("What is a gate?"));
 * }
 * }</pre>
 *
 * <p>Thread-safe: answers at the same time share a batch. A request may set temperature, top-p,
 * top-k, the maximum number of tokens, and stop sequences. Tools, response formats, penalties and
 * messages other than texts are rejected with an {@link
 * dev.langchain4j.exception.UnsupportedFeatureException}. An interrupt of the thread cancels the
 * answer.
 */
public final class EvoMoeChatModel implements ChatModel {
  private final Conversations conversations;

  /**
   * Creates a chat model.
   *
   * @param predictor of a language model with a chat template; the caller closes it
   * @param config settings of an answer, except those that its request gives
   * @throws IllegalArgumentException if the model has no chat template
   */
  public EvoMoeChatModel(Predictor predictor, GenerationConfig config) {
    conversations = new Conversations(predictor, config);
  }

  @Override
  public ChatRequestParameters defaultRequestParameters() {
    return conversations.parameters();
  }

  @Override
  public ChatResponse doChat(ChatRequest request) {
    return conversations.response(request, conversations.stream(request).await());
  }
}
