/**
 * Stacks of Transformer blocks, shared by all models. {@link io.evomoe.models.stack.StackConfig} is
 * a list of block configurations. A new architecture adds its embeddings and head to a {@link
 * io.evomoe.models.stack.Stack}.
 */
@NullMarked
package io.evomoe.models.stack;

import org.jspecify.annotations.NullMarked;
