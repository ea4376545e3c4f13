package io.evomoe.bench.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class BenchGenerateTest {
  private static final String SMALL =
      "--layers 2 --d-model 16 --d-ff 32 --heads 2 --experts 4 --vocab 64 --prompt 3 --tokens 4"
          + " --rounds 2 --warmup 1";

  @ParameterizedTest
  @CsvSource({"switch,gpt,1", "topk,gpt,2", "topk,llama,2", "dense,gpt,1", "evomoe,gpt,1"})
  void should_be_measured_as_one_line_of_json(String gate, String architecture, double active)
      throws IOException {
    JsonNode speed =
        speed("--gate", gate, "--architecture", architecture, "--batch", "1,3", "--hard");

    assertThat(speed.get("gate").asText()).isEqualTo(gate);
    assertThat(speed.get("precision").asText()).isEqualTo("f32");
    assertThat(speed.get("kernels").asText()).isNotEmpty();
    assertThat(speed.get("prompt").asInt()).isEqualTo(3);
    assertThat(speed.get("tokens").asInt()).isEqualTo(4);
    assertThat(speed.get("active_experts").asDouble()).isEqualTo(active);
    assertThat(speed.get("peak_rss_mb").asDouble()).isPositive();
    assertThat(speed.get("batches")).extracting(b -> b.get("batch").asInt()).containsExactly(1, 3);
    for (JsonNode batch : speed.get("batches")) {
      double millis = batch.get("ms").asDouble();
      assertThat(millis).isPositive();
      assertThat(batch.get("ms_per_token").asDouble()).isCloseTo(millis / 4, within(1e-9));
      assertThat(batch.get("tokens_per_s").asDouble() * millis / 4000)
          .isCloseTo(batch.get("batch").asInt(), within(1e-9));
    }
  }

  /**
   * What a mixture is compared with: two experts of half the width are a dense net's parameters.
   */
  @Test
  void should_have_the_active_size_of_a_dense_net_with_experts_as_wide_as_their_share()
      throws IOException {
    long dense = speed("--gate", "dense").get("active_params").asLong();
    JsonNode mixture = speed("--gate", "topk", "--expert-d-ff", "16");
    int router = 16 * 4;
    int secondBias = 16;

    assertThat(mixture.get("active_params").asLong()).isEqualTo(dense + router + secondBias);
    assertThat(mixture.get("params").asLong()).isGreaterThan(dense);
  }

  @ParameterizedTest
  @CsvSource({
    "--batch 0,'batch must be at least 1, was 0'",
    "--prompt 0,'prompt must be at least 1, was 0'",
    "--tokens 0,'tokens must be at least 1, was 0'",
    "--rounds 0,'rounds must be at least 1, was 0'",
    "--warmup 0,'warmup must be at least 1, was 0'",
    "--expert-d-ff 0,'--expert-d-ff must be in 1..1000000 or left out, was 0'",
    "--temperature 0,'temperature must be above 0 and finite, was 0.0'"
  })
  void should_refuse_numbers_out_of_their_bounds(String option, String says) {
    run(option.split(" ", -1)).refused(says);
  }

  private static JsonNode speed(String... more) throws IOException {
    String out = run(more).succeeded().out();
    assertThat(out.lines()).hasSize(1);
    return new ObjectMapper().readTree(out);
  }

  private static CommandRun run(String... more) {
    List<String> words = new ArrayList<>(List.of("bench", "generate", "--json"));
    List<String> given = List.of(more);
    List<String> small = List.of(SMALL.split(" ", -1));
    for (int i = 0; i < small.size(); i += 2) {
      if (!given.contains(small.get(i))) {
        words.addAll(small.subList(i, i + 2));
      }
    }
    words.addAll(given);
    return CommandRun.of(words.toArray(String[]::new));
  }
}
