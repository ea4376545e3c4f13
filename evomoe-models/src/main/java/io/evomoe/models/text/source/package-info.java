/**
 * Files as they lie: which form a file has ({@link io.evomoe.models.text.source.FileForm}), and its
 * text or the fields of its records, read piece by piece.
 */
@NullMarked
package io.evomoe.models.text.source;

import org.jspecify.annotations.NullMarked;
