package io.evomoe.models.hub;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import ai.djl.huggingface.tokenizers.HuggingFaceTokenizer;
import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import io.evomoe.models.internal.text.EncodedTexts;
import io.evomoe.models.roberta.Roberta;
import io.evomoe.models.text.OddText;
import io.evomoe.models.text.Tokenizer;
import io.evomoe.nn.TokenBatch;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * Published weights and a published vocabulary, fetched by {@code data/minilm target/minilm}: the
 * ids of Hugging Face's library and the embeddings of ONNX Runtime.
 */
class MiniLmTest {
  private static final Path FOLDER = Path.of("../target/minilm");
  private static final Path GLOSSES = Path.of("../data/wordnet/wordnet-gloss.test.tsv.gz");
  private static final int SENTENCES = 100;
  private static final int LIMIT = 128;

  private static final List<String> ODD =
      List.of(
          "Cr\u00e8me br\u00fbl\u00e9e, na\u00efve caf\u00e9s and a r\u00e9sum\u00e9 from Malm\u00f6",
          "\u6211\u7231\u81ea\u7136\u8bed\u8a00\u5904\u7406\u3002 I love it \ud83d\ude00\ud83d\udc4d\ud83c\udffd!",
          "\u65e5\u672c\u8a9e\u306e\u30c6\u30ad\u30b9\u30c8 and \ud55c\uad6d\uc5b4",
          "antidisestablishmentarianism, pneumonoultramicroscopicsilicovolcanoconiosis",
          "x".repeat(101) + " " + "ab".repeat(49),
          "\u0130stanbul, Stra\u00dfe, \u039f\u0394\u039f\u03a3 and \u041c\u043e\u0441\u043a\u0432\u0430",
          "it's 1,234.56 \u20ac \u2014 or $7 (50%)? \u00bd!",
          "the [MASK] of the [SEP] day");

  @BeforeEach
  void require_the_folder() {
    assumeTrue(Files.isDirectory(FOLDER), "all-MiniLM-L6-v2 was not fetched");
  }

  @Test
  @Tag("long")
  void should_give_the_ids_of_the_library_and_the_embeddings_of_ONNX_Runtime()
      throws IOException, OrtException {
    List<String> texts = sentences();
    Tokenizer tokenizer = Tokenizer.load(FOLDER);
    EncodedTexts encoded = EncodedTexts.enclosed(texts, tokenizer, LIMIT);
    System.setProperty("ai.djl.offline", "true");
    System.setProperty("OPT_OUT_TRACKING", "true");
    Map<String, String> options =
        Map.of("padding", "false", "maxLength", Integer.toString(LIMIT), "truncation", "true");
    try (HuggingFaceTokenizer library =
            HuggingFaceTokenizer.newInstance(FOLDER.resolve("tokenizer.json"), options);
        OrtEnvironment runtime = OrtEnvironment.getEnvironment();
        OrtSession session = runtime.createSession(FOLDER.resolve("onnx/model.onnx").toString());
        HubFolder hub = HubFolder.open(FOLDER);
        Roberta ours = (Roberta) Published.load(hub, Published.DENSE, 1)) {
      for (int i = 0; i < texts.size(); i++) {
        long[] ids = library.encode(texts.get(i)).getIds();
        assertThat(Arrays.stream(encoded.ids(i)).asLongStream().toArray())
            .as(texts.get(i))
            .isEqualTo(ids);

        INDArray mean = embedding(ours, encoded.batch(new int[] {i, 0}), ids.length);
        assertThat(Published.difference(mean, theirs(runtime, session, ids)))
            .as(texts.get(i))
            .isLessThan(1e-4);
      }
    }
  }

  /** In a batch with another text, so that one of them is padded. */
  private static INDArray embedding(Roberta model, TokenBatch batch, int tokens) {
    int[] rows = IntStream.range(0, tokens).toArray();
    return model.hiddenStates(batch, Published.MOMENT).getRows(rows).mean(0);
  }

  private static INDArray theirs(OrtEnvironment runtime, OrtSession session, long[] ids)
      throws OrtException {
    long[] ones = new long[ids.length];
    Arrays.fill(ones, 1);
    try (OnnxTensor tokens = OnnxTensor.createTensor(runtime, new long[][] {ids});
        OnnxTensor mask = OnnxTensor.createTensor(runtime, new long[][] {ones});
        OnnxTensor types = OnnxTensor.createTensor(runtime, new long[1][ids.length]);
        OrtSession.Result result =
            session.run(
                Map.of("input_ids", tokens, "attention_mask", mask, "token_type_ids", types))) {
      float[][][] states = (float[][][]) result.get(0).getValue();
      return Nd4j.createFromArray(states[0]).mean(0);
    }
  }

  private static List<String> sentences() throws IOException {
    List<String> sentences = new ArrayList<>(ODD);
    sentences.addAll(OddText.SAMPLES);
    try (BufferedReader glosses =
        new BufferedReader(
            new InputStreamReader(
                new GZIPInputStream(Files.newInputStream(GLOSSES)), StandardCharsets.UTF_8))) {
      glosses
          .lines()
          .map(line -> line.substring(line.indexOf('\t') + 1))
          .limit(SENTENCES - sentences.size())
          .forEach(sentences::add);
    }
    assertThat(sentences).hasSize(SENTENCES);
    return sentences;
  }
}
