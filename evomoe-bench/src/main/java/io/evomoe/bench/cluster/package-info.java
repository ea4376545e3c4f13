/** Runs that are trained in rounds on a cluster. */
@NullMarked
package io.evomoe.bench.cluster;

import org.jspecify.annotations.NullMarked;
