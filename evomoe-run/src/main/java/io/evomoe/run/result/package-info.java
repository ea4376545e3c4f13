/**
 * Requests to a {@link io.evomoe.run.Run} and their results: exports, and measurements on data.
 * Nothing here reads or writes a file. A run's curves are in {@link io.evomoe.run.record}.
 */
@NullMarked
package io.evomoe.run.result;

import org.jspecify.annotations.NullMarked;
