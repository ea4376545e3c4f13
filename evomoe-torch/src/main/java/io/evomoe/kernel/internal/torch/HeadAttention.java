package io.evomoe.kernel.internal.torch;

import io.evomoe.kernel.AttentionMask;
import io.evomoe.kernel.AttentionShape;
import io.evomoe.kernel.Kernels.Attended;
import java.util.function.Consumer;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptions;
import org.bytedeco.pytorch.global.torch;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * Multi-head attention as batched products, several sequences at a time. Query heads that share
 * keys and values are stacked in one product. So nothing is repeated, and the product sums the
 * shared gradients. The backward pass recomputes the probabilities, so that memory does not grow
 * with the square of the length.
 */
record HeadAttention(
    INDArray q, INDArray k, INDArray v, AttentionShape shape, AttentionMask mask, INDArray output)
    implements Attended {

  static HeadAttention of(
      INDArray q, INDArray k, INDArray v, AttentionShape shape, AttentionMask mask) {
    mask.requireFit(shape);
    INDArray output = Nd4j.createUninitialized(q.dataType(), q.size(0), q.size(1));
    HeadAttention attention = new HeadAttention(q, k, v, shape, mask, output);
    attention.eachPart(
        part -> {
          Tensor attended = part.probabilities().bmm(part.values());
          part.queryRows(output).copy_(part.byHead(attended));
        });
    return attention;
  }

  @Override
  public void pull(INDArray dOutput, INDArray dq, INDArray dk, INDArray dv) {
    eachPart(
        part -> {
          Tensor probabilities = part.probabilities();
          Tensor gradient = part.folded(dOutput);
          part.keyRows(dv).copy_(part.byOwnHead(probabilities.transpose(1, 2).bmm(gradient)));
          Tensor dScores = gradient.bmm(part.values().transpose(1, 2));
          Tensor mean = dScores.mul(probabilities).sum(2).unsqueeze(2);
          dScores.sub_(mean).mul_(probabilities);
          Tensor dQueries = dScores.bmm(part.keys()).mul_(part.scale());
          part.queryRows(dq).copy_(part.byHead(dQueries));
          part.keyRows(dk).copy_(part.byOwnHead(dScores.transpose(1, 2).bmm(part.queries())));
        });
  }

  private void eachPart(Consumer<Part> body) {
    long each = Math.max(1, (long) shape.heads() * shape.queries() * shape.keys());
    long atATime = Math.max(1, Place.current().attentionAtATime() / each);
    Work work = new Work();
    for (long first = 0; first < shape.batch(); first += atATime) {
      long from = first;
      long count = Math.min(atATime, shape.batch() - first);
      work.add(tensors -> body.accept(new Part(tensors, from, count)));
    }
    work.run();
  }

  /** A group of sequences. */
  private final class Part {
    private final Tensors tensors;
    private final long first;
    private final long count;

    Part(Tensors tensors, long first, long count) {
      this.tensors = tensors;
      this.first = first;
      this.count = count;
    }

    /** [count, heads, queries, w] of a matrix of the queries' shape; shared. */
    Tensor queryRows(INDArray matrix) {
      return tensors.heads(matrix, shape.batch(), shape.heads()).narrow(0, first, count);
    }

    /** [count, keyValueHeads, keys, w] of a matrix of the keys' shape; shared. */
    Tensor keyRows(INDArray matrix) {
      return tensors.heads(matrix, shape.batch(), shape.keyValueHeads()).narrow(0, first, count);
    }

    /** [count * keyValueHeads, group * queries, w], a copy. */
    Tensor folded(INDArray matrix) {
      return queryRows(matrix).reshape(own(), rows(), -1);
    }

    Tensor queries() {
      return folded(q).mul(scale());
    }

    Tensor keys() {
      return keyRows(k).reshape(own(), shape.keys(), -1);
    }

    Tensor values() {
      return keyRows(v).reshape(own(), shape.keys(), -1);
    }

    /** Back to [count, heads, queries, w]. */
    Tensor byHead(Tensor folded) {
      return folded.view(count, shape.heads(), shape.queries(), -1);
    }

    /** Back to [count, keyValueHeads, keys, w]. */
    Tensor byOwnHead(Tensor shared) {
      return shared.view(count, shape.keyValueHeads(), shape.keys(), -1);
    }

    Scalar scale() {
      return new Scalar(1 / Math.sqrt((double) q.size(1) / shape.heads()));
    }

    /** [count * keyValueHeads, group * queries, keys]. */
    Tensor probabilities() {
      Tensor scores = queries().bmm(keys().transpose(1, 2));
      Tensor byQuery = scores.view(count, shape.heads(), shape.queries(), shape.keys());
      if (mask.hasDocuments()) {
        byQuery.add_(documents());
      } else {
        if (shape.causal()) {
          byQuery.add_(later());
        }
        if (!mask.isNone()) {
          byQuery.add_(padding());
        }
      }
      return scores.softmax(2);
    }

    /** Returns the mask of everything hidden, [count, 1, queries, keys]. */
    private Tensor documents() {
      int area = shape.queries() * shape.keys();
      float[] hidden = new float[Math.toIntExact(count * area)];
      for (int i = 0; i < count; i++) {
        mask.write(shape, (int) first + i, 0, shape.queries(), shape.keys(), hidden, i * area);
      }
      return tensors.of(hidden, type()).view(count, 1, shape.queries(), shape.keys());
    }

    /** Hides later keys, [queries, keys]. */
    private Tensor later() {
      long[] area = {shape.queries(), shape.keys()};
      TensorOptions options = Place.current().options(Tensors.scalarType(type()));
      return torch.full(area, new Scalar(AttentionMask.HIDDEN), options).triu_(1);
    }

    /** [count, 1, 1, keys]. */
    private Tensor padding() {
      Tensor all = tensors.of(mask.ofKeys(shape), type());
      return all.view(shape.batch(), 1, 1, shape.keys()).narrow(0, first, count);
    }

    private DataType type() {
      return q.dataType();
    }

    private long own() {
      return count * shape.keyValueHeads();
    }

    private long rows() {
      return (long) shape.group() * shape.queries();
    }
  }
}
