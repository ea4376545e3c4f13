/** Laws of runs, from presets to recorded curves. */
@NullMarked
package io.evomoe.bench.run;

import org.jspecify.annotations.NullMarked;
