package io.evomoe.kernel.internal.onednn;

/** A matrix without gaps that a product reads, in the type that it wants. */
@FunctionalInterface
interface Operand {

  /** Where it lies, for the thread that asks, until that asks for another one. */
  long address();
}
