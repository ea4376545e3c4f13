package io.evomoe.kernel.internal.onednn;

/** A matrix without gaps that a product reads, in the type that the product needs. */
@FunctionalInterface
interface Operand {

  /** Returns its address for the calling thread, valid until that thread requests another one. */
  long address();
}
