/** Runs that are trained in rounds on a cluster: what is asked for, what is kept beside the run. */
@NullMarked
package io.evomoe.run.internal.rounds;

import org.jspecify.annotations.NullMarked;
