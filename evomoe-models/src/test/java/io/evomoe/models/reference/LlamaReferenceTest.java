package io.evomoe.models.reference;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.evomoe.evolution.EvolvingFeedForward;
import io.evomoe.evolution.ExpertPlan;
import io.evomoe.evolution.ExpertPlan.SharedExperts;
import io.evomoe.gates.LossFreeGate;
import io.evomoe.kernel.Kernels;
import io.evomoe.moe.Gates;
import io.evomoe.nn.AttentionConfig;
import io.evomoe.nn.AttentionConfig.QueryKeyNorm;
import io.evomoe.nn.AttentionConfig.QueryKeyNorm.Span;
import io.evomoe.nn.AttentionConfig.Rotary;
import io.evomoe.nn.AttentionConfig.Rotary.Scaling;
import io.evomoe.nn.Block;
import io.evomoe.nn.Block.NormPlacement;
import io.evomoe.nn.Block.Norms;
import io.evomoe.nn.FeedForward;
import io.evomoe.nn.FeedForwardConfig;
import io.evomoe.nn.Layer;
import io.evomoe.nn.Norm;
import io.evomoe.nn.NormConfig;
import io.evomoe.nn.Scope;
import io.evomoe.nn.Scope.Initialization;
import io.evomoe.nn.SelfAttention;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/** The layers of Llama and its relatives against PyTorch, forward and backward. */
class LlamaReferenceTest {
  private static final int SEQUENCES = 2;
  private static final int LENGTH = 7;
  private static final int WIDTH = 12;
  private static final int HIDDEN = 20;
  private static final double EPSILON = 1e-6;
  private static final Rotary ROTARY = new Rotary(10_000);
  private static final Initialization ANY = new Initialization(1, 1);

  @ParameterizedTest
  @EnumSource(names = {"DOUBLE", "FLOAT"})
  void should_agree_on_rms_norm(DataType type) {
    Reference reference = new Reference("rms_norm", type);
    reference.check(
        new Norm(reference.scope(), 8, new NormConfig(NormConfig.Kind.RMS, EPSILON)),
        Reference.pass(1, LENGTH));
  }

  @ParameterizedTest
  @CsvSource({"rotary, DOUBLE", "rotary, FLOAT", "rotary_llama3, DOUBLE", "rotary_llama3, FLOAT"})
  void should_agree_on_rotary_positions(String name, DataType type) {
    Reference reference = new Reference(name, type);
    Scaling scaling = name.equals("rotary") ? null : new Scaling(4, 1, 4, 64);
    double[] frequencies = new Rotary(10_000, scaling).frequencies(8);
    double[] expected = reference.array("frequencies").toDoubleVector();
    for (int j = 0; j < expected.length; j++) {
      assertThat(frequencies[j] / expected[j]).isCloseTo(1, within(reference.tolerance()));
    }
    Kernels kernels = reference.kernels();
    int[] own = reference.integers("positions");
    INDArray x = reference.array("x");
    int[] positions = IntStream.range(0, x.rows()).map(row -> own[row % own.length]).toArray();
    int rows = Arrays.stream(own).max().orElseThrow() + 1;
    double[] angles = new double[rows * frequencies.length];
    Arrays.setAll(
        angles,
        i -> {
          int position = i / frequencies.length;
          return position * frequencies[i % frequencies.length];
        });
    double[] cosines = Arrays.stream(angles).map(Math::cos).toArray();
    double[] sines = Arrays.stream(angles).map(Math::sin).toArray();
    INDArray c = kernels.write(cosines, rows, frequencies.length);
    INDArray s = kernels.write(sines, rows, frequencies.length);
    kernels.rotate(x, c, s, positions, false);
    reference.check("y", x);
    INDArray dy = reference.array("dy");
    kernels.rotate(dy, c, s, positions, true);
    reference.check("x.grad", dy);
  }

  @ParameterizedTest
  @EnumSource(names = {"DOUBLE", "FLOAT"})
  void should_agree_on_swiglu(DataType type) {
    Reference reference = new Reference("swiglu", type);
    FeedForward layer =
        new FeedForward(reference.scope(), FeedForwardConfig.swiGlu(WIDTH, HIDDEN), ANY);
    reference.check(layer, Reference.pass(SEQUENCES, LENGTH));
  }

  @ParameterizedTest
  @CsvSource({
    "grouped_attention, HEAD, DOUBLE",
    "grouped_attention, HEAD, FLOAT",
    "grouped_attention_whole_norms, WHOLE, DOUBLE",
    "grouped_attention_whole_norms, WHOLE, FLOAT"
  })
  void should_agree_on_grouped_query_attention(String name, Span span, DataType type) {
    Reference reference = new Reference(name, type);
    QueryKeyNorm norm = new QueryKeyNorm(span, EPSILON);
    reference.check(attention(reference.scope(), norm), Reference.pass(SEQUENCES, LENGTH));
  }

  @ParameterizedTest
  @EnumSource(names = {"DOUBLE", "FLOAT"})
  void should_agree_on_a_block(DataType type) {
    Reference reference = new Reference("llama_block", type);
    Scope scope = reference.scope();
    Map<String, Layer> branches = new LinkedHashMap<>();
    branches.put("attention", attention(scope.child("attention"), null));
    branches.put(
        "feedForward",
        new FeedForward(scope.child("feedForward"), FeedForwardConfig.swiGlu(WIDTH, HIDDEN), ANY));
    NormConfig form = new NormConfig(NormConfig.Kind.RMS, EPSILON);
    Block block = new Block(scope, new Norms(NormPlacement.BEFORE, WIDTH, form), 0, branches);
    reference.check(block, Reference.pass(SEQUENCES, LENGTH));
  }

  /** Top-2 by softmax; the gate has no loss, and its bias is 0 before the first step. */
  @ParameterizedTest
  @CsvSource({
    "shared_moe, false, DOUBLE",
    "shared_moe, false, FLOAT",
    "shared_moe_renormalized, true, DOUBLE",
    "shared_moe_renormalized, true, FLOAT"
  })
  void should_agree_on_experts_beside_a_gated_shared_one(
      String name, String renormalized, DataType type) {
    Reference reference = new Reference(name, type);
    ExpertPlan plan =
        new ExpertPlan(
            Gates.of(new LossFreeGate.Provider(), Map.of("k", "2", "renormalize", renormalized)),
            5,
            new SharedExperts(1, 10, true),
            1,
            1,
            FeedForwardConfig.swiGlu(WIDTH, 6),
            new NormConfig(NormConfig.Kind.RMS, EPSILON),
            ANY,
            10,
            true);
    reference.check(
        new EvolvingFeedForward(reference.scope(), plan), Reference.pass(SEQUENCES, LENGTH));
  }

  private static SelfAttention attention(Scope scope, @Nullable QueryKeyNorm norm) {
    AttentionConfig form = new AttentionConfig(WIDTH, 4, 2, 8, false, false, norm, ROTARY);
    return new SelfAttention(scope, form, true, ANY);
  }
}
