/** What a run writes down: its curve, a line a step, and its result. */
@NullMarked
package io.evomoe.run.record;

import org.jspecify.annotations.NullMarked;
