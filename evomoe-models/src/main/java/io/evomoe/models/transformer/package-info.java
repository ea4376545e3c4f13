/** The encoder-decoder Transformer for translation, with experts in both stacks. */
@NullMarked
package io.evomoe.models.transformer;

import org.jspecify.annotations.NullMarked;
