/**
 * Configurations of runs. {@link io.evomoe.run.config.RunConfig} is the full configuration of a
 * run. Its fields are the YAML in the run's folder and the paths of {@code --set}. A {@link
 * io.evomoe.run.config.Preset} is a tested model size with training settings.
 */
@NullMarked
package io.evomoe.run.config;

import org.jspecify.annotations.NullMarked;
