/** Laws of runs, from presets to recorded curves. */
@NullMarked
package io.evomoe.run.config;

import org.jspecify.annotations.NullMarked;
