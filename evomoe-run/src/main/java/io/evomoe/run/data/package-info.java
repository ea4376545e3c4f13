/** Data of a run: {@link io.evomoe.run.data.Dataset}, from files or from a program. */
@NullMarked
package io.evomoe.run.data;

import org.jspecify.annotations.NullMarked;
