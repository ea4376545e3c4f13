package io.evomoe.models.reference;

import io.evomoe.kernel.ActivationFunction;
import io.evomoe.nn.AttentionConfig;
import io.evomoe.nn.Block;
import io.evomoe.nn.Block.NormPlacement;
import io.evomoe.nn.Block.Norms;
import io.evomoe.nn.CrossAttention;
import io.evomoe.nn.CrossAttention.Memory;
import io.evomoe.nn.FeedForward;
import io.evomoe.nn.FeedForwardConfig;
import io.evomoe.nn.Layer;
import io.evomoe.nn.Norm;
import io.evomoe.nn.NormConfig;
import io.evomoe.nn.Parameter;
import io.evomoe.nn.Pass;
import io.evomoe.nn.Scope;
import io.evomoe.nn.Scope.Initialization;
import io.evomoe.nn.SelfAttention;
import io.evomoe.training.optimizer.AdamW;
import io.evomoe.training.optimizer.Muon;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/** Layers, the loss and the optimizer against PyTorch, forward and backward. */
class LayerReferenceTest {
  private static final int SEQUENCES = 2;
  private static final int LENGTH = 7;
  private static final int WIDTH = 12;
  private static final int HEADS = 3;
  private static final Initialization ANY = new Initialization(1, 1);

  @ParameterizedTest
  @EnumSource(names = {"DOUBLE", "FLOAT"})
  void should_agree_on_gelu(DataType type) {
    for (ActivationFunction activation :
        List.of(ActivationFunction.GELU, ActivationFunction.GELU_TANH)) {
      Reference reference =
          new Reference(activation == ActivationFunction.GELU ? "gelu" : "gelu_tanh", type);
      INDArray x = reference.array("x");
      reference.check("y", reference.kernels().activation(activation, x));
      reference.check(
          "x.grad", reference.kernels().activationGradient(activation, x, reference.array("dy")));
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"DOUBLE", "FLOAT"})
  void should_agree_on_layer_norm(DataType type) {
    Reference reference = new Reference("layernorm", type);
    reference.check(new Norm(reference.scope(), 8, NormConfig.LAYER), Reference.pass(1, 7));
  }

  @ParameterizedTest
  @EnumSource(names = {"DOUBLE", "FLOAT"})
  void should_agree_on_cross_entropy(DataType type) {
    checkCrossEntropy(new Reference("cross_entropy", type), 0);
    checkCrossEntropy(new Reference("cross_entropy_smoothed", type), 0.1);
  }

  private static void checkCrossEntropy(Reference reference, double smoothing) {
    INDArray logits = reference.array("logits");
    int[] targets = reference.integers("targets");
    reference.check("loss", reference.kernels().crossEntropy(logits, targets, smoothing, true));
    reference.check("logits.grad", logits);
  }

  @ParameterizedTest
  @EnumSource(names = {"DOUBLE", "FLOAT"})
  void should_agree_on_causal_self_attention(DataType type) {
    Reference reference = new Reference("attention", type);
    reference.check(
        new SelfAttention(reference.scope(), AttentionConfig.plain(WIDTH, HEADS), true, ANY),
        Reference.pass(SEQUENCES, LENGTH));
  }

  @ParameterizedTest
  @EnumSource(names = {"DOUBLE", "FLOAT"})
  void should_agree_on_a_block(DataType type) {
    Reference reference = new Reference("gpt_block", type);
    reference.check(
        block(reference.scope(), true, NormPlacement.BEFORE), Reference.pass(SEQUENCES, LENGTH));
  }

  @ParameterizedTest
  @EnumSource(names = {"DOUBLE", "FLOAT"})
  void should_agree_on_a_padded_block_that_normalises_after(DataType type) {
    Reference reference = new Reference("encoder_block", type);
    Pass pass = new Pass(Reference.training(), reference.padded(LENGTH));
    reference.check(block(reference.scope(), false, NormPlacement.AFTER), pass);
  }

  @ParameterizedTest
  @EnumSource(names = {"DOUBLE", "FLOAT"})
  void should_agree_on_cross_attention_to_a_padded_memory(DataType type) {
    Reference reference = new Reference("cross_attention", type);
    Memory memory = new Memory(reference.array("memory"), reference.padded(5), reference.kernels());
    reference.check(
        new CrossAttention(reference.scope(), WIDTH, HEADS, ANY),
        Reference.pass(SEQUENCES, LENGTH).withMemory(memory));
    reference.check("memory.grad", memory.gradient());
  }

  private static Block block(Scope scope, boolean causal, NormPlacement placement) {
    Layer attention =
        new SelfAttention(
            scope.child("attention"), AttentionConfig.plain(WIDTH, HEADS), causal, ANY);
    Layer feedForward =
        new FeedForward(
            scope.child("feedForward"),
            FeedForwardConfig.plain(WIDTH, 4 * WIDTH, ActivationFunction.GELU),
            ANY);
    Map<String, Layer> branches = new LinkedHashMap<>();
    branches.put("attention", attention);
    branches.put("feedForward", feedForward);
    return new Block(scope, new Norms(placement, WIDTH), 0, branches);
  }

  @ParameterizedTest
  @EnumSource(names = {"DOUBLE", "FLOAT"})
  void should_agree_on_ten_updates_of_adamw(DataType type) {
    Reference reference = new Reference("adamw", type);
    INDArray first = reference.array("parameter");
    Parameter parameter =
        Scope.root(1, reference.kernels())
            .constant("parameter", Parameter.Role.WEIGHT, 0, first.shape());
    parameter.value().assign(first);
    AdamW optimizer = new AdamW(reference.kernels(), new AdamW.Config(0.9, 0.95, 1e-8, 0.1));
    INDArray gradients = reference.array("gradients");
    INDArray values = reference.array("values");
    for (int t = 0; t < gradients.rows(); t++) {
      parameter.clearGradient();
      parameter.accumulator().array().assign(gradients.getRow(t).reshape(13, 1));
      optimizer.update(List.of(parameter), 1e-2, 1);
      values.putRow(t, parameter.value().reshape(13));
    }
    reference.check("values", values);
  }

  @ParameterizedTest
  @EnumSource(names = {"DOUBLE", "FLOAT"})
  void should_agree_on_twenty_updates_of_muon(DataType type) {
    Reference reference = new Reference("muon", type);
    Scope block = reference.scope().block(0);
    checkMuon(reference, block.child("wide"), "wide");
    checkMuon(reference, block.child("tall"), "tall");
    checkMuon(reference, block.child("fused").sideBySide(8, 4, 4), "fused");
  }

  private static void checkMuon(Reference reference, Scope scope, String name) {
    INDArray first = reference.array(name);
    Parameter parameter = scope.normal("weight", 1, first.shape());
    parameter.value().assign(first);
    Muon optimizer = new Muon(reference.kernels(), new AdamW.Config(0.9, 0.95, 1e-8, 0.1));
    INDArray gradients = reference.array(name + ".gradients");
    INDArray values = reference.array(name + ".values");
    for (int t = 0; t < gradients.size(0); t++) {
      parameter.clearGradient();
      parameter.accumulator().array().assign(gradients.slice(t).mul(4));
      optimizer.update(List.of(parameter), 1e-2, 0.25);
      values.slice(t).assign(parameter.value());
    }
    reference.check(name + ".values", values);
  }
}
