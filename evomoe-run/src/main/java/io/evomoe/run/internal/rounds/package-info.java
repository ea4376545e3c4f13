/** Requests to train runs in rounds on a cluster, and their settings. */
@NullMarked
package io.evomoe.run.internal.rounds;

import org.jspecify.annotations.NullMarked;
