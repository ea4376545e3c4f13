/**
 * Data files: their format ({@link io.evomoe.models.text.source.RecordFormat}), and their text or
 * the fields of their records, read piece by piece.
 */
@NullMarked
package io.evomoe.models.text.source;

import org.jspecify.annotations.NullMarked;
