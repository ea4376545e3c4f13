/**
 * Configurations of runs. {@link io.evomoe.run.config.RunConfig} is one run in full: fields with
 * bounds and defaults, which are also the YAML of a run's folder and the paths of {@code --set}. A
 * {@link io.evomoe.run.config.Preset} is a size that is known to work.
 */
@NullMarked
package io.evomoe.run.config;

import org.jspecify.annotations.NullMarked;
