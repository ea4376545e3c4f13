package io.evomoe.kernel.internal.onednn;

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
    return buffer(of(array), array.length());
  }

  /** So many elements from an address on. */
  static FloatBuffer buffer(long address, long length) {
    Address view = new Address();
    view.address = address;
    view.limit = length;
    view.capacity = length;
    return view.asBuffer();
  }
}
