package io.evomoe.langchain4j;

import dev.langchain4j.data.embedding.Embedding;
import dev.langchain4j.data.segment.TextSegment;
import dev.langchain4j.model.embedding.DimensionAwareEmbeddingModel;
import dev.langchain4j.model.output.Response;
import dev.langchain4j.model.output.TokenUsage;
import io.evomoe.run.Predictor;
import java.util.List;

/**
 * A language model or a RoBERTa, as an embedding model of LangChain4j: the mean of a text's last
 * hidden states, with length 1. Thread-safe.
 */
public final class EvoMoeEmbeddingModel extends DimensionAwareEmbeddingModel {
  private final Predictor predictor;

  /**
   * Creates an embedding model.
   *
   * @param predictor of a run of task {@code gpt} or {@code roberta}; the caller closes it
   */
  public EvoMoeEmbeddingModel(Predictor predictor) {
    this.predictor = predictor;
  }

  /**
   * Returns the vectors of texts, in the same order.
   *
   * @throws IllegalArgumentException if a text has more than {@link Predictor#limit} tokens, or the
   *     run is of another task
   */
  @Override
  public Response<List<Embedding>> embedAll(List<TextSegment> segments) {
    List<String> texts = segments.stream().map(TextSegment::text).toList();
    int read = 0;
    for (int i = 0; i < texts.size(); i++) {
      int tokens = predictor.countTokens(texts.get(i));
      if (tokens > predictor.limit()) {
        throw new IllegalArgumentException(
            "text %d must have at most %d tokens, had %d: split it"
                .formatted(i, predictor.limit(), tokens));
      }
      read += tokens;
    }
    List<Embedding> vectors = predictor.embed(texts, true).stream().map(Embedding::from).toList();
    return Response.from(vectors, new TokenUsage(read));
  }
}
