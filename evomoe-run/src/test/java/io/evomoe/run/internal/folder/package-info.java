/** Laws of runs, from presets to recorded curves. */
@NullMarked
package io.evomoe.run.internal.folder;

import org.jspecify.annotations.NullMarked;
