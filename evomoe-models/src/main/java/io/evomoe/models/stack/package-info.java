/** Stacks of Transformer blocks with experts in every k-th one, shared by all models. */
@NullMarked
package io.evomoe.models.stack;

import org.jspecify.annotations.NullMarked;
