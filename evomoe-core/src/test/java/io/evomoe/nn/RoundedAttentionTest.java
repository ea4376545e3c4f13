package io.evomoe.nn;

import static org.assertj.core.api.Assertions.assertThat;

import io.evomoe.kernel.Kernels;
import io.evomoe.kernel.Precision;
import io.evomoe.kernel.UsableOneDnn;
import io.evomoe.nn.CrossAttention.Memory;
import io.evomoe.nn.Scope.Initialization;
import io.evomoe.testing.LayerGradientCheck;
import io.evomoe.testing.RandomArrays;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/** Layers of attention with bfloat16 operands beside the same ones in float32. */
class RoundedAttentionTest {
  /** Of the length of an array: some five roundings of at most 1 / 256, one after another. */
  private static final double TOLERANCE = 0.01;

  /** Scores are about 1. */
  private static final Initialization MODERATE = new Initialization(0.15, 0.15);

  private static final int WIDTH = 32;

  @BeforeEach
  void skip_where_bf16_cannot_run() {
    UsableOneDnn.assumeUsable(Precision.BF16);
  }

  @ParameterizedTest
  @CsvSource({"3,17,4,true", "3,17,2,true", "2,130,4,true", "9,5,4,false", "4,1,4,true"})
  void should_attend_to_itself_as_in_float32(
      int sequences, int length, int keyValueHeads, boolean causal) {
    AttentionConfig form =
        new AttentionConfig(WIDTH, 4, keyValueHeads, WIDTH / 4, true, true, null, null);
    Pass pass = LayerFixture.pass(sequences, length);
    assertClose(
        sequences * length, pass, scope -> new SelfAttention(scope, form, causal, MODERATE));
  }

  @Test
  void should_round_queries_keys_and_values() {
    Kernels rounded = UsableOneDnn.kernels(Precision.BF16);
    Pass pass = LayerFixture.pass(3, 17);
    Function<Scope, Layer> layer =
        scope -> new SelfAttention(scope, AttentionConfig.plain(WIDTH, 4), true, MODERATE);
    INDArray found = results(rounded, 3 * 17, pass, layer).get(0);
    INDArray floats = results(withFloatHeads(rounded), 3 * 17, pass, layer).get(0);
    assertThat(difference(found, floats)).isPositive();
  }

  @Test
  void should_attend_to_a_memory_as_in_float32() {
    TokenBatch memory = TokenBatch.of(7, new int[3 * 7]);
    List<List<INDArray>> found = new ArrayList<>();
    for (Precision precision : Precision.values()) {
      Kernels kernels = UsableOneDnn.kernels(precision);
      Memory rows = new Memory(random(4, 21), memory, kernels);
      Pass pass = LayerFixture.pass(3, 5).withMemory(rows);
      List<INDArray> results =
          results(kernels, 15, pass, scope -> new CrossAttention(scope, WIDTH, 4, MODERATE));
      results.add(rows.gradient());
      found.add(results);
    }
    assertClose(found.get(1), found.get(0));
  }

  private void assertClose(int rows, Pass pass, Function<Scope, Layer> layer) {
    Kernels exact = UsableOneDnn.kernels(Precision.F32);
    Kernels rounded = UsableOneDnn.kernels(Precision.BF16);
    assertClose(results(rounded, rows, pass, layer), results(exact, rows, pass, layer));
  }

  /** The same, but for the type of queries, keys and values. */
  private static Kernels withFloatHeads(Kernels rounded) {
    return (Kernels)
        Proxy.newProxyInstance(
            Kernels.class.getClassLoader(),
            new Class<?>[] {Kernels.class},
            (proxy, method, arguments) -> {
              method.setAccessible(true); // some are declared in an interface of the package
              return method.getName().equals("linearOperand")
                  ? rounded.linear(
                      (INDArray) arguments[0], (INDArray) arguments[1], (INDArray) arguments[2])
                  : method.invoke(rounded, arguments);
            });
  }

  private static void assertClose(List<INDArray> found, List<INDArray> wanted) {
    assertThat(found).hasSameSizeAs(wanted);
    for (int i = 0; i < wanted.size(); i++) {
      assertThat(found.get(i).dataType()).isEqualTo(DataType.FLOAT);
      assertThat(difference(found.get(i), wanted.get(i))).as("%d", i).isLessThan(TOLERANCE);
    }
    assertThat(difference(found.get(0), wanted.get(0))).as("unrounded").isPositive();
  }

  private static double difference(INDArray found, INDArray wanted) {
    return found.sub(wanted).norm2Number().doubleValue() / wanted.norm2Number().doubleValue();
  }

  /** Output, the gradient of what went in and those of the parameters. */
  private static List<INDArray> results(
      Kernels kernels, int rows, Pass pass, Function<Scope, Layer> maker) {
    Layer layer = maker.apply(Scope.root(3, kernels).child("layer"));
    LayerGradientCheck.disturb(layer.parameters(), 0.1);
    Output output = layer.forward(random(1, rows), pass);
    List<INDArray> results = new ArrayList<>(List.of(output.value()));
    results.add(output.pullback().pull(random(2, rows)));
    layer.parameters().forEach(parameter -> results.add(parameter.gradient()));
    return results;
  }

  private static INDArray random(long seed, int rows) {
    return RandomArrays.gaussian(DataType.FLOAT, seed, rows, WIDTH);
  }
}
