package io.evomoe.bench.cli.bench;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.List;

/**
 * Speed of greedy generation.
 *
 * @param gate by name
 * @param precision of the matrix products
 * @param kernels provider
 * @param params parameters of the model, all experts included
 * @param activeParameters that take part in the matrix products of one token
 * @param activeExperts mean over layers and tokens
 * @param prompt tokens of each prompt
 * @param tokens new ones of each text
 * @param batches speed by number of texts, as asked for
 * @param peakRssMegabytes largest resident size of the process in MiB
 */
record GenerateSpeed(
    String gate,
    String precision,
    String kernels,
    long params,
    @JsonProperty("active_params") long activeParameters,
    @JsonProperty("active_experts") double activeExperts,
    int prompt,
    int tokens,
    List<OfBatch> batches,
    @JsonProperty("peak_rss_mb") double peakRssMegabytes) {

  /**
   * Of several texts side by side.
   *
   * @param batch texts
   * @param millis for all of them, the reading of the prompts included; median
   * @param millisPerToken the same for each new token of a text
   * @param tokensPerSecond new tokens of all texts, from the median
   */
  record OfBatch(
      int batch,
      @JsonProperty("ms") double millis,
      @JsonProperty("ms_per_token") double millisPerToken,
      @JsonProperty("tokens_per_s") double tokensPerSecond) {}
}
