package io.evomoe.nn;

import static io.evomoe.nn.LayerFixture.disturbed;
import static io.evomoe.nn.LayerFixture.pass;
import static io.evomoe.nn.LayerFixture.random;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.evomoe.kernel.KernelSelection;
import io.evomoe.kernel.Kernels;
import io.evomoe.nn.AttentionConfig.QueryKeyNorm;
import io.evomoe.nn.AttentionConfig.QueryKeyNorm.Span;
import io.evomoe.nn.AttentionConfig.Rotary;
import io.evomoe.testing.Differences;
import io.evomoe.testing.LayerGradientCheck;
import io.evomoe.testing.RandomArrays;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/** Self-attention in every form that a decoder of today has it in. */
class AttentionFormsTest {
  private static final int SEQUENCES = 2;
  private static final int LENGTH = 5;
  private static final int WIDTH = 6;

  /** Forms, each with something that the ones before it have not. */
  enum Form {
    WITHOUT_BIASES(4, false, null, null),
    GROUPED(2, true, null, null),
    ONE_KEY_VALUE_HEAD(1, false, null, null),
    ROTARY(4, true, null, new Rotary(100)),
    SCALED_ROTARY(2, false, null, new Rotary(100, new Rotary.Scaling(4, 1, 4, 16))),
    NORM_OF_HEADS(4, true, Span.HEAD, null),
    NORM_OF_ALL_HEADS(2, false, Span.WHOLE, null),
    GROUPED_ROTARY_NORM_OF_HEADS(2, false, Span.HEAD, new Rotary(100)),
    GROUPED_ROTARY_NORM_OF_ALL_HEADS(2, false, Span.WHOLE, new Rotary(100));

    @SuppressWarnings("ImmutableEnumChecker") // a record of numbers
    private final AttentionConfig form;

    Form(int keyValueHeads, boolean biased, @Nullable Span span, @Nullable Rotary rotary) {
      QueryKeyNorm norm = span == null ? null : new QueryKeyNorm(span, 1e-6);
      form = new AttentionConfig(WIDTH, 4, keyValueHeads, 4, biased, biased, norm, rotary);
    }
  }

  @ParameterizedTest
  @EnumSource(Form.class)
  void should_have_the_gradient_of_central_differences(Form form) {
    INDArray x = random(1, SEQUENCES * LENGTH, WIDTH);
    for (boolean causal : new boolean[] {true, false}) {
      LayerGradientCheck.check(
          layer(LayerFixture.KERNELS, form, causal), x, pass(SEQUENCES, LENGTH));
    }
  }

  @ParameterizedTest
  @EnumSource(Form.class)
  void should_read_with_a_cache_what_it_reads_at_once(Form form) {
    for (DataType type : List.of(DataType.FLOAT, DataType.DOUBLE)) {
      Kernels kernels = KernelSelection.forType(type);
      SelfAttention layer = layer(kernels, form, true);
      INDArray x = RandomArrays.gaussian(type, 1, SEQUENCES * LENGTH, WIDTH);
      INDArray expected = layer.forward(x, pass(SEQUENCES, LENGTH)).value();
      for (int prompt : new int[] {1, 3}) {
        KeyValueCache cache = new KeyValueCache(SEQUENCES, LENGTH + 2, kernels);
        for (int from = 0; from < LENGTH; from = cache.length()) {
          int tokens = from == 0 ? prompt : 1;
          Pass step = pass(SEQUENCES, tokens).withCache(cache);
          INDArray y = layer.forward(rows(x, from, tokens), step).value();
          cache.advance(tokens);
          assertThat(Differences.relative(y, rows(expected, from, tokens)))
              .as("%d tokens from %d in %s", tokens, from, type)
              .isLessThan(type == DataType.FLOAT ? 1e-5 : 1e-12);
        }
      }
    }
  }

  @ParameterizedTest
  @EnumSource(Form.class)
  void should_be_the_same_to_the_bit_where_it_is_recomputed(Form form) {
    for (DataType type : List.of(DataType.FLOAT, DataType.DOUBLE)) {
      Kernels kernels = KernelSelection.forType(type);
      SelfAttention layer = layer(kernels, form, true);
      INDArray x = RandomArrays.gaussian(type, 1, SEQUENCES * LENGTH, WIDTH);
      INDArray dy = RandomArrays.gaussian(type, 2, SEQUENCES * LENGTH, WIDTH);
      Output kept = layer.forward(x, pass(SEQUENCES, LENGTH));
      INDArray dx = kept.pullback().pull(dy);
      List<INDArray> gradients = gradients(layer);
      Output again = new Recomputed(layer, kernels).forward(x, pass(SEQUENCES, LENGTH));
      layer.parameters().forEach(Parameter::clearGradient);

      assertThat(again.value()).isEqualTo(kept.value());
      assertThat(again.pullback().pull(dy)).isEqualTo(dx);
      assertThat(gradients(layer)).isEqualTo(gradients);
    }
  }

  /** Padding moves all tokens by the same number of places. */
  @Test
  void should_depend_on_distances_of_rotary_positions_alone() {
    SelfAttention layer = layer(LayerFixture.KERNELS, Form.GROUPED_ROTARY_NORM_OF_HEADS, true);
    INDArray x = random(1, LENGTH, WIDTH);
    INDArray alone = layer.forward(x, pass(1, LENGTH)).value();
    INDArray moved = random(2, LENGTH + 3, WIDTH);
    for (int s = 0; s < LENGTH; s++) {
      moved.getRow(s + 3).assign(x.getRow(s));
    }
    boolean[] padding = {true, true, true, false, false, false, false, false};
    TokenBatch tokens = new TokenBatch(LENGTH + 3, new int[LENGTH + 3], padding);
    INDArray later = layer.forward(moved, pass(tokens)).value();

    for (int s = 0; s < LENGTH; s++) {
      assertThat(later.getRow(s + 3).equalsWithEps(alone.getRow(s), 1e-12)).isTrue();
    }
  }

  @Test
  void should_name_its_parameters_by_what_it_has() {
    assertThat(layer(LayerFixture.KERNELS, Form.NORM_OF_ALL_HEADS, true).parameters())
        .extracting(parameter -> parameter.name() + List.of(shape(parameter)))
        .containsExactly(
            "layer.qkv.weight[6x32]",
            "layer.queryNorm.gain[16]",
            "layer.keyNorm.gain[8]",
            "layer.projection.weight[16x6]");
    assertThat(layer(LayerFixture.KERNELS, Form.NORM_OF_HEADS, true).parameters())
        .extracting(parameter -> parameter.name() + List.of(shape(parameter)))
        .containsExactly(
            "layer.qkv.weight[6x48]",
            "layer.qkv.bias[48]",
            "layer.queryNorm.gain[4]",
            "layer.keyNorm.gain[4]",
            "layer.projection.weight[16x6]",
            "layer.projection.bias[6]");
  }

  @Test
  void should_refuse_forms_that_cannot_be() {
    Rotary rotary = new Rotary(100);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new AttentionConfig(6, 4, 3, 4, true, true, null, null))
        .withMessage(
            "numKeyValueHeads must be at least 1 and divide the numAttentionHeads, 4, was 3");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new AttentionConfig(6, 4, 2, 3, true, true, null, rotary))
        .withMessage("headDim must be even for rotary positions, was 3");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new AttentionConfig(6, 4, 2, 0, true, true, null, null))
        .withMessage("headDim must be at least 1, was 0");
  }

  private static String shape(Parameter parameter) {
    INDArray value = parameter.value();
    return value.rank() == 1 ? Long.toString(value.length()) : value.size(0) + "x" + value.size(1);
  }

  private static List<INDArray> gradients(Layer layer) {
    return layer.parameters().stream().map(parameter -> parameter.gradient().dup()).toList();
  }

  /** Rows of positions {@code from} and on of each sequence. */
  private static INDArray rows(INDArray x, int from, int tokens) {
    INDArray some = RandomArrays.gaussian(x.dataType(), 1, (long) SEQUENCES * tokens, WIDTH);
    for (int i = 0; i < SEQUENCES * tokens; i++) {
      some.getRow(i).assign(x.getRow((long) i / tokens * LENGTH + from + i % tokens));
    }
    return some;
  }

  private static SelfAttention layer(Kernels kernels, Form form, boolean causal) {
    Scope scope = Scope.root(3, kernels).child("layer");
    return disturbed(new SelfAttention(scope, form.form, causal, LayerFixture.LARGE));
  }
}
