/**
 * Configurations of runs: their fields with bounds and defaults, presets, the YAML they are written
 * as, and which of them a checkpoint is bound to.
 */
@NullMarked
package io.evomoe.run.config;

import org.jspecify.annotations.NullMarked;
