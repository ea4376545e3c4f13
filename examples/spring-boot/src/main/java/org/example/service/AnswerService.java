package org.example.service;

import dev.langchain4j.model.chat.ChatModel;
import io.evomoe.langchain4j.EvoMoeChatModel;
import io.evomoe.models.causal.GenerationConfig;
import io.evomoe.run.Predictor;
import java.nio.file.Path;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.context.annotation.Bean;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RestController;

/** Answers questions with a model that was trained on conversations. */
@SpringBootApplication
public class AnswerService {
  public static void main(String[] arguments) {
    SpringApplication.run(AnswerService.class, arguments);
  }

  /** Opened once, for all requests; closed when the service stops. */
  @Bean(destroyMethod = "close")
  Predictor predictor(@Value("${model}") Path folder) {
    return Predictor.open(folder);
  }

  @Bean
  ChatModel chatModel(Predictor predictor) {
    return new EvoMoeChatModel(predictor, GenerationConfig.defaults());
  }

  /** {@code POST /answer} with a question as text. */
  @RestController
  static class Answers {
    private final ChatModel model;

    Answers(ChatModel model) {
      this.model = model;
    }

    @PostMapping("/answer")
    String answer(@RequestBody String question) {
      return model.chat(question);
    }
  }
}
