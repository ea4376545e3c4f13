package io.evomoe.langchain4j;

import dev.langchain4j.model.chat.StreamingChatModel;
import dev.langchain4j.model.chat.request.ChatRequest;
import dev.langchain4j.model.chat.request.ChatRequestParameters;
import dev.langchain4j.model.chat.response.PartialResponse;
import dev.langchain4j.model.chat.response.PartialResponseContext;
import dev.langchain4j.model.chat.response.StreamingChatResponseHandler;
import dev.langchain4j.model.chat.response.StreamingHandle;
import io.evomoe.models.causal.GenerationConfig;
import io.evomoe.run.Predictor;
import io.evomoe.run.TextStream;
import java.util.concurrent.Executor;

/**
 * A language model with a chat template, as a streaming chat model of LangChain4j. As {@link
 * EvoMoeChatModel}, except that {@code chat} returns at once and a handler receives the text as it
 * grows. {@link StreamingHandle#cancel} ends an answer.
 */
public final class EvoMoeStreamingChatModel implements StreamingChatModel {
  private final Conversations conversations;
  private final Executor executor;

  /**
   * Creates a chat model that calls each handler on a daemon thread of its own.
   *
   * @param predictor of a language model with a chat template; the caller closes it
   * @param config settings of an answer, except those that its request gives
   * @throws IllegalArgumentException if the model has no chat template
   */
  public EvoMoeStreamingChatModel(Predictor predictor, GenerationConfig config) {
    this(predictor, config, EvoMoeStreamingChatModel::onThread);
  }

  /**
   * Creates a chat model.
   *
   * @param executor calls the handlers; each answer occupies one of its threads
   */
  public EvoMoeStreamingChatModel(Predictor predictor, GenerationConfig config, Executor executor) {
    this.conversations = new Conversations(predictor, config);
    this.executor = executor;
  }

  private static void onThread(Runnable task) {
    Thread thread = new Thread(task, "evomoe-chat");
    thread.setDaemon(true);
    thread.start();
  }

  @Override
  public ChatRequestParameters defaultRequestParameters() {
    return conversations.parameters();
  }

  @Override
  public void doChat(ChatRequest request, StreamingChatResponseHandler handler) {
    TextStream stream = conversations.stream(request);
    try {
      executor.execute(() -> read(request, stream, handler));
    } catch (RuntimeException | Error e) {
      stream.cancel();
      throw e;
    }
  }

  private void read(ChatRequest request, TextStream stream, StreamingChatResponseHandler handler) {
    Handle handle = new Handle(stream);
    PartialResponseContext context = new PartialResponseContext(handle);
    try {
      for (var more = stream.next(); more.isPresent(); more = stream.next()) {
        if (!handle.isCancelled()) {
          handler.onPartialResponse(new PartialResponse(more.get()), context);
        }
      }
      if (!handle.isCancelled()) {
        handler.onCompleteResponse(conversations.response(request, stream.await()));
      }
    } catch (RuntimeException e) {
      stream.cancel();
      handler.onError(e);
    }
  }

  /** Cancels one answer. */
  private static final class Handle implements StreamingHandle {
    private final TextStream stream;
    private volatile boolean cancelled;

    Handle(TextStream stream) {
      this.stream = stream;
    }

    @Override
    public void cancel() {
      cancelled = true;
      stream.cancel();
    }

    @Override
    public boolean isCancelled() {
      return cancelled;
    }
  }
}
