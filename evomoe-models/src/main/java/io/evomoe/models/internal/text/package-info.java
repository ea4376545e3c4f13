/** Encoded texts, pairs and classified texts, and the batches of them. */
@NullMarked
package io.evomoe.models.internal.text;

import org.jspecify.annotations.NullMarked;
