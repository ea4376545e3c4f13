/**
 * The folder of a run: where its configuration, tokenizer and checkpoints are, and what tells its
 * data from other data.
 */
@NullMarked
package io.evomoe.run.internal.folder;

import org.jspecify.annotations.NullMarked;
