/** Layers and models against what PyTorch computes. */
@NullMarked
package io.evomoe.models.reference;

import org.jspecify.annotations.NullMarked;
