/**
 * Checkpoints, which are complete or absent, and verified when they are read. {@link
 * io.evomoe.training.checkpoint.CheckpointFolder} writes and keeps them. {@link
 * io.evomoe.training.checkpoint.Checkpoint} is one that is read. Arrays are stored in the
 * safetensors format, which other tools can open.
 */
@NullMarked
package io.evomoe.training.checkpoint;

import org.jspecify.annotations.NullMarked;
