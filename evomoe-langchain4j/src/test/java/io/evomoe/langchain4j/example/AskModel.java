package io.evomoe.langchain4j.example;

import dev.langchain4j.model.chat.ChatModel;
import io.evomoe.langchain4j.EvoMoeChatModel;
import io.evomoe.models.causal.GenerationConfig;
import io.evomoe.run.Predictor;
import java.nio.file.Path;

/** The example of docs/serve.md. */
final class AskModel {
  private AskModel() {}

  static String ask(Path folder, String question) {
    try (Predictor predictor = Predictor.open(folder)) { // once, for all threads
      ChatModel model = new EvoMoeChatModel(predictor, GenerationConfig.defaults());
      return model.chat(question);
    }
  }
}
