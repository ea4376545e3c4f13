package io.evomoe.nn;

import static io.evomoe.nn.LayerFixture.disturbed;
import static io.evomoe.nn.LayerFixture.pass;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.evomoe.kernel.KernelSelection;
import io.evomoe.kernel.Kernels;
import io.evomoe.nn.AttentionConfig.QueryKeyNorm;
import io.evomoe.nn.AttentionConfig.QueryKeyNorm.Span;
import io.evomoe.nn.AttentionConfig.Rotary;
import io.evomoe.nn.Block.NormPlacement;
import io.evomoe.nn.Block.Norms;
import io.evomoe.testing.Differences;
import io.evomoe.testing.LayerGradientCheck;
import io.evomoe.testing.RandomArrays;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.indexing.NDArrayIndex;

/** Documents packed into one window, with rotary positions, which are relative. */
class DocumentsTest {
  private static final int LENGTH = 9;
  private static final int WIDTH = 6;

  /** Two windows; the second one's first document has the number of the first one's last. */
  private static final int[] DOCUMENTS = {0, 0, 0, 0, 1, 2, 2, 2, 2, 2, 2, 2, 7, 7, 7, 7, 7, 7};

  @ParameterizedTest
  @CsvSource({"DOUBLE,true", "FLOAT,true", "DOUBLE,false", "FLOAT,false"})
  void should_read_each_document_as_if_it_stood_alone(DataType type, boolean causal) {
    Layer decoder = decoder(KernelSelection.forType(type), causal);
    INDArray x = RandomArrays.gaussian(type, 1, DOCUMENTS.length, WIDTH);
    INDArray dy = RandomArrays.gaussian(type, 2, DOCUMENTS.length, WIDTH);
    Output packed = decoder.forward(x, pass(documents()));
    INDArray dx = packed.pullback().pull(dy);
    double tolerance = type == DataType.FLOAT ? 1e-5 : 1e-12;
    int[] starts = {0, 4, 5, 9, 12, 18};
    for (int i = 0; i + 1 < starts.length; i++) {
      int size = starts[i + 1] - starts[i];
      Output alone = decoder.forward(rows(x, starts[i], size), pass(1, size));
      INDArray dAlone = alone.pullback().pull(rows(dy, starts[i], size));
      INDArray y = rows(packed.value(), starts[i], size);
      assertThat(Differences.relative(y, alone.value())).isLessThan(tolerance);
      assertThat(Differences.relative(rows(dx, starts[i], size), dAlone)).isLessThan(tolerance);
    }
  }

  @Test
  void should_have_the_gradient_of_central_differences() {
    INDArray x = RandomArrays.gaussian(DataType.DOUBLE, 1, DOCUMENTS.length, WIDTH);
    LayerGradientCheck.check(decoder(LayerFixture.KERNELS, true), x, pass(documents()));
  }

  @Test
  void should_hide_other_documents_from_self_attention_alone() {
    boolean[] padding = {false, true, false, false};
    TokenBatch tokens =
        new TokenBatch(4, new int[4], padding).withDocuments(new int[] {0, 0, 1, 1});

    assertThat(tokens.hasDocuments()).isTrue();
    assertThat(tokens.attentionMask().hasDocuments()).isTrue();
    assertThat(tokens.keyPadding().hasDocuments()).isFalse();
    assertThat(tokens.keyPadding().isPadding(1)).isTrue();
    assertThat(tokens.isPadding(1)).isTrue();
    assertThat(TokenBatch.of(4, new int[4]).hasDocuments()).isFalse();
  }

  @Test
  void should_refuse_documents_that_do_not_fit_and_such_with_a_cache() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> TokenBatch.of(4, new int[8]).withDocuments(new int[4]))
        .withMessage("documents must have one number a token (8), had 4");
    Kernels kernels = LayerFixture.KERNELS;
    KeyValueCache cache = new KeyValueCache(2, LENGTH, kernels);
    INDArray x = RandomArrays.gaussian(DataType.DOUBLE, 1, DOCUMENTS.length, WIDTH);
    Pass cached = pass(documents()).withCache(cache);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> decoder(kernels, true).forward(x, cached))
        .withMessage(
            "a pass with a key-value cache must read one document a sequence, had documents");
  }

  private static TokenBatch documents() {
    int[] documents = Arrays.copyOf(DOCUMENTS, DOCUMENTS.length);
    return TokenBatch.of(LENGTH, new int[documents.length]).withDocuments(documents);
  }

  private static INDArray rows(INDArray x, int first, int count) {
    return x.get(NDArrayIndex.interval(first, first + count), NDArrayIndex.all()).dup();
  }

  private static Layer decoder(Kernels kernels, boolean causal) {
    Scope scope = Scope.root(3, kernels).child("decoder");
    return disturbed(Sequential.of(block(scope.child(0), causal), block(scope.child(1), causal)));
  }

  private static Block block(Scope scope, boolean causal) {
    QueryKeyNorm norm = new QueryKeyNorm(Span.HEAD, 1e-6);
    AttentionConfig form = new AttentionConfig(WIDTH, 4, 2, 4, false, false, norm, new Rotary(100));
    Map<String, Layer> branches = new LinkedHashMap<>();
    branches.put(
        "attention", new SelfAttention(scope.child("attention"), form, causal, LayerFixture.LARGE));
    branches.put(
        "feedForward",
        new FeedForward(
            scope.child("feedForward"), FeedForwardConfig.swiGlu(WIDTH, 8), LayerFixture.LARGE));
    NormConfig rms = new NormConfig(NormConfig.Kind.RMS, 1e-6);
    return new Block(scope, new Norms(NormPlacement.BEFORE, WIDTH, rms), 0, branches);
  }
}
