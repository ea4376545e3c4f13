/**
 * Training runs for programs. {@link io.evomoe.run.Run} begins, opens, continues and uses one; the
 * command line reads and writes the same folders. The packages below and {@code io.evomoe.training}
 * have a run's parts.
 */
@NullMarked
package io.evomoe.run;

import org.jspecify.annotations.NullMarked;
