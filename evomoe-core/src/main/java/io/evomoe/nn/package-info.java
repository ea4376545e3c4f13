/** Layers with hand-written forward and backward passes. */
@NullMarked
package io.evomoe.nn;

import org.jspecify.annotations.NullMarked;
