package io.evomoe.models.reference;

import static org.assertj.core.api.Assertions.assertThat;

import io.evomoe.models.stack.Stack;
import io.evomoe.models.stack.StackConfig;
import io.evomoe.moe.GateProvider;
import io.evomoe.moe.Gates;
import io.evomoe.nn.Block.NormPlacement;
import io.evomoe.nn.CrossAttention.Memory;
import io.evomoe.nn.Output;
import io.evomoe.nn.Parameter;
import io.evomoe.nn.Pass;
import io.evomoe.nn.Scope.Initialization;
import io.evomoe.nn.TokenBatch;
import java.util.Map;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/** Blocks of BASE layers and StableMoE, whose layer takes the stream, against PyTorch. */
class StreamReferenceTest {
  private static final StackConfig SIZE =
      StackConfig.of(1, 12, 3).withIntermediateSize(10).withExperts(4).withMoeEvery(1);
  private static final int VOCABULARY = 11;
  private static final int LENGTH = 4;
  private static final int SOURCE = 3;

  @ParameterizedTest
  @CsvSource({
    "base_block, base, CAUSAL, BEFORE",
    "base_post_norm_block, base, BIDIRECTIONAL, AFTER",
    "base_decoder_block, base, DECODER, BEFORE",
    "stablemoe_block_stage1, stablemoe, CAUSAL, BEFORE",
    "stablemoe_post_norm_block_stage2, stablemoe, BIDIRECTIONAL, AFTER"
  })
  void should_agree_on_the_block_and_all_its_gradients(
      String name, String gate, Stack.Kind kind, NormPlacement placement) {
    for (DataType type : new DataType[] {DataType.DOUBLE, DataType.FLOAT}) {
      Reference reference = new Reference(name, type);
      Stack stack = stack(reference, gate, kind, placement, name.endsWith("stage2") ? 0 : 1);
      reference.load(stack.parameters());
      int[] ids = reference.integers("ids");
      Pass pass = new Pass(Reference.training(), TokenBatch.of(LENGTH, ids));
      Memory memory = kind == Stack.Kind.DECODER ? memory(reference) : null;
      Output output =
          stack.forward(reference.array("x"), memory == null ? pass : pass.withMemory(memory));
      INDArray dx = output.pullback().pull(reference.array("dy"));

      reference.check("y", output.value());
      reference.check("x.grad", dx);
      if (memory != null) {
        reference.check("memory.grad", memory.gradient());
      }
      if (name.endsWith("stage1")) {
        reference.check("loss", output.reports().get(0).auxLoss());
      } else {
        assertThat(output.reports().get(0).auxLoss()).isZero();
      }
      reference.checkGradients(stack.parameters().stream().filter(p -> !p.frozen()).toList());
      assertThat(stack.parameters().stream().filter(Parameter::frozen))
          .hasSize(name.endsWith("stage2") ? 2 : 0);
    }
  }

  private static Memory memory(Reference reference) {
    INDArray rows = reference.array("memory");
    int[] ids = new int[Math.toIntExact(rows.size(0))];
    return new Memory(rows, TokenBatch.of(SOURCE, ids), reference.kernels());
  }

  private static Stack stack(
      Reference reference, String gate, Stack.Kind kind, NormPlacement placement, int stageOne) {
    Map<String, String> options =
        gate.equals("base") ? Map.of() : Map.of("stageOneSteps", Integer.toString(stageOne));
    return new Stack(
        reference.scope(),
        SIZE,
        kind,
        placement,
        Gates.of(GateProvider.named(gate), options),
        1,
        new Initialization(1, 1),
        VOCABULARY);
  }
}
