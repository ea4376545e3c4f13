/** Laws of runs, from presets to recorded curves. */
@NullMarked
package io.evomoe.run.tensorboard;

import org.jspecify.annotations.NullMarked;
