/** Runs that are trained in rounds on a cluster. */
@NullMarked
package io.evomoe.run.cluster;

import org.jspecify.annotations.NullMarked;
