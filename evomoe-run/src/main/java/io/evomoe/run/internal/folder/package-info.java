/**
 * The folder of a run: the places of its configuration, tokenizer and checkpoints, and the
 * identifier of its data.
 */
@NullMarked
package io.evomoe.run.internal.folder;

import org.jspecify.annotations.NullMarked;
