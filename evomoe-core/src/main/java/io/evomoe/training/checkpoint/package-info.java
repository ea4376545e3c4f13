/** Checkpoints that are complete or absent, verified when read; the safetensors format. */
@NullMarked
package io.evomoe.training.checkpoint;

import org.jspecify.annotations.NullMarked;
