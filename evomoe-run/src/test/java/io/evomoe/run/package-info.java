/** Runs as a program makes them. */
@NullMarked
package io.evomoe.run;

import org.jspecify.annotations.NullMarked;
