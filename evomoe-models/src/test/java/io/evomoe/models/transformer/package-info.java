/** The translation Transformer, and how it searches. */
@NullMarked
package io.evomoe.models.transformer;

import org.jspecify.annotations.NullMarked;
