package io.evomoe.models.gguf;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

class GgufTensorsTest {
  @TempDir Path folder;

  /**
   * As convert_hf_to_gguf.py has it: what is small or exact is F32, and what is in no whole blocks
   * F16.
   */
  @Test
  void should_have_the_types_of_llama_cpps_converter() throws IOException {
    Path file = folder.resolve("model.gguf");
    PublishedGguf.write("mixtral", file, GgufType.Q8_0);

    GgufFile read = new GgufFile(file);

    assertThat(read.metadata).containsEntry("general.file_type", 7);
    assertThat(read.info("token_embd.weight").type()).isEqualTo(8);
    assertThat(read.info("blk.0.attn_q.weight").type()).isEqualTo(8);
    assertThat(read.info("blk.1.ffn_up_exps.weight"))
        .isEqualTo(
            new GgufFile.Info(List.of(32L, 24L, 4L), 8, offset(read, "blk.1.ffn_up_exps.weight")));
    assertThat(read.info("blk.1.ffn_down_exps.weight").dimensions()).containsExactly(24L, 32L, 4L);
    assertThat(read.info("blk.1.ffn_down_exps.weight").type()).isEqualTo(1);
    for (String exact : List.of("blk.0.ffn_gate_inp", "blk.0.attn_norm", "output_norm")) {
      assertThat(read.info(exact + ".weight").type()).as(exact).isZero();
    }
  }

  @Test
  void should_refuse_tensors_that_cannot_be_one() {
    INDArray small = Nd4j.zeros(DataType.FLOAT, 2, 3);
    INDArray large = Nd4j.zeros(DataType.FLOAT, 4, 3);
    Map.of("blk.0.ffn_up.weight", small, "blk.0.ffn_up_exps.weight", large)
        .forEach(
            (name, second) ->
                assertThatIllegalArgumentException()
                    .isThrownBy(
                        () ->
                            GgufTensor.tensor(
                                name, List.of(small, second), TensorLayout.SAME, GgufType.F32))
                    .withMessageStartingWith(
                        "tensor %s must be of one published tensor, or of experts of one shape",
                        name));
  }

  private static long offset(GgufFile file, String name) {
    return file.info(name).offset();
  }

  /**
   * The law that the layout is made for: one rotation of the rows as they were is the other of
   * these.
   */
  @Test
  void rows_for_neighbours_should_turn_as_those_for_halves_did() {
    int heads = 2;
    int width = 8;
    INDArray rows = Nd4j.rand(DataType.FLOAT, heads * width, 3);
    INDArray there = TensorLayout.neighbours(heads).values().apply(rows);
    for (int head = 0; head < heads; head++) {
      for (int pair = 0; pair < width / 2; pair++) {
        int first = head * width;
        assertThat(there.getRow(first + 2 * pair)).isEqualTo(rows.getRow(first + pair));
        assertThat(there.getRow(first + 2 * pair + 1))
            .isEqualTo(rows.getRow(first + width / 2 + pair));
      }
    }
  }

  @Test
  void a_vocabulary_should_have_a_token_for_each_row_and_no_more() {
    GgufVocabulary five = PublishedGguf.vocabulary(5);
    assertThat(five.filledUpTo(7).tokens())
        .startsWith(five.tokens().toArray(String[]::new))
        .endsWith("[PAD5]", "[PAD6]");
    assertThat(five.filledUpTo(7).types()).containsExactly(1, 4, 4, 4, 4, 5, 5);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> five.filledUpTo(4))
        .withMessage("tokenizer must have at most the 4 tokens of the model's embedding, has 5");
  }
}
