package io.evomoe.kernel.internal.nd4j;

import io.evomoe.kernel.DropoutMask;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.api.shape.Shape;
import org.nd4j.linalg.factory.Nd4j;

/** Dropout masks as arrays, computed on the host like in every provider. */
final class Dropout {
  private Dropout() {}

  static INDArray mask(DataType type, long[] shape, double rate, long seed) {
    DropoutMask mask = new DropoutMask(rate, seed);
    int length = Math.toIntExact(Shape.lengthOf(shape));
    return (type == DataType.DOUBLE ? doubles(mask, length) : floats(mask, length))
        .reshape('c', shape);
  }

  private static INDArray floats(DropoutMask mask, int length) {
    float[] factors = new float[length];
    mask.fill(factors, 0);
    return Nd4j.createFromArray(factors);
  }

  private static INDArray doubles(DropoutMask mask, int length) {
    double[] factors = new double[length];
    mask.fill(factors, 0);
    return Nd4j.createFromArray(factors);
  }
}
