/**
 * Stacks of Transformer blocks with experts in every n-th one, shared by all models. {@link
 * io.evomoe.models.stack.StackSize} is their size. A new architecture adds its embeddings and head
 * to a {@link io.evomoe.models.stack.Stack}.
 */
@NullMarked
package io.evomoe.models.stack;

import org.jspecify.annotations.NullMarked;
