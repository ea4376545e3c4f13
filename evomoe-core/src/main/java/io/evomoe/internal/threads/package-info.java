/** Loops that several threads share. */
@NullMarked
package io.evomoe.internal.threads;

import org.jspecify.annotations.NullMarked;
