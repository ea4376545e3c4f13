package io.evomoe.kernel.onednn;

import java.nio.FloatBuffer;
import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.javacpp.Pointer;
import org.nd4j.linalg.api.ndarray.INDArray;

/** A native pointer that can be aimed at any address; owns nothing. */
final class Address extends FloatPointer {

  Address() {
    super((Pointer) null);
  }

  Address at(long newAddress) {
    this.address = newAddress;
    return this;
  }

  /** First element of an array, view offset included. */
  static long of(INDArray array) {
    return array.data().address() + (array.offset() << 2);
  }

  /** The elements of an array without gaps, as a buffer for bulk copies. */
  static FloatBuffer buffer(INDArray array) {
    if (array.isEmpty()) {
      return FloatBuffer.allocate(0);
    }
    Address view = new Address();
    view.address = of(array);
    view.limit = array.length();
    view.capacity = array.length();
    return view.asBuffer();
  }
}
