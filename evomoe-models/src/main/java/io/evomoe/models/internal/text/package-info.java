/** Encodes texts in pieces and rows. */
@NullMarked
package io.evomoe.models.internal.text;

import org.jspecify.annotations.NullMarked;
