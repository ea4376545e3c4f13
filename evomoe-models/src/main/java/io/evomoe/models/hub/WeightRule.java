package io.evomoe.models.hub;

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
 * How one of our parameters is published.
 *
 * @param ours name of the parameter in the dense form of a model
 * @param published names of the tensors that are its columns, side by side; mostly one
 * @param transposed whether the tensors are [out, in], where ours is [in, out]
 * @param shape of each tensor
 */
record WeightRule(String ours, List<String> published, boolean transposed, List<Integer> shape) {

  WeightRule {
    published = List.copyOf(published);
    shape = List.copyOf(shape);
  }

  static WeightRule same(String ours, String published, Integer... shape) {
    return new WeightRule(ours, List.of(published), false, List.of(shape));
  }

  /** A linear map of PyTorch, [out, in], with a bias. */
  static List<WeightRule> linear(String ours, String published, int in, int out) {
    return List.of(
        new WeightRule(ours + ".weight", List.of(published + ".weight"), true, List.of(out, in)),
        same(ours + ".bias", published + ".bias", out));
  }

  /** A layer normalisation. */
  static List<WeightRule> norm(String ours, String published, int width) {
    return List.of(
        same(ours + ".gain", published + ".weight", width),
        same(ours + ".shift", published + ".bias", width));
  }

  /** Our parameter, C order, from the tensors. */
  INDArray join(Function<String, INDArray> tensors) {
    List<INDArray> parts = new ArrayList<>();
    for (String name : published) {
      INDArray tensor = tensors.apply(name);
      parts.add(transposed ? tensor.transpose() : tensor);
    }
    INDArray joined =
        parts.size() == 1
            ? parts.get(0)
            : Nd4j.concat(shape.size() - 1, parts.toArray(INDArray[]::new));
    return joined.dup('c');
  }

  /** The tensors by name, views of our parameter. */
  Map<String, INDArray> split(INDArray parameter) {
    Map<String, INDArray> tensors = new LinkedHashMap<>();
    long width = parameter.size(-1) / published.size();
    for (int i = 0; i < published.size(); i++) {
      INDArray part = columns(parameter, i * width, width);
      tensors.put(published.get(i), transposed ? part.transpose() : part);
    }
    return tensors;
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
