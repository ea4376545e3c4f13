package io.evomoe.models.internal.hub;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.INDArrayIndex;
import org.nd4j.linalg.indexing.NDArrayIndex;

/**
 * The published form of one of our parameters.
 *
 * @param ours name of the parameter in the dense form of a model
 * @param published names of the tensors that are its columns, side by side; mostly one
 * @param transposed whether the tensors are [out, in], while ours is [in, out]
 * @param shapes shape of each tensor
 */
public record WeightRule(
    String ours, List<String> published, boolean transposed, List<List<Integer>> shapes) {

  public WeightRule {
    published = List.copyOf(published);
    shapes = List.copyOf(shapes);
  }

  static WeightRule same(String ours, String published, Integer... shape) {
    return new WeightRule(ours, List.of(published), false, List.of(List.of(shape)));
  }

  /** A linear layer of PyTorch, [out, in], with a bias. */
  static List<WeightRule> linear(String ours, String published, int in, int out) {
    return linear(ours, List.of(published), in, List.of(out));
  }

  /** Linear layers of one input whose outputs are side by side in ours, with biases. */
  static List<WeightRule> linear(String ours, List<String> published, int in, List<Integer> outs) {
    return List.of(
        new WeightRule(
            ours + ".weight",
            published.stream().map(name -> name + ".weight").toList(),
            true,
            outs.stream().map(out -> List.of(out, in)).toList()),
        new WeightRule(
            ours + ".bias",
            published.stream().map(name -> name + ".bias").toList(),
            false,
            outs.stream().map(List::of).toList()));
  }

  /** A layer normalization. */
  static List<WeightRule> norm(String ours, String published, int width) {
    return List.of(
        same(ours + ".gain", published + ".weight", width),
        same(ours + ".shift", published + ".bias", width));
  }

  /** Returns the shape of our parameter. */
  public long[] joinedShape() {
    long[] shape = shapes.get(0).stream().mapToLong(Integer::longValue).toArray();
    long last = 0;
    for (int i = 0; i < shapes.size(); i++) {
      last += columns(i);
    }
    if (transposed) {
      shape[0] = shape[1];
    }
    shape[shape.length - 1] = last;
    return shape;
  }

  /** Returns our parameter, in C order, from the tensors. */
  public INDArray join(Function<String, INDArray> tensors) {
    if (published.size() == 1) {
      INDArray tensor = tensors.apply(published.get(0));
      return transposed ? closed(tensor, tensor.transpose().dup('c')) : tensor;
    }
    List<INDArray> parts = new ArrayList<>();
    for (String name : published) {
      INDArray tensor = tensors.apply(name);
      parts.add(transposed ? tensor.transpose() : tensor);
    }
    return Nd4j.concat(parts.get(0).rank() - 1, parts.toArray(INDArray[]::new)).dup('c');
  }

  /** Returns a copy after closing the source. */
  private static INDArray closed(INDArray from, INDArray copy) {
    if (from.closeable()) {
      from.close();
    }
    return copy;
  }

  /** Returns the tensors by name, as views of our parameter. */
  Map<String, INDArray> split(INDArray parameter) {
    Map<String, INDArray> tensors = new LinkedHashMap<>();
    long first = 0;
    for (int i = 0; i < published.size(); i++) {
      long width = columns(i);
      INDArray part = columns(parameter, first, width);
      tensors.put(published.get(i), transposed ? part.transpose() : part);
      first += width;
    }
    return tensors;
  }

  /** Returns the number of our columns in a tensor. */
  private int columns(int index) {
    List<Integer> shape = shapes.get(index);
    return transposed ? shape.get(0) : shape.get(shape.size() - 1);
  }

  private INDArray columns(INDArray parameter, long first, long width) {
    if (published.size() == 1) {
      return parameter;
    }
    INDArrayIndex[] index = new INDArrayIndex[parameter.rank()];
    Arrays.fill(index, NDArrayIndex.all());
    index[index.length - 1] = NDArrayIndex.interval(first, first + width);
    return parameter.get(index);
  }
}
