/** Laws of runs, from presets to recorded curves. */
@NullMarked
package io.evomoe.run.record;

import org.jspecify.annotations.NullMarked;
