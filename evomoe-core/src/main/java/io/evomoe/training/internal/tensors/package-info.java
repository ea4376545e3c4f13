/** Arrays in safetensors files, and the conversions of their number formats. */
@NullMarked
package io.evomoe.training.internal.tensors;

import org.jspecify.annotations.NullMarked;
