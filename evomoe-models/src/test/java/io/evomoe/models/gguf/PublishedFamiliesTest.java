package io.evomoe.models.gguf;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.evomoe.testing.Npy;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.ops.transforms.Transforms;

/** Published checkpoints as GGUF, in llama.cpp and in PyTorch. */
class PublishedFamiliesTest {
  private static final int SEQUENCES = 2;

  /** In float32 on both sides. */
  private static final double BOUND = 1e-5;

  /** On a CPU, llama.cpp has GELU as a table of half-precision numbers. */
  private static final double GELU_BOUND = 1e-3;

  @TempDir Path folder;

  @ParameterizedTest
  @ValueSource(
      strings = {
        "gpt2",
        "gpt2_openai",
        "llama",
        "llama3",
        "llama_biased",
        "llama_rope_parameters",
        "mistral",
        "mixtral",
        "mixtral_top1",
        "qwen3",
        "qwen3_moe_every",
        "olmoe",
        "qwen2_moe"
      })
  void should_have_the_probabilities_of_PyTorch_in_llama_cpp(String name) throws IOException {
    NodeLlamaCpp.assumeInstalled();
    Path file = folder.resolve("model.gguf");
    PublishedGguf.write(name, file, GgufType.F32);
    int[] ids = Npy.readInts("hub/" + name + "/ids.npy");

    INDArray there = NodeLlamaCpp.probabilities(file, ids, ids.length / SEQUENCES, folder);

    INDArray logits = Npy.read("hub/" + name + "/logits.npy");
    INDArray here = Transforms.softmax(logits);
    assertThat(there.shape()).isEqualTo(here.shape());
    double most = there.sub(here).amaxNumber().doubleValue();
    assertThat(most).isLessThan(name.startsWith("gpt2") ? GELU_BOUND : BOUND);
  }

  @ParameterizedTest
  @CsvSource({
    "qwen2_moe_stepped, 'number of blocks with experts must be that of all blocks, 3, for format gguf, was 1'",
    "qwen3_moe_stepped, norm_topk_prob must be true",
    "qwen3_moe, 'number of blocks with experts must be that of all blocks, 3, for format gguf, was 2'",
    "olmoe_all_experts, num_key_value_heads must be the number of heads",
    "gpt2_bf16, activation_function must be gelu or gelu_new",
    "roberta, llama.cpp continues texts"
  })
  void should_refuse_what_llama_cpp_would_compute_in_another_way(String name, String says) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> PublishedGguf.write(name, folder.resolve("model.gguf"), GgufType.F32))
        .withMessageContaining(says);
    assertThat(folder).isEmptyDirectory();
  }
}
