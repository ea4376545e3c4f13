package io.evomoe.models.reference;

import static org.assertj.core.api.Assertions.assertThat;

import io.evomoe.kernel.KernelSelection;
import io.evomoe.kernel.Kernels;
import io.evomoe.nn.Layer;
import io.evomoe.nn.Output;
import io.evomoe.nn.Parameter;
import io.evomoe.nn.Pass;
import io.evomoe.nn.Scope;
import io.evomoe.nn.TokenBatch;
import io.evomoe.step.StepContext;
import io.evomoe.step.StepContext.Phase;
import io.evomoe.testing.Differences;
import io.evomoe.testing.Npy;
import java.util.List;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * One case of {@code reference_vectors.py}, or of those beside it, computed here with the kernels
 * of a data type. Our parameters have the names of the files.
 */
final class Reference {
  private final String folder;
  private final DataType type;

  Reference(String name, DataType type) {
    this.folder = "reference/" + name + "/";
    this.type = type;
  }

  Kernels kernels() {
    return KernelSelection.forType(type);
  }

  Scope scope() {
    return Scope.root(1, kernels());
  }

  /** An array of the file, in our data type. */
  INDArray array(String name) {
    return Npy.read(folder + name + ".npy").castTo(type);
  }

  int[] integers(String name) {
    return Npy.readInts(folder + name + ".npy");
  }

  /** The first number of an array. */
  double number(String name) {
    return Npy.read(folder + name + ".npy").getDouble(0);
  }

  double[][] matrix(String name) {
    return Npy.read(folder + name + ".npy").toDoubleMatrix();
  }

  /** Sequences with the padding of the file, 1 where a token is padding. */
  TokenBatch padded(int length) {
    int[] flags = integers("padding");
    boolean[] padding = new boolean[flags.length];
    for (int s = 0; s < flags.length; s++) {
      padding[s] = flags[s] == 1;
    }
    return new TokenBatch(length, new int[flags.length], padding);
  }

  void load(List<Parameter> parameters) {
    for (Parameter parameter : parameters) {
      INDArray saved = array(parameter.name());
      assertThat(saved.shape()).as(parameter.name()).isEqualTo(parameter.value().shape());
      parameter.value().assign(saved);
    }
  }

  /** Checks the gradient of every parameter; zero gradients must be exactly zero. */
  void checkGradients(List<Parameter> parameters) {
    for (Parameter parameter : parameters) {
      check(parameter.name() + ".grad", parameter.gradient());
    }
  }

  /** Output and gradients of a layer, for the input {@code x} and the gradient {@code dy}. */
  void check(Layer layer, Pass pass) {
    load(layer.parameters());
    Output output = layer.forward(array("x"), pass);
    check("y", output.value());
    check("x.grad", output.pullback().pull(array("dy")));
    checkGradients(layer.parameters());
  }

  void check(String name, INDArray actual) {
    assertThat(Differences.relative(actual, Npy.read(folder + name + ".npy")))
        .as("%s%s in %s", folder, name, type)
        .isLessThanOrEqualTo(tolerance());
  }

  void check(String name, double actual) {
    double expected = number(name);
    assertThat(Math.abs(actual - expected) / Math.abs(expected))
        .as("%s%s in %s", folder, name, type)
        .isLessThanOrEqualTo(tolerance());
  }

  double tolerance() {
    return type == DataType.DOUBLE ? 1e-10 : 1e-5;
  }

  static StepContext training() {
    return new StepContext(0, Phase.SOFT, 1, true, 1);
  }

  static Pass pass(int sequences, int length) {
    return new Pass(training(), TokenBatch.of(length, new int[sequences * length]));
  }
}
