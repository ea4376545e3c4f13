/**
 * Stacks of Transformer blocks with experts in every k-th one, shared by all models. {@link
 * io.evomoe.models.stack.StackSize} is their size. A new architecture puts its embeddings and head
 * around a {@link io.evomoe.models.stack.Stack}.
 */
@NullMarked
package io.evomoe.models.stack;

import org.jspecify.annotations.NullMarked;
