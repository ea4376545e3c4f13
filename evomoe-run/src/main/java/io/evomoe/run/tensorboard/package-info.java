/**
 * Event files for TensorBoard: {@link io.evomoe.run.tensorboard.TensorBoard} writes those of a run.
 */
@NullMarked
package io.evomoe.run.tensorboard;

import org.jspecify.annotations.NullMarked;
