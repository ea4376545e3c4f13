/** Laws of runs, from presets to recorded curves. */
@NullMarked
package io.evomoe.run.folder;

import org.jspecify.annotations.NullMarked;
