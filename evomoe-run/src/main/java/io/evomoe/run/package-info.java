/**
 * Training runs for programs. {@link io.evomoe.run.Run} begins, opens, continues and uses one; its
 * folder is the one that the command line writes and reads. What a run is made of lies in the
 * packages below, and in {@code io.evomoe.training}.
 */
@NullMarked
package io.evomoe.run;

import org.jspecify.annotations.NullMarked;
