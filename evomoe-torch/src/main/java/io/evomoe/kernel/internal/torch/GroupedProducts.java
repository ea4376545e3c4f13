package io.evomoe.kernel.internal.torch;

import io.evomoe.kernel.Accumulator;
import io.evomoe.kernel.FeedForwardGradients.MapGradients;
import io.evomoe.kernel.FeedForwardNets.GroupedMap;
import io.evomoe.kernel.RowGroups;
import java.util.List;
import org.bytedeco.pytorch.Tensor;
import org.nd4j.linalg.api.ndarray.INDArray;

/** Matrix products with a separate weight matrix for each group of rows. */
final class GroupedProducts {
  private final Products products;

  GroupedProducts(Products products) {
    this.products = products;
  }

  void linear(INDArray x, RowGroups groups, GroupedMap map, INDArray y) {
    if (groups.rows() == 0) {
      return;
    }
    try (Tensors tensors = new Tensors()) {
      Tensor in = products.operand(tensors.of(x));
      Tensor out = tensors.of(y);
      Work work = new Work();
      for (int g = 0; g < groups.count(); g++) {
        if (groups.size(g) > 0) {
          INDArray bias = map.bias(g);
          Products.linear(
              work,
              inputRows(in, groups, g),
              products.operand(tensors.of(map.weight(g))),
              bias == null ? null : tensors.flat(bias),
              outputRows(out, groups, g));
        }
      }
      work.run();
    }
  }

  void inputGradient(INDArray dy, RowGroups groups, List<INDArray> weights, INDArray dx) {
    if (groups.rows() == 0) {
      return;
    }
    try (Tensors tensors = new Tensors()) {
      Tensor out = products.operand(tensors.of(dy));
      Tensor in = tensors.of(dx);
      Work work = new Work();
      for (int g = 0; g < groups.count(); g++) {
        if (groups.size(g) > 0) {
          Products.multiply(
              work,
              outputRows(out, groups, g),
              products.operand(tensors.of(weights.get(g))).t(),
              inputRows(in, groups, g),
              groups.isShared() && g > 0 ? 1 : 0);
        }
        if (groups.isShared()) { // the next one adds to the same rows
          work.run();
          work = new Work();
        }
      }
      work.run();
    }
  }

  void parameterGradients(INDArray x, INDArray dy, RowGroups groups, int group, MapGradients into) {
    Accumulator weight = into.weight();
    Accumulator bias = into.bias();
    try (Tensors tensors = new Tensors()) {
      Tensor in = inputRows(tensors.of(x), groups, group);
      Tensor out = outputRows(tensors.of(dy), groups, group);
      Work work = new Work();
      Products.multiply(
          work,
          products.operand(in).t(),
          products.operand(out),
          tensors.of(weight.array()),
          weight.beta());
      if (bias != null) {
        Tensor sums = tensors.flat(bias.array());
        work.add(own -> Products.columnSums(out, sums, bias.beta()));
      }
      work.run();
    }
  }

  /** Returns the input rows of a group. */
  private static Tensor inputRows(Tensor x, RowGroups groups, int group) {
    return x.narrow(0, groups.inputOffset(group), groups.size(group));
  }

  /** Returns the output rows of a group. */
  private static Tensor outputRows(Tensor y, RowGroups groups, int group) {
    return y.narrow(0, groups.offset(group), groups.size(group));
  }
}
