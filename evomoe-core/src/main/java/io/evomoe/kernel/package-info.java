/** Numeric kernels: one interface, a portable ND4J provider and a fast oneDNN provider. */
@NullMarked
package io.evomoe.kernel;

import org.jspecify.annotations.NullMarked;
