/** Runs: presets, configuration files, tasks with their data, one training run, a comparison. */
@NullMarked
package io.evomoe.bench.run;

import org.jspecify.annotations.NullMarked;
